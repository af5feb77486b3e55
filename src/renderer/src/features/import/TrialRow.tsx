/** One row of a trial: why it stays out with a cell that can be written over, or what it changes field by field. */
import { Button, TextInput } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import { isEntityName } from '@shared/entities/registry';
import type { ImportCorrection, ImportDifference, ImportFault, ImportRow } from '@shared/wire/imports';
import { useState } from 'react';
import { Link } from 'react-router';
import { Icon } from '../../components/Icon';
import { detailPath } from '../../entities/paths';
import { BeforeAfter } from '../../entities/values/BeforeAfter';
import type { Names } from '../../entities/values/text';
import { formatNumber } from '../../lib/format';
import css from './TrialPane.module.css';

export interface TrialRowProps {
  readonly id: string;
  readonly definition: Entity;
  readonly row: ImportRow;
  readonly names: Names;
  readonly current: boolean;
  readonly editing: boolean;
  readonly disabled: boolean;
  readonly corrections: readonly ImportCorrection[];
  readonly onCurrent: () => void;
  readonly onEdit: () => void;
  /** The cell as it is to be read, or null where nothing was written. */
  readonly onDone: (correction: ImportCorrection | null) => void;
}

const SIGNS = { refused: 'alert-filled', lacking: 'circle-half', changed: 'pencil', created: 'plus' } as const;
const TONES = { refused: 'bad', lacking: 'attention', changed: 'underway', created: 'good' } as const;

export function TrialRow(props: TrialRowProps) {
  const { id, definition, row, names, current, editing, disabled, corrections, onCurrent, onEdit, onDone } = props;
  const [fault] = row.faults;
  const corrected = fault?.at == null ? undefined : corrections.find((one) => one.row === row.row && one.column === fault.at);
  const label = [row.ref, row.title].filter(Boolean).join(' ');
  return (
    <tr id={id} className={css.row} data-current={current || undefined} data-kind={row.kind} onClick={onCurrent}>
      <td className={css.narrow}>{formatNumber(row.row)}</td>
      <td className={css.record} title={label}>
        {row.recordId !== null && isEntityName(definition.name) ? (
          <Link to={detailPath(definition.name, row.recordId)} tabIndex={-1}>
            {label || 'the record'}
          </Link>
        ) : (
          label || <span className={css.none}>none</span>
        )}
      </td>
      <td className={css.column}>{fault?.column ?? (row.differences.length > 0 ? fieldsOf(definition, row.differences) : '')}</td>
      <td className={css.cell}>
        {editing && fault !== undefined && fault.at !== null ? (
          <CellInput fault={fault} row={row.row} start={corrected?.text ?? fault.cell ?? ''} onDone={onDone} />
        ) : corrected !== undefined ? (
          <span className={css.corrected}>{corrected.text || 'blank'}</span>
        ) : fault !== undefined && fault.at !== null ? (
          <Button
            size="compact-xs"
            variant="subtle"
            className={css.edit}
            disabled={disabled}
            tabIndex={current ? 0 : -1}
            aria-label={`Edit ${fault.column} of row ${row.row}`}
            onClick={onEdit}
          >
            {fault.cell ?? 'blank'}
          </Button>
        ) : null}
      </td>
      <td className={css.means}>
        <span className={css.sign} data-tone={TONES[row.kind]}>
          <Icon name={SIGNS[row.kind]} />
        </span>
        <div>
          {corrected !== undefined ? <p>Corrected here; the next trial reads it.</p> : null}
          {row.faults.map((one) => (
            <p key={`${one.column} ${one.reason}`}>{sentence(one)}</p>
          ))}
          {row.differences.map((difference) => (
            <Difference key={difference.field} definition={definition} difference={difference} names={names} />
          ))}
          {row.kind === 'created' ? <p>A new {definition.label.one.toLowerCase()}.</p> : null}
        </div>
      </td>
    </tr>
  );
}

function fieldsOf(definition: Entity, differences: readonly ImportDifference[]): string {
  const [first, ...more] = differences.map(({ field }) => definition.fields[field]?.label ?? field);
  return more.length === 0 ? (first ?? '') : `${first} and ${more.length} more`;
}

/** `needs a value` as a sentence of its own. */
function sentence({ column, reason }: ImportFault): string {
  const text = column === null ? `This row ${reason}` : /^(no|means) /.test(reason) ? reason : `${column} ${reason}`;
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?”]$/.test(text) ? '' : '.'}`;
}

function Difference({
  definition,
  difference,
  names,
}: {
  readonly definition: Entity;
  readonly difference: ImportDifference;
  readonly names: Names;
}) {
  const field = definition.fields[difference.field];
  if (field === undefined) return null;
  return (
    <p className={css.difference}>
      <span className={css.field}>{field.label}</span>
      <BeforeAfter
        field={field}
        before={difference.from}
        after={difference.name ?? difference.to}
        names={names}
        typed={difference.name !== null}
      />
    </p>
  );
}

interface CellInputProps {
  readonly fault: ImportFault;
  readonly row: number;
  readonly start: string;
  readonly onDone: (correction: ImportCorrection | null) => void;
}

function CellInput({ fault, row, start, onDone }: CellInputProps) {
  const [text, setText] = useState(start);
  const done = (keep: boolean) => onDone(keep && fault.at !== null && text !== start ? { row, column: fault.at, text } : null);
  return (
    <TextInput
      size="xs"
      aria-label={`${fault.column} of row ${row}`}
      value={text}
      autoFocus
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => done(true)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.ctrlKey) done(true);
        else if (event.key === 'Escape') {
          event.stopPropagation();
          done(false);
        }
      }}
    />
  );
}
