/** The input of a field, by its kind. What is typed but not yet a value (a date, a number) is given up beside the value. */
import { Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import type { EntityDefinition } from '@shared/entities/define';
import type { Field, Json } from '@shared/entities/fields';
import { isEntityName } from '@shared/entities/registry';
import type { ReactNode } from 'react';
import { OptionPill } from '../../components/Pill';
import { SegmentedResult } from '../../components/SegmentedResult';
import { offered } from './among';
import { DateField } from './DateField';
import css from './FieldInput.module.css';
import { PersonPicker, ReferencePicker, TagsPicker } from './pickers';
import { readInteger } from './validate';

export interface FieldInputProps {
  readonly definition: EntityDefinition;
  readonly name: string;
  readonly field: Field;
  readonly value: Json;
  /** Text that is no value yet. */
  readonly typed?: string;
  readonly fault: string | null;
  /** For the state field: the states that may be chosen, the present one among them. */
  readonly states?: readonly string[];
  /** Beside the label, for example `was Active`. */
  readonly note?: string;
  readonly autoFocus?: boolean;
  /** The record as it stands in the form, by which the choices of a reference narrow. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Half a line, or a dialog: long choices fold into a list. */
  readonly narrow?: boolean;
  readonly onChange: (value: Json, typed?: string) => void;
}

export function FieldInput(props: FieldInputProps) {
  const { definition, name, field, value, typed, fault, note, autoFocus, onChange } = props;
  const isState = definition.states?.field === name;
  const shared = {
    label: <FieldLabel text={field.label} note={note} />,
    description: field.help,
    error: fault ?? undefined,
    withAsterisk: field.required && !isState && field.kind !== 'tags',
    'data-field': name,
    'data-autofocus': autoFocus || undefined,
  };
  switch (field.kind) {
    case 'longText':
      return (
        <Textarea
          {...shared}
          autosize
          minRows={3}
          maxRows={16}
          value={textOf(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'integer':
      return (
        <TextInput
          {...shared}
          inputMode="numeric"
          value={typed ?? textOf(value)}
          onChange={(event) => {
            const text = event.currentTarget.value;
            const number = text.trim() === '' ? null : readInteger(text);
            if (number === null && text.trim() !== '') onChange(value, text);
            else onChange(number);
          }}
        />
      );
    case 'boolean':
      return (
        <div className={css.boolean}>
          <Checkbox
            label={field.label}
            description={field.help}
            checked={value === true}
            onChange={(event) => onChange(event.currentTarget.checked)}
            data-field={name}
            data-autofocus={autoFocus || undefined}
          />
        </div>
      );
    case 'date':
      return <DateField {...shared} value={textOf(value)} typed={typed} onChange={onChange} />;
    case 'enum':
      return isState || field.merge === 'ask' ? (
        <SegmentInput {...props} label={shared.label} />
      ) : (
        <ChoiceInput {...props} shared={shared} />
      );
    case 'person':
      return <PersonPicker {...shared} value={textOf(value)} required={field.required} onChange={onChange} />;
    case 'reference':
      return field.target !== undefined && isEntityName(field.target) ? (
        <ReferencePicker
          {...shared}
          target={field.target}
          filter={offered(field, props.values ?? {})}
          value={textOf(value)}
          required={field.required}
          onChange={onChange}
        />
      ) : null;
    case 'tags':
      return (
        <TagsPicker
          {...shared}
          value={Array.isArray(value) ? value.filter((tag) => typeof tag === 'string') : []}
          onChange={onChange}
          pill={css.pill}
        />
      );
    default:
      return <TextInput {...shared} value={textOf(value)} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
}

function textOf(value: Json): string {
  return value === null || typeof value === 'object' ? '' : String(value);
}

function FieldLabel({ text, note }: { readonly text: string; readonly note?: string }) {
  return (
    <>
      {text}
      {note === undefined ? null : <span className={css.note}>{note}</span>}
    </>
  );
}

interface SharedProps {
  readonly label: ReactNode;
  readonly description?: string;
  readonly error?: string;
  readonly withAsterisk: boolean;
}

function ChoiceInput({ field, value, shared, onChange }: FieldInputProps & { readonly shared: SharedProps }) {
  const options = field.options ?? [];
  return (
    <Select
      {...shared}
      data={options.map((option) => ({ value: option.value, label: option.label }))}
      value={typeof value === 'string' ? value : null}
      onChange={(next) => onChange(next)}
      clearable={!field.required}
      clearButtonProps={{ className: css.clear }}
      placeholder="not set"
      renderOption={({ option }) => <OptionPill options={options} value={option.value} />}
    />
  );
}

/** Letters that fit into segments side by side, with the room round each word counted as four. */
const LETTERS_WIDE = 76;
const LETTERS_NARROW = 30;

/** Segments as long as they fit in a row; a list beyond. States offer only the steps that may follow. */
function SegmentInput(props: FieldInputProps & { readonly label: ReactNode }) {
  const { field, value, states, fault, label, onChange, name, narrow = false } = props;
  const options = (field.options ?? []).filter((option) => states === undefined || states.includes(option.value));
  const letters = options.reduce((sum, option) => sum + option.label.length + 4, 0);
  if (letters > (narrow ? LETTERS_NARROW : LETTERS_WIDE)) {
    const shared = {
      label,
      description: field.help,
      error: fault ?? undefined,
      withAsterisk: field.required && states === undefined,
    };
    return <ChoiceInput {...props} field={{ ...field, options }} shared={shared} />;
  }
  return (
    <div data-field={name}>
      <div className={css.segmentLabel} aria-hidden="true">
        {label}
        {field.required && states === undefined ? <span className={css.asterisk}> *</span> : null}
      </div>
      {field.help === undefined ? null : <div className={css.help}>{field.help}</div>}
      <SegmentedResult
        label={field.label}
        options={options}
        value={typeof value === 'string' ? value : null}
        onChange={(next) => onChange(next)}
        fullWidth={false}
      />
      {fault === null ? null : <div className={css.fault}>{fault}</div>}
    </div>
  );
}
