/** One comment: who, when, what; its author edits it or takes it back, anybody who comments settles a thread. */
import { Button } from '@mantine/core';
import type { EntityName } from '@shared/entities/registry';
import type { Comment } from '@shared/wire/collab';
import { useState } from 'react';
import { Avatar } from '../../components/Avatar';
import { Pill } from '../../components/Pill';
import { formatInstant } from '../../lib/format';
import { useMe } from '../../lib/session';
import { trpcClient } from '../../lib/trpc';
import { usePeople } from '../api';
import { Composer } from './Composer';
import { useSending } from './circle';
import css from './Discussion.module.css';
import { type Mentionable, piecesOf } from './mentions';

export interface CommentViewProps {
  readonly name: EntityName;
  readonly recordId: string;
  readonly comment: Comment;
  readonly people: readonly Mentionable[];
  /** The person may say something here. */
  readonly may: boolean;
}

export function CommentView({ name, recordId, comment, people, may }: CommentViewProps) {
  const known = usePeople();
  const me = useMe();
  const [editing, setEditing] = useState(false);
  const { busy, send } = useSending(name);
  const author = (comment.createdBy === null ? null : known.name(comment.createdBy)) ?? 'Unknown person';
  const own = me !== null && comment.createdBy === me.id;
  const at = { entity: name, recordId, commentId: comment.id };
  const settle = (resolved: boolean) =>
    send(
      { settle: comment.id, resolved },
      (opId) => trpcClient.collab.comment.mutate({ opId, ...at, kind: 'settle', resolved }),
      resolved ? 'The thread is settled' : 'The thread is open again',
      'The thread stays as it was',
    );
  const takeBack = () =>
    send(
      { back: comment.id },
      (opId) => trpcClient.collab.comment.mutate({ opId, ...at, kind: 'take_back' }),
      'The comment is taken back',
      'The comment stays',
    );
  const edit = async (body: string, mentions: readonly string[]) => {
    const stands = await send(
      { edit: comment.id, version: comment.rowVersion, body },
      (opId) =>
        trpcClient.collab.comment.mutate({
          ...{ opId, ...at, kind: 'edit' as const },
          ...{ baseVersion: comment.rowVersion, body, mentions: [...mentions] },
        }),
      null,
      'The comment is not changed',
    );
    if (stands) setEditing(false);
    return stands;
  };
  const names = comment.mentions.map((id) => known.name(id) ?? '');
  return (
    <article className={css.comment} aria-label={`Comment of ${author}`}>
      <Avatar name={author} size={28} />
      <div className={css.said}>
        <p className={css.head}>
          <strong>{author}</strong>
          <time dateTime={comment.createdAt}>{formatInstant(comment.createdAt)}</time>
          {comment.editedAt === null ? null : (
            <span title={`Edited ${formatInstant(comment.editedAt)}; the history keeps what it said`}>edited</span>
          )}
          {comment.resolved ? <Pill word="Settled" tone="good" bare /> : null}
        </p>
        {editing ? (
          <Composer
            label="Your comment"
            action="Save"
            people={people}
            initial={comment.body}
            busy={busy}
            autoFocus
            onSend={edit}
            onCancel={() => setEditing(false)}
          />
        ) : comment.takenBack ? (
          <p className={css.gone}>Taken back by its author.</p>
        ) : (
          <p className={css.body}>
            {piecesOf(comment.body, names).map((piece, index) =>
              piece.mention ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no identity
                <span key={index} className={css.mention}>
                  {piece.text}
                </span>
              ) : (
                piece.text
              ),
            )}
          </p>
        )}
        {may && !editing && !comment.takenBack ? (
          <div className={css.acts}>
            {comment.parentId === null ? (
              <Button variant="transparent" size="xs" loading={busy} onClick={() => void settle(!comment.resolved)}>
                {comment.resolved ? 'Open again' : 'Settle'}
              </Button>
            ) : null}
            {own ? (
              <>
                <Button variant="transparent" size="xs" onClick={() => setEditing(true)}>
                  Edit
                </Button>
                <Button variant="transparent" size="xs" onClick={() => void takeBack()}>
                  Take back
                </Button>
              </>
            ) : null}
          </div>
        ) : null}
      </div>
    </article>
  );
}
