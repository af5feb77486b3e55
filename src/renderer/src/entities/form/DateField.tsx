/** A date that is typed as people write it, or picked from a calendar. A text that is no date stays, with the reason. */
import { ActionIcon, Popover, TextInput } from '@mantine/core';
import { DatePicker } from '@mantine/dates';
import type { Json } from '@shared/entities/fields';
import { type ReactNode, useState } from 'react';
import { Icon } from '../../components/Icon';
import { todayHere } from '../../lib/format';
import { ShortcutLayer } from '../../lib/use-shortcuts';
import css from './FieldInput.module.css';
import { parseTypedDate, writeDate } from './typedDate';

const CALENDAR_LABELS = {
  nextMonth: 'Next month',
  previousMonth: 'Previous month',
  nextYear: 'Next year',
  previousYear: 'Previous year',
  nextDecade: 'Next decade',
  previousDecade: 'Previous decade',
  monthLevelControl: 'Choose a month',
  yearLevelControl: 'Choose a year',
};

export interface DateFieldProps {
  readonly label: ReactNode;
  readonly description?: string;
  readonly error?: string;
  readonly withAsterisk: boolean;
  readonly 'data-field'?: string;
  /** `YYYY-MM-DD`, or ''. */
  readonly value: string;
  readonly typed?: string;
  readonly onChange: (value: Json, typed?: string) => void;
}

export function DateField({ value, typed, onChange, ...shared }: DateFieldProps) {
  const [opened, setOpened] = useState(false);
  const [editing, setEditing] = useState<string | null>(null);
  const today = todayHere();
  const take = (text: string) => {
    const read = parseTypedDate(text, today);
    if (read.ok) onChange(read.value);
    else onChange(value === '' ? null : value, text);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus withRoles={false}>
      <Popover.Target>
        <TextInput
          {...shared}
          value={editing ?? typed ?? (value === '' ? '' : writeDate(value))}
          placeholder="not set"
          onChange={(event) => {
            setEditing(event.currentTarget.value);
            take(event.currentTarget.value);
          }}
          onBlur={() => setEditing(null)}
          rightSection={
            <ActionIcon
              size={24}
              aria-label="Choose from a calendar"
              aria-haspopup="dialog"
              aria-expanded={opened}
              onClick={() => setOpened(!opened)}
            >
              <Icon name="calendar" />
            </ActionIcon>
          }
        />
      </Popover.Target>
      <Popover.Dropdown className={css.calendar} role="dialog" aria-label="Calendar">
        <ShortcutLayer>
          <DatePicker
            hideOutsideDates
            weekendDays={[]}
            ariaLabels={CALENDAR_LABELS}
            value={value === '' ? null : value}
            defaultDate={value === '' ? today : value}
            onChange={(next) => {
              onChange(next);
              setEditing(null);
              setOpened(false);
            }}
          />
        </ShortcutLayer>
      </Popover.Dropdown>
    </Popover>
  );
}

export interface DayFieldProps {
  readonly label: string;
  /** `YYYY-MM-DD`, or '' where there is no date yet. */
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A date that a small form needs: what is typed and is no date says so at the field, and is '' for the form. */
export function DayField({ label, value, onChange }: DayFieldProps) {
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const read = typed === undefined ? null : parseTypedDate(typed, todayHere());
  return (
    <DateField
      label={label}
      withAsterisk
      value={value}
      typed={typed}
      error={read === null || read.ok ? undefined : read.message}
      onChange={(next, text) => {
        setTyped(text);
        onChange(text === undefined && typeof next === 'string' ? next : '');
      }}
    />
  );
}
