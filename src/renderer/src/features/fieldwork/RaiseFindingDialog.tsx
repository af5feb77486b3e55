/** Raises a finding from a test, with its first action and the exceptions that led to it, as one operation: all is there or nothing. */
import { Checkbox } from '@mantine/core';
import { Dialog } from '@renderer/components/Dialog';
import { FieldInput } from '@renderer/entities/form/FieldInput';
import { fieldFault, typedFault } from '@renderer/entities/form/validate';
import { errorWords } from '@renderer/lib/error-texts';
import { toErrorData } from '@renderer/lib/errors';
import { todayHere } from '@renderer/lib/format';
import { notify } from '@renderer/lib/notices';
import { recordsChanged, trpc } from '@renderer/lib/trpc';
import { uuidv7 } from '@renderer/lib/uuid';
import type { Json } from '@shared/entities/fields';
import { type EntityRow, entityOf } from '@shared/entities/registry';
import type { Workpaper } from '@shared/wire/audits';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { exceptionsOf } from './ExceptionsCard';
import css from './RaiseFindingDialog.module.css';

const FINDING = entityOf('findings');
const ACTION = entityOf('actions');

type Draft = Readonly<Record<string, Json>>;

interface Part {
  readonly values: Draft;
  readonly typed: Readonly<Record<string, string>>;
}

type Exception = EntityRow<'testExceptions'>;

/** What a finding from this test starts with. */
export function draftFrom(paper: Workpaper, exceptions: readonly Exception[] = []): Draft {
  const { row } = paper.test;
  const notes = [
    row.designNotes,
    row.operatingNotes,
    ...exceptions.map(({ title, description }) => (description === null ? title : `${title}: ${description}`)),
  ].filter((text) => text !== null && text.trim() !== '');
  const ineffective = row.testResult === 'ineffective';
  return {
    title: '',
    kind: ineffective ? 'major_nonconformity' : 'minor_nonconformity',
    severity: ineffective ? 'high' : 'medium',
    ownerId: paper.control?.ownerId ?? null,
    dueDate: null,
    criteria: paper.requirements[0]
      ? `${paper.requirements[0].requirement.refId} ${paper.requirements[0].requirement.title ?? ''}`.trim()
      : null,
    condition: notes.length > 0 ? notes.join('\n') : null,
    cause: linesOf(exceptions.map(({ cause }) => cause)),
    effect: linesOf(exceptions.map(({ effect }) => effect)),
    recommendation: null,
  };
}

/** Texts one below the other, each once; null where there are none. */
function linesOf(texts: readonly (string | null)[]): string | null {
  const lines = [...new Set(texts)].filter((text) => text !== null && text.trim() !== '');
  return lines.length === 0 ? null : lines.join('\n');
}

const FINDING_ROWS = [
  ['title'],
  ['kind'],
  ['severity'],
  ['ownerId', 'dueDate'],
  ['criteria'],
  ['condition'],
  ['cause', 'effect'],
  ['recommendation'],
];
const ACTION_ROWS = [['title'], ['ownerId', 'dueDate']];

/** Values that say something; empty ones are left out. */
function given(values: Draft): Record<string, Json> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ''));
}

function faultsOf(
  definition: typeof FINDING,
  rows: readonly (readonly string[])[],
  part: Part,
  today: string,
): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  for (const name of rows.flat()) {
    const field = definition.fields[name];
    if (!field) continue;
    const typed = part.typed[name];
    const fault =
      (typed === undefined ? null : typedFault(field, typed, today)) ??
      fieldFault(definition, name, field, part.values[name] ?? null);
    if (fault !== null) faults[name] = fault;
  }
  return faults;
}

interface FieldsProps {
  readonly definition: typeof FINDING;
  readonly rows: readonly (readonly string[])[];
  readonly part: Part;
  readonly faults: Readonly<Record<string, string>>;
  readonly focus?: string;
  readonly onChange: (part: Part) => void;
}

function Fields({ definition, rows, part, faults, focus, onChange }: FieldsProps) {
  return rows.map((row) => (
    <div key={row.join()} className={css.row} style={{ gridTemplateColumns: `repeat(${row.length}, minmax(0, 1fr))` }}>
      {row.map((name) => {
        const field = definition.fields[name];
        if (!field) return null;
        return (
          <FieldInput
            key={name}
            definition={definition}
            name={name}
            field={field}
            value={part.values[name] ?? null}
            typed={part.typed[name]}
            fault={faults[name] ?? null}
            autoFocus={name === focus}
            onChange={(value, typed) => {
              const { [name]: _before, ...others } = part.typed;
              onChange({
                values: { ...part.values, [name]: value },
                typed: typed === undefined ? others : { ...others, [name]: typed },
              });
            }}
          />
        );
      })}
    </div>
  ));
}

