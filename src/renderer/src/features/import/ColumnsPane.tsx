/** What each column of the file becomes, how it is read, what is the same for every row, and what happens to records that are here. */
import { ActionIcon, Checkbox, Radio, Select, TextInput } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { ImportColumn, ImportMap, ImportPlace, InspectedColumn } from '@shared/wire/imports';
import { useId } from 'react';
import { Icon } from '../../components/Icon';
import { aOrAn, count } from '../../lib/format';
import { ColumnReading } from './ColumnReading';
import css from './ColumnsPane.module.css';
import { FilePlace } from './FilePlace';
import { importFields, keyLabel, missingFields } from './fields';
import type { Draft } from './useImport';

export interface ColumnsPaneProps {
  readonly definition: Entity;
  readonly draft: Draft;
  readonly disabled: boolean;
  readonly onChange: (draft: Draft) => void;
  /** Another sheet, header, delimiter or encoding: the file is looked at anew. */
  readonly onPlace: (place: ImportPlace) => void;
}

const LEAVE_OUT = '';

export function ColumnsPane({ definition, draft, disabled, onChange, onPlace }: ColumnsPaneProps) {
  const { found, map } = draft;
  const setMap = (change: Partial<ImportMap>) => onChange({ ...draft, map: { ...map, ...change } });
  const setColumn = (at: number, change: Partial<ImportColumn>) =>
    setMap({ columns: map.columns.map((column, place) => (place === at ? { ...column, ...change } : column)) });
  const used = map.columns.filter(({ field }) => field !== null).length;
  return (
    <section className={css.pane} aria-label="Columns" data-pane="Columns">
      <div className={css.head}>
        <h2 className={css.title}>Columns</h2>
        <span className={css.note}>
          {used} of {map.columns.length} matched
          {found.from.kind === 'remembered' ? (found.from.mine ? ', as in your last import' : ', as shared by a colleague') : ''}
        </span>
      </div>
      <FilePlace draft={draft} disabled={disabled} onPlace={onPlace} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is long is scrolled by keys */}
      <section className={css.scroll} tabIndex={0} aria-label="What the columns become">
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">In the file</th>
              <th scope="col">Becomes</th>
              <th scope="col">To check</th>
            </tr>
          </thead>
          <tbody>
            {found.columns.map((column) => (
              <Row
                key={column.at}
                definition={definition}
                column={column}
                mapped={map.columns[column.at] ?? { header: column.header, field: null }}
                taken={map.columns.flatMap(({ field }, at) => (field !== null && at !== column.at ? [field] : []))}
                disabled={disabled}
                onChange={(change) => setColumn(column.at, change)}
              />
            ))}
          </tbody>
        </table>
        <Fixed definition={definition} map={map} disabled={disabled} onChange={(fixed) => setMap({ fixed })} />
        <Existing definition={definition} map={map} disabled={disabled} onChange={setMap} />
      </section>
      <p className={css.foot}>Text that begins with = + - or @ is taken as text, never as a formula.</p>
    </section>
  );
}

interface RowProps {
  readonly definition: Entity;
  readonly column: InspectedColumn;
  readonly mapped: ImportColumn;
  readonly taken: readonly string[];
  readonly disabled: boolean;
  readonly onChange: (change: Partial<ImportColumn>) => void;
}

function Row({ definition, column, mapped, taken, disabled, onChange }: RowProps) {
  const name = column.header || `Column ${column.at + 1}`;
  const options = [
    { value: LEAVE_OUT, label: 'leave out' },
    ...importFields(definition).map(({ key, label }) => ({ value: key, label, disabled: taken.includes(key) })),
    { value: 'key', label: keyLabel(definition), disabled: taken.includes('key') },
  ];
  return (
    <>
      <tr className={css.row} data-out={mapped.field === null || undefined} data-testid={`column-${column.at}`}>
        <th scope="row" className={css.header} title={name}>
          {column.header || <em>no name</em>}
        </th>
        <td>
          <Select
            size="xs"
            variant="unstyled"
            className={css.becomes}
            aria-label={`${name} becomes`}
            data={options}
            value={mapped.field ?? LEAVE_OUT}
            disabled={disabled}
            searchable
            allowDeselect={false}
            comboboxProps={{ width: 230, position: 'bottom-start' }}
            rightSection={<Icon name="chevron-down" size={14} />}
            onChange={(field) =>
              onChange({
                field: field === null || field === LEAVE_OUT ? null : field,
                values: undefined,
                dateOrder: null,
                decimal: null,
              })
            }
          />
        </td>
        <td className={css.sample} title={column.samples.join('\n')}>
          {column.samples.length === 0 ? 'always empty' : column.samples.join(', ')}
        </td>
      </tr>
      <ColumnReading definition={definition} column={column} mapped={mapped} disabled={disabled} onChange={onChange} />
    </>
  );
}

