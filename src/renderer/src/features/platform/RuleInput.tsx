/** A value's own input, by the rule it must keep: switch, number, text, choice, lists, fields, and the matrix cell by cell. */
import { Checkbox, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import type { ConfigRule, ConfigValue } from '@shared/config';
import { Fragment, useState } from 'react';
import { Icon } from '../../components/Icon';
import css from './Platform.module.css';
import { isMatrix, ruleText, typedList } from './settingWords';

export interface RuleInputProps {
  readonly rule: ConfigRule;
  readonly label: string;
  readonly value: ConfigValue;
  readonly onChange: (value: ConfigValue) => void;
}

const selector = <Icon name="selector" size={14} />;

function isList(value: ConfigValue): value is readonly ConfigValue[] {
  return Array.isArray(value);
}

const itemsOf = (value: ConfigValue): readonly ConfigValue[] => (isList(value) ? value : []);

export function RuleInput({ rule, label, value, onChange }: RuleInputProps) {
  switch (rule.type) {
    case 'boolean':
      return <Switch label={label} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case 'integer':
      return (
        <NumberInput
          label={label}
          min={Math.min(rule.min, rule.or ?? rule.min)}
          max={rule.max}
          allowDecimal={false}
          clampBehavior="none"
          hideControls
          value={typeof value === 'number' ? value : ''}
          onChange={onChange}
        />
      );
    case 'text':
      return <TextInput label={label} value={String(value)} onChange={(event) => onChange(event.currentTarget.value)} />;
    case 'choice':
      return (
        <Select
          label={label}
          data={[...rule.options]}
          value={String(value)}
          onChange={(next) => onChange(next ?? value)}
          rightSection={selector}
        />
      );
    case 'fields':
      return (
        <div className={css.pair}>
          {Object.entries(rule.fields).map(([field, own]) => {
            const all = typeof value === 'object' && !isList(value) ? value : {};
            return (
              <RuleInput
                key={field}
                rule={own}
                label={field}
                value={all[field] ?? ''}
                onChange={(next) => onChange({ ...all, [field]: next })}
              />
            );
          })}
        </div>
      );
    case 'list':
      if (isMatrix(rule) && rule.items.type === 'list')
        return <Matrix rule={rule.items.items} value={value} onChange={onChange} />;
      if (rule.items.type === 'choice')
        return <Choices options={rule.items.options} label={label} value={value} onChange={onChange} />;
      return <TypedList rule={rule} label={label} value={value} onChange={onChange} />;
  }
}

function TypedList({ rule, label, value, onChange }: RuleInputProps) {
  const [text, setText] = useState(() => (itemsOf(value).length === 0 ? '' : ruleText(rule, value)));
  return (
    <TextInput
      label={label}
      description="Numbers with a comma between them"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(typedList(event.currentTarget.value));
      }}
    />
  );
}

function Choices({ options, label, value, onChange }: Omit<RuleInputProps, 'rule'> & { readonly options: readonly string[] }) {
  const chosen = itemsOf(value);
  return (
    <fieldset className={css.group}>
      <legend className={css.label}>{label}</legend>
      <div className={css.checks}>
        {options.map((option) => (
          <Checkbox
            key={option}
            label={option}
            checked={chosen.includes(option)}
            onChange={(event) =>
              // in the order of the catalogue, whatever was ticked first
              onChange(options.filter((one) => (one === option ? event.currentTarget.checked : chosen.includes(one))))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

/** Likelihood downwards, impact to the right, as the rule says. */
function Matrix({ rule, value, onChange }: Omit<RuleInputProps, 'label'>) {
  const options = rule.type === 'choice' ? [...rule.options] : [];
  const rows = itemsOf(value).map(itemsOf);
  const set = (row: number, column: number, level: string) =>
    onChange(rows.map((cells, at) => (at === row ? cells.map((cell, where) => (where === column ? level : cell)) : cells)));
  return (
    <div className={css.matrix}>
      <span />
      {rows[0]?.map((_, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places of a fixed square
        <span key={column}>{column + 1}</span>
      ))}
      {rows.map((cells, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places of a fixed square
        <Fragment key={row}>
          <span>{row + 1}</span>
          {cells.map((cell, column) => (
            <Select
              // biome-ignore lint/suspicious/noArrayIndexKey: places of a fixed square
              key={column}
              aria-label={`Likelihood ${row + 1}, impact ${column + 1}`}
              data={options}
              value={String(cell)}
              onChange={(level) => level !== null && set(row, column, level)}
              rightSection={selector}
            />
          ))}
        </Fragment>
      ))}
    </div>
  );
}
