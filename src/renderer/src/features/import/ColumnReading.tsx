/** How the cells of one column are read, where that is a question: the order of dates, the decimal mark, the words of choices. */
import { SegmentedControl, Select } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { ImportColumn, InspectedColumn } from '@shared/wire/imports';
import { Icon } from '../../components/Icon';
import { formatNumber } from '../../lib/format';
import css from './ColumnsPane.module.css';
import { strangeWords } from './fields';

export interface ColumnReadingProps {
  readonly definition: Entity;
  readonly column: InspectedColumn;
  readonly mapped: ImportColumn;
  readonly disabled: boolean;
  readonly onChange: (change: Partial<ImportColumn>) => void;
}

const NOT_SAID = 'none';
const MOST_WORDS = 20;

export function ColumnReading({ definition, column, mapped, disabled, onChange }: ColumnReadingProps) {
  const field = mapped.field === null ? undefined : definition.fields[mapped.field];
  if (field === undefined) return null;
  const name = column.header || `Column ${column.at + 1}`;
  if (field.kind === 'date' && column.dates !== null) {
    const said = mapped.dateOrder ?? null;
    const proven = column.dates === 'dmy' || column.dates === 'mdy';
    return (
      <tr className={css.reading}>
        <td colSpan={3}>
          <div className={css.line}>
            <Icon name={said === null ? 'alert-filled' : 'calendar'} />
            <span className={css.grow} data-open={said === null || undefined}>
              {said === null
                ? column.dates === 'mixed'
                  ? 'Some dates have the day first, others the month. Say which; the others stay out.'
                  : 'These dates may be read in two ways. Say which.'
                : proven
                  ? `Dates have the ${said === 'dmy' ? 'day' : 'month'} first, as the file shows`
                  : 'Dates are read so'}
            </span>
            <SegmentedControl
              size="xs"
              aria-label={`Dates of ${name}`}
              data={[
                { value: 'dmy', label: 'day first' },
                { value: 'mdy', label: 'month first' },
              ]}
              value={said ?? NOT_SAID}
              disabled={disabled}
              onChange={(order) => onChange({ dateOrder: order === 'mdy' ? 'mdy' : 'dmy' })}
            />
          </div>
        </td>
      </tr>
    );
  }
  const strange = strangeWords(field, column);
  if (strange.length > 0 || Object.keys(mapped.values ?? {}).length > 0) {
    const words = [...new Set([...Object.keys(mapped.values ?? {}), ...strange])].slice(0, MOST_WORDS);
    const times = (text: string) => column.values?.find((value) => value.text === text)?.count ?? 0;
    const set = (text: string, to: string | null) => {
      const others = Object.entries(mapped.values ?? {}).filter(([one]) => one !== text);
      onChange({ values: Object.fromEntries(to === null ? others : [...others, [text, to === NOT_SAID ? null : to]]) });
    };
    return (
      <tr className={css.reading}>
        <td colSpan={3}>
          <p className={css.wordsTitle}>Values of {name}</p>
          {words.map((text) => {
            const to = mapped.values?.[text];
            return (
              <div key={text} className={css.line}>
                <span className={css.grow} title={text}>
                  {text}
                </span>
                <Icon name="arrow-right" label="becomes" />
                <Select
                  size="xs"
                  className={css.word}
                  aria-label={`“${text}” means`}
                  data={[
                    ...(field.options ?? []).map((option) => ({ value: option.value, label: option.label })),
                    { value: NOT_SAID, label: 'leave empty' },
                  ]}
                  value={to === undefined ? null : (to ?? NOT_SAID)}
                  placeholder="unknown"
                  error={to === undefined}
                  disabled={disabled}
                  onChange={(next) => set(text, next)}
                  rightSection={<Icon name="selector" size={14} />}
                />
                <span className={css.times}>{formatNumber(times(text))}</span>
              </div>
            );
          })}
          {strange.length > MOST_WORDS ? <p className={css.hint}>and {formatNumber(strange.length - MOST_WORDS)} more</p> : null}
        </td>
      </tr>
    );
  }
  return null;
}
