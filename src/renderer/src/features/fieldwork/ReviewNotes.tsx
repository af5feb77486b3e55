/** Review notes about a test, a finding or an audit: asked by the reviewer, answered, cleared. Open ones first; cleared ones fold away. */
import { Button, Textarea } from '@mantine/core';
import { ErrorState } from '@renderer/components/ErrorState';
import { OptionPill } from '@renderer/components/Pill';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { listOptions, usePeople } from '@renderer/entities/api';
import type { GenericRow } from '@renderer/entities/rows';
import { formatAgo } from '@renderer/lib/format';
import { useRights } from '@renderer/lib/rights';
import { useMe } from '@renderer/lib/session';
import { NOTE_STATUS } from '@shared/entities/auditops/options';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import css from './ReviewNotes.module.css';
import { useRecordWriter } from './records';

export interface ReviewNotesProps {
  readonly about: 'auditPlanId' | 'controlTestId' | 'findingId';
  readonly id: string;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

export function ReviewNotes({ about, id }: ReviewNotesProps) {
  const query = useQuery(listOptions('reviewNotes', { filter: [{ field: about, op: 'eq', value: id }], limit: 200 }));
  const may = useRights('reviewNotes');
  const writer = useRecordWriter();
  const [typed, setTyped] = useState('');
  const [asking, setAsking] = useState(false);
  const [folded, setFolded] = useState(true);
  const notes = query.data?.rows ?? [];
  const waiting = notes.filter((note) => note.cleared !== true);
  const cleared = notes.filter((note) => note.cleared === true);
  const add = async () => {
    if (typed.trim() === '') return;
    if (await writer.create('reviewNotes', { note: typed.trim(), [about]: id }, 'Review note raised')) {
      setTyped('');
      setAsking(false);
    }
  };
  return (
    <div className={css.notes}>
      {query.isPending ? <SkeletonRows label="Reading the notes" rows={2} /> : null}
      {query.isError && !query.data ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data && notes.length === 0 ? <p className={css.none}>No review notes.</p> : null}
      <ul className={css.list}>
        {(folded ? waiting : [...waiting, ...cleared]).map((note) => (
          <Note key={note.id} note={note} mayWrite={may.update} />
        ))}
      </ul>
      {asking ? (
        <div className={css.form}>
          <Textarea
            label="Review note"
            autosize
            minRows={2}
            autoFocus
            maxLength={10_000}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return;
              event.stopPropagation();
              setAsking(false);
            }}
          />
          <div className={css.buttons}>
            <Button variant="default" onClick={() => setAsking(false)}>
              Cancel
            </Button>
            <Button variant="filled" loading={writer.busy} disabled={typed.trim() === ''} onClick={() => void add()}>
              Raise the note
            </Button>
          </div>
        </div>
      ) : (
        <div className={css.buttons}>
          {cleared.length > 0 ? (
            <Button variant="transparent" aria-expanded={!folded} onClick={() => setFolded(!folded)}>
              {folded ? `${cleared.length} cleared` : 'Hide cleared'}
            </Button>
          ) : null}
          {may.create ? (
            <Button variant="default" onClick={() => setAsking(true)}>
              Raise a note
            </Button>
          ) : null}
        </div>
      )}
    </div>
  );
}

function Note({ note, mayWrite }: { readonly note: GenericRow; readonly mayWrite: boolean }) {
  const people = usePeople();
  const me = useMe();
  const writer = useRecordWriter();
  const [typed, setTyped] = useState<string | null>(null);
  const answer = textOf(note.answer);
  const name = (person: unknown) => people.name(textOf(person)) ?? 'Somebody';
  const cleared = note.cleared === true;
  return (
    <li className={css.note} data-cleared={cleared || undefined}>
      <div className={css.head}>
        <strong>{name(note.createdBy)}</strong>
        <span>{formatAgo(note.createdAt)}</span>
        <OptionPill options={NOTE_STATUS} value={textOf(note.status)} bare />
      </div>
      <p className={css.text}>{textOf(note.note)}</p>
      {answer !== '' && typed === null ? (
        <p className={css.answer}>
          <strong>{name(note.answeredBy)}</strong> {answer}
        </p>
      ) : null}
      {typed === null ? null : (
        <Textarea
          label="Answer"
          autosize
          minRows={2}
          autoFocus
          maxLength={10_000}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {mayWrite ? (
        <div className={css.buttons}>
          {typed === null ? (
            <>
              {cleared ? null : (
                <Button variant="transparent" onClick={() => setTyped(answer)}>
                  {answer === '' ? 'Answer' : 'Change the answer'}
                </Button>
              )}
              {cleared || textOf(note.answeredBy) !== me?.id || textOf(note.createdBy) === me?.id ? (
                <Button
                  variant="transparent"
                  loading={writer.busy}
                  onClick={() => void writer.change('reviewNotes', note, { cleared: !cleared })}
                >
                  {cleared ? 'Open it again' : 'Clear'}
                </Button>
              ) : null}
            </>
          ) : (
            <>
              <Button variant="default" onClick={() => setTyped(null)}>
                Cancel
              </Button>
              <Button
                variant="filled"
                loading={writer.busy}
                disabled={typed.trim() === ''}
                onClick={() =>
                  void writer.change('reviewNotes', note, { answer: typed.trim() }).then((done) => done && setTyped(null))
                }
              >
                Save the answer
              </Button>
            </>
          )}
        </div>
      ) : null}
    </li>
  );
}
