/** What can be done with the selected rows, over the last rows of the list: change one field of all, export them, let go. */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { Field, Json } from '@shared/entities/fields';
import { type ReactNode, useState } from 'react';
import { Dialog } from '../../components/Dialog';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { count, formatNumber } from '../../lib/format';
import { notify } from '../../lib/notices';
import { uuidv7 } from '../../lib/uuid';
import { needsReason } from '../access';
import { applyOperation } from '../api';
import { FieldInput } from '../form/FieldInput';
import { ReasonInput } from '../form/ReasonInput';
import type { GenericRow } from '../rows';
import css from './BulkBar.module.css';
import { bulkFields, bulkWords, runBulk } from './bulk';
import type { Selection } from './selection';

/** How high the bar stands over the rows. */
export const BULK_BAR_HEIGHT = 56;

const IN_THE_BAR = 3;

export interface BulkBarProps {
  readonly definition: Entity;
  readonly selection: Selection;
  readonly total: number;
  readonly mayUpdate: boolean;
  readonly busy: boolean;
  /** What domains add. */
  readonly extras?: ReactNode;
  readonly onSelectAll: () => void;
  readonly onExport: () => void;
  readonly onClear: () => void;
  /** The rows that stay selected afterwards. */
  readonly onDone: (left: readonly string[]) => void;
}

export function BulkBar(props: BulkBarProps) {
  const { definition, selection, total, mayUpdate, busy, extras, onSelectAll, onExport, onClear, onDone } = props;
  const [changing, setChanging] = useState<readonly [string, Field] | null>(null);
  // the state first, then persons: what is changed for many at once
  const rank = ([key, field]: readonly [string, Field]) =>
    key === definition.states?.field ? -1 : ['person', 'date', 'enum', 'boolean'].indexOf(field.kind);
  const fields = mayUpdate ? [...bulkFields(definition)].sort((a, b) => rank(a) - rank(b)).slice(0, IN_THE_BAR) : [];
  return (
    <>
      <div className={css.bar} role="toolbar" aria-label="Selected rows" data-testid="bulk-bar">
        <strong className={css.count} aria-live="polite">
          {formatNumber(selection.size)} selected
        </strong>
        {selection.size < total ? (
          <Button variant="transparent" onClick={onSelectAll} loading={busy}>
            All {formatNumber(total)}
          </Button>
        ) : null}
        <span className={css.rule} />
        {fields.map(([key, field]) => (
          <Button
            key={key}
            variant="subtle"
            leftSection={<Icon name={field.kind === 'person' ? 'user' : field.kind === 'date' ? 'calendar' : 'circle-dashed'} />}
            onClick={() => setChanging([key, field])}
          >
            {field.label}
          </Button>
        ))}
        {extras}
        <Button variant="subtle" leftSection={<Icon name="download" />} onClick={onExport}>
          Export
        </Button>
        <Button className={css.clear} variant="subtle" onClick={onClear} rightSection={<KeyCap keys="Escape" />}>
          Clear
        </Button>
      </div>
      {changing === null ? null : (
        <BulkDialog
          definition={definition}
          name={changing[0]}
          field={changing[1]}
          rows={[...selection.values()]}
          onClose={() => setChanging(null)}
          onDone={(left) => {
            setChanging(null);
            onDone(left);
          }}
        />
      )}
    </>
  );
}

interface BulkDialogProps {
  readonly definition: Entity;
  readonly name: string;
  readonly field: Field;
  readonly rows: readonly GenericRow[];
  readonly onClose: () => void;
  readonly onDone: (left: readonly string[]) => void;
}

function BulkDialog({ definition, name, field, rows, onClose, onDone }: BulkDialogProps) {
  const [value, setValue] = useState<Json>(field.kind === 'boolean' ? true : null);
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const [reason, setReason] = useState('');
  const [done, setDone] = useState<number | null>(null);
  const asks = name === definition.states?.field && rows.some((row) => needsReason(definition, row[name], value));
  const noun = count(rows.length, definition.label.one, definition.label.many).toLowerCase();
  const ready = (!field.required || value !== null) && typed === undefined && (!asks || reason.trim() !== '');

  const run = async () => {
    setDone(0);
    const change = { field: name, value, reason };
    const outcome = await runBulk({ definition, rows, change, makeId: uuidv7, apply: applyOperation, onProgress: setDone });
    const clean = outcome.conflicts.length + outcome.refused.length + outcome.left.length === 0;
    notify({
      tone: clean ? 'good' : 'attention',
      title: `${formatNumber(outcome.changed.length)} of ${formatNumber(rows.length)} changed`,
      text: bulkWords(outcome) || undefined,
      stays: !clean,
    });
    onDone([...outcome.conflicts, ...outcome.refused.map((each) => each.id), ...outcome.left]);
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Change ${field.label.toLowerCase()} of ${noun}`}
      action={`Change ${noun}`}
      onAction={() => void run()}
      busy={done !== null}
      disabled={!ready}
    >
      <FieldInput
        definition={definition}
        name={name}
        field={field}
        value={value}
        typed={typed}
        fault={null}
        onChange={(next, text) => {
          setValue(next);
          setTyped(text);
        }}
        autoFocus
        narrow
      />
      {asks ? <ReasonInput value={reason} onChange={setReason} fault={null} /> : null}
      {done === null ? null : (
        <p role="status">
          {formatNumber(done)} of {formatNumber(rows.length)}
        </p>
      )}
    </Dialog>
  );
}
