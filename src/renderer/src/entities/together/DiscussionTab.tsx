/** What people say about a record: threads one level deep, each settled or open, the newest thread last; one's own words can be edited. */
import { Button } from '@mantine/core';
import type { EntityName } from '@shared/entities/registry';
import type { Comment, RecordCircle } from '@shared/wire/collab';
import { useMemo, useState } from 'react';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { SkeletonRows } from '../../components/Skeleton';
import { countsAsUnsaved } from '../../lib/leave-guard';
import { scope } from '../../lib/scope';
import { useMe, useWorkspace } from '../../lib/session';
import { trpcClient } from '../../lib/trpc';
import { usePeople } from '../api';
import { CommentView } from './CommentView';
import { Composer } from './Composer';
import { useCircle, useSending } from './circle';
import css from './Discussion.module.css';
import type { Mentionable } from './mentions';

/** Words that were typed and not sent, kept while the person and tenant stay. */
const unsent = new Map<string, string>();
scope.onChange(() => unsent.clear());
countsAsUnsaved({ count: () => [...unsent.values()].filter((text) => text.trim() !== '').length });

export interface DiscussionProps {
  readonly name: EntityName;
  readonly id: string;
  readonly archived: boolean;
  /** In a side pane: no frame of its own, and an empty one is a line. */
  readonly narrow?: boolean;
}

export function DiscussionTab({ name, id, archived, narrow = false }: DiscussionProps) {
  const circle = useCircle(name, id);
  if (circle.data === undefined) {
    return circle.error === null ? (
      <SkeletonRows rows={4} label="The comments are read" />
    ) : (
      <ErrorState error={circle.error} onRetry={() => void circle.refetch()} />
    );
  }
  return <Threads name={name} id={id} archived={archived} narrow={narrow} circle={circle.data} />;
}

function Threads({ name, id, archived, narrow, circle }: DiscussionProps & { readonly circle: RecordCircle }) {
  const people = usePeople();
  const me = useMe();
  const functions = useWorkspace()?.functions ?? [];
  const [answering, setAnswering] = useState<string | null>(null);
  const [settled, setSettled] = useState(false);
  const { busy, send } = useSending(name);
  const may = !archived && functions.some((fn) => fn !== 'viewer');
  const mentionable: readonly Mentionable[] = useMemo(
    () =>
      circle.mentionable
        .filter((each) => each !== me?.id)
        .map((each) => ({ id: each, name: people.name(each) ?? 'Unknown person' })),
    [circle.mentionable, people, me],
  );
  const threads = circle.comments.filter((comment) => comment.parentId === null);
  const answers = (parent: Comment) => circle.comments.filter((comment) => comment.parentId === parent.id);
  const hidden = threads.filter((thread) => thread.resolved).length;
  const shown = settled ? threads : threads.filter((thread) => !thread.resolved);
  const say = (parentId: string | null, key: string) => async (body: string, mentions: readonly string[]) => {
    const content = { commentId: '', parentId, body, mentions };
    const stands = await send(
      content,
      (opId) =>
        // the comment's id follows the operation's, so that a repetition says the same thing once
        trpcClient.collab.comment.mutate({
          ...{ opId, entity: name, recordId: id, kind: 'say' as const },
          ...{ commentId: opId, parentId, body, mentions: [...mentions] },
        }),
      null,
      'The comment is not sent',
    );
    if (stands) {
      unsent.delete(key);
      setAnswering(null);
    }
    return stands;
  };
  const first = `${id}:new`;
  return (
    <div className={css.discussion} data-narrow={narrow || undefined} data-testid="discussion">
      {threads.length > 0 ? null : narrow ? (
        <p className={css.note}>Nobody has said anything yet.</p>
      ) : (
        <EmptyState
          icon="message"
          title="Nobody has said anything yet"
          text="Comments stay with the record. @ names somebody, who is then told."
        />
      )}
      {hidden > 0 ? (
        <Button variant="transparent" className={css.more} onClick={() => setSettled(!settled)}>
          {settled ? 'Hide what is settled' : `Show ${hidden} settled`}
        </Button>
      ) : null}
      {shown.map((thread) => (
        <section key={thread.id} className={css.thread} data-settled={thread.resolved || undefined} aria-label="Thread">
          <CommentView name={name} recordId={id} comment={thread} people={mentionable} may={may} />
          {answers(thread).map((answer) => (
            <div key={answer.id} className={css.answer}>
              <CommentView name={name} recordId={id} comment={answer} people={mentionable} may={may} />
            </div>
          ))}
          {may && answering !== thread.id ? (
            <div className={css.answer}>
              <Button variant="subtle" leftSection={<Icon name="message" />} onClick={() => setAnswering(thread.id)}>
                Answer
              </Button>
            </div>
          ) : null}
          {answering === thread.id ? (
            <div className={css.answer}>
              <Composer
                label="Your answer"
                action="Answer"
                people={mentionable}
                initial={unsent.get(thread.id)}
                busy={busy}
                autoFocus
                onText={(text) => unsent.set(thread.id, text)}
                onSend={say(thread.id, thread.id)}
                onCancel={() => setAnswering(null)}
              />
            </div>
          ) : null}
        </section>
      ))}
      {may ? (
        <Composer
          label="New comment"
          action="Comment"
          people={mentionable}
          initial={unsent.get(first)}
          busy={busy}
          onText={(text) => unsent.set(first, text)}
          onSend={say(null, first)}
        />
      ) : (
        <p className={css.note} role="note">
          {archived
            ? 'The record is archived. Restore it to comment.'
            : 'Your role reads. Ask an administrator for a role that comments.'}
        </p>
      )}
    </div>
  );
}