interface RaiseProps {
  readonly paper: Workpaper;
  readonly onClose: () => void;
}

/** Begins with what the test holds, so it opens as soon as its exceptions are known; without them where they cannot be read. */
export function RaiseFindingDialog(props: RaiseProps) {
  const query = useQuery(exceptionsOf(props.paper.test.row.id));
  if (query.isPending) return null;
  const loose = (query.data?.rows ?? []).filter(({ findingId }) => findingId === null);
  return <RaiseForm {...props} exceptions={loose} />;
}

function RaiseForm({ paper, onClose, exceptions: offered }: RaiseProps & { readonly exceptions: readonly Exception[] }) {
  const navigate = useNavigate();
  // those that were there when the dialog opened: what is sent is what the person saw
  const [exceptions] = useState(offered);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [finding, setFinding] = useState<Part>(() => ({ values: draftFrom(paper, exceptions), typed: {} }));
  const [action, setAction] = useState<Part>({ values: { title: '', ownerId: null, dueDate: null }, typed: {} });
  const [tried, setTried] = useState(false);
  // made once: sending the same content again is the same operation on the same records
  const ids = useRef({ findingId: uuidv7(), actionId: uuidv7() });
  const kept = useRef<{ content: string; opId: string } | null>(null);
  const raise = useMutation({
    ...trpc.audits.raiseFinding.mutationOptions({ meta: { quiet: true } }),
    onSuccess: (result) => {
      void recordsChanged(['findings', 'actions', 'controlTests', 'testExceptions']);
      notify({
        tone: 'good',
        title: `Finding ${result.findingRef} saved`,
        ...(result.actionRef ? { text: `with action ${result.actionRef}` } : {}),
        action: { label: 'Open', run: () => navigate(`/r/findings/${result.findingId}`) },
      });
      onClose();
    },
  });
  const today = todayHere();
  const wantsAction = Object.keys(given(action.values)).length > 0 || Object.keys(action.typed).length > 0;
  const findingFaults = faultsOf(FINDING, FINDING_ROWS, finding, today);
  const actionFaults = wantsAction ? faultsOf(ACTION, ACTION_ROWS, action, today) : {};
  const faulty = Object.keys(findingFaults).length + Object.keys(actionFaults).length > 0;
  const led = exceptions.map(({ id }) => id).filter((id) => !left.has(id));
  const submit = () => {
    setTried(true);
    if (faulty || raise.isPending) return;
    const body = {
      findingId: ids.current.findingId,
      controlTestId: paper.test.row.id,
      finding: given(finding.values),
      ...(wantsAction ? { action: { id: ids.current.actionId, fields: given(action.values) } } : {}),
      ...(led.length > 0 ? { exceptionIds: led } : {}),
    };
    const content = JSON.stringify(body);
    if (kept.current?.content !== content) kept.current = { content, opId: uuidv7() };
    raise.mutate({ opId: kept.current.opId, ...body });
  };
  const words = raise.isError ? errorWords(toErrorData(raise.error)) : null;
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Raise a finding from ${paper.control?.ref ?? paper.test.row.ref ?? paper.test.row.title}`}
      action="Raise the finding"
      onAction={submit}
      busy={raise.isPending}
      size={680}
    >
      <div className={css.form}>
        {words ? (
          <p className={css.fault} role="alert">
            <strong>{words.title}.</strong> {words.text}
          </p>
        ) : null}
        {exceptions.length === 0 ? null : (
          <fieldset className={css.action}>
            <legend>Exceptions that lead to it</legend>
            {exceptions.map(({ id, title }) => (
              <Checkbox
                key={id}
                label={title}
                checked={!left.has(id)}
                onChange={({ currentTarget: { checked } }) =>
                  setLeft((before) => {
                    const next = new Set(before);
                    if (checked) next.delete(id);
                    else next.add(id);
                    return next;
                  })
                }
              />
            ))}
          </fieldset>
        )}
        <Fields
          definition={FINDING}
          rows={FINDING_ROWS}
          part={finding}
          faults={tried ? findingFaults : {}}
          focus="title"
          onChange={setFinding}
        />
        <fieldset className={css.action}>
          <legend>First action, if there is one already</legend>
          <Fields definition={ACTION} rows={ACTION_ROWS} part={action} faults={tried ? actionFaults : {}} onChange={setAction} />
        </fieldset>
      </div>
    </Dialog>
  );
}