interface FixedProps {
  readonly definition: Entity;
  readonly map: ImportMap;
  readonly disabled: boolean;
  readonly onChange: (fixed: ImportMap['fixed']) => void;
}

/** Fields that are the same for every row: those that new records need come first. */
function Fixed({ definition, map, disabled, onChange }: FixedProps) {
  const needed = missingFields(definition, map).map(({ key }) => key);
  const taken = new Set(map.columns.map(({ field }) => field));
  const shown = importFields(definition).filter(({ key }) => needed.includes(key) || Object.hasOwn(map.fixed, key));
  const others = importFields(definition).filter(({ key }) => !taken.has(key) && !shown.some((one) => one.key === key));
  const set = (key: string, text: string) => onChange({ ...map.fixed, [key]: text });
  const without = (key: string) => onChange(Object.fromEntries(Object.entries(map.fixed).filter(([one]) => one !== key)));
  return (
    <section className={css.part} aria-label="The same for every row">
      <h3 className={css.partTitle}>The same for every row</h3>
      {shown.map(({ key, label, field }) => {
        const value = map.fixed[key] ?? '';
        const isNeeded = needed.includes(key);
        return (
          <div key={key} className={css.fixed}>
            {field.kind === 'enum' ? (
              <Select
                label={label}
                data={(field.options ?? []).map((option) => ({ value: option.value, label: option.label }))}
                value={value === '' ? null : value}
                disabled={disabled}
                onChange={(next) => set(key, next ?? '')}
                rightSection={<Icon name="selector" size={14} />}
              />
            ) : (
              <TextInput
                label={label}
                value={value}
                disabled={disabled}
                placeholder={
                  field.kind === 'reference'
                    ? 'Reference or title of the record'
                    : field.kind === 'person'
                      ? 'E-mail or name'
                      : ''
                }
                description={isNeeded && value === '' ? 'New records need it, and no column has it.' : undefined}
                onChange={(event) => set(key, event.currentTarget.value)}
              />
            )}
            {isNeeded ? null : (
              <ActionIcon variant="subtle" aria-label={`Without ${label}`} disabled={disabled} onClick={() => without(key)}>
                <Icon name="x" />
              </ActionIcon>
            )}
          </div>
        );
      })}
      {others.length === 0 ? null : (
        <Select
          size="xs"
          className={css.add}
          aria-label="Add a field that is the same for every row"
          placeholder="Add a field …"
          data={others.map(({ key, label }) => ({ value: key, label }))}
          value={null}
          disabled={disabled}
          searchable
          onChange={(key) => key !== null && set(key, '')}
          rightSection={<Icon name="plus" size={14} />}
        />
      )}
    </section>
  );
}

const POLICIES: readonly (readonly [ImportMap['existing'], string, string])[] = [
  ['replace', 'Replace what the file names', 'An empty cell leaves what is there.'],
  ['exactly', 'Replace, empty cells too', 'An empty cell empties the field.'],
  ['fill', 'Fill only empty fields', ''],
  ['leave', 'Leave it alone', ''],
];

interface ExistingProps {
  readonly definition: Entity;
  readonly map: ImportMap;
  readonly disabled: boolean;
  readonly onChange: (change: Partial<ImportMap>) => void;
}

function Existing({ definition, map, disabled, onChange }: ExistingProps) {
  const id = useId();
  const one = definition.label.one.toLowerCase();
  return (
    <section className={css.part} aria-labelledby={id}>
      <h3 className={css.partTitle} id={id}>
        When {aOrAn(one)} is already here
      </h3>
      <Radio.Group value={map.existing} onChange={(existing) => onChange({ existing: existing as ImportMap['existing'] })}>
        <div className={css.choices}>
          {POLICIES.map(([value, label, description]) => (
            <Radio key={value} value={value} label={label} description={description || undefined} disabled={disabled} />
          ))}
        </div>
      </Radio.Group>
      <div className={css.choices}>
        <Checkbox
          label={`A row that nothing names for good becomes a new ${one}`}
          description={map.keyless ? 'The same file again would make each of them once more.' : undefined}
          checked={map.keyless}
          disabled={disabled}
          onChange={(event) => onChange({ keyless: event.currentTarget.checked })}
        />
        <Checkbox
          label="Leave a field empty where its value cannot be read"
          description={map.existing === 'exactly' ? 'Not together with empty cells that empty.' : undefined}
          checked={map.lenient && map.existing !== 'exactly'}
          disabled={disabled || map.existing === 'exactly'}
          onChange={(event) => onChange({ lenient: event.currentTarget.checked })}
        />
      </div>
      <p className={css.hint}>
        {count(map.columns.length, 'column')} and these choices are remembered for the next file of this kind.
      </p>
    </section>
  );
}
