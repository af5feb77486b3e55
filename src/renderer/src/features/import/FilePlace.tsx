/** Where in the file the table is and how its text is read: found out, said, and open to another choice. */
import { NumberInput, Select } from '@mantine/core';
import type { ImportPlace } from '@shared/wire/imports';
import { Icon } from '../../components/Icon';
import { count } from '../../lib/format';
import css from './ColumnsPane.module.css';
import type { Draft } from './useImport';

export interface FilePlaceProps {
  readonly draft: Draft;
  readonly disabled: boolean;
  readonly onPlace: (place: ImportPlace) => void;
}

const ENCODINGS = [
  { value: 'utf-8', label: 'UTF-8' },
  { value: 'utf-16le', label: 'UTF-16' },
  { value: 'utf-16be', label: 'UTF-16, big-endian' },
  { value: 'windows-1252', label: 'Windows-1252' },
] as const;
const DELIMITERS = [
  { value: ',', label: 'comma' },
  { value: ';', label: 'semicolon' },
  { value: '\t', label: 'tab' },
  { value: '|', label: 'bar' },
];
const selector = <Icon name="selector" size={14} />;

export function FilePlace({ draft: { found, place }, disabled, onPlace }: FilePlaceProps) {
  const encoding = ENCODINGS.find(({ value }) => value === found.encoding?.key);
  return (
    <div className={css.place}>
      {found.sheets.length > 1 ? (
        <Select
          size="xs"
          label={found.format === 'xlsx' ? 'Sheet' : 'List'}
          data={[...found.sheets]}
          value={found.sheet}
          disabled={disabled}
          allowDeselect={false}
          onChange={(sheet) => sheet !== null && onPlace({ ...place, sheet, headerLine: null })}
          rightSection={selector}
        />
      ) : null}
      {found.headerLine === null ? null : (
        <NumberInput
          key={found.headerLine}
          size="xs"
          label="Header in row"
          defaultValue={found.headerLine}
          min={1}
          allowDecimal={false}
          disabled={disabled}
          onBlur={(event) => {
            const line = Number(event.currentTarget.value);
            if (Number.isInteger(line) && line > 0 && line !== found.headerLine)
              onPlace({ ...place, sheet: found.sheet, headerLine: line });
          }}
        />
      )}
      {found.delimiter === null ? null : (
        <Select
          size="xs"
          label="Columns end at a"
          data={DELIMITERS}
          value={found.delimiter}
          disabled={disabled}
          allowDeselect={false}
          onChange={(delimiter) => delimiter !== null && onPlace({ ...place, delimiter, headerLine: null })}
          rightSection={selector}
        />
      )}
      {encoding === undefined ? null : (
        <Select
          size="xs"
          label="Text is"
          data={[...ENCODINGS]}
          value={encoding.value}
          disabled={disabled}
          allowDeselect={false}
          onChange={(value) => {
            const chosen = ENCODINGS.find((one) => one.value === value);
            if (chosen !== undefined) onPlace({ ...place, encoding: chosen.value, headerLine: null });
          }}
          rightSection={selector}
        />
      )}
      {found.above > 0 ? (
        <p className={css.hint}>{count(found.above, 'row above the header is', 'rows above the header are')} not read.</p>
      ) : null}
    </div>
  );
}
