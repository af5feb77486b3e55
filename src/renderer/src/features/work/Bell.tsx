/** The bell in the head: what I should know, newest first, read or unread. Opening one reads it; nothing else does but "Read all". */
import { Button, Popover, Tooltip } from '@mantine/core';
import type { Notice } from '@shared/wire/collab';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { SkeletonRows } from '../../components/Skeleton';
import { usePeople } from '../../entities/api';
import { detailPath } from '../../entities/paths';
import { formatInstant, formatNumber } from '../../lib/format';
import { notifyError } from '../../lib/notices';
import { queryClient, trpcClient } from '../../lib/trpc';
import { ShortcutLayer } from '../../lib/use-shortcuts';
import { uuidv7 } from '../../lib/uuid';
import css from './Bell.module.css';
import { noticesOptions, useNotices } from './useWork';
import { NOTICE_ICONS, noticeWords, tabOf } from './words';

export function Bell() {
  const navigate = useNavigate();
  const [opened, setOpened] = useState(false);
  const [onlyUnread, setOnlyUnread] = useState(false);
  const notices = useNotices();
  const people = usePeople();
  const unread = notices.data?.unread ?? 0;
  const items = (notices.data?.items ?? []).filter((notice) => !onlyUnread || !notice.read);

  const read = async (keys: readonly string[]) => {
    if (keys.length === 0) return;
    try {
      await trpcClient.collab.readNotices.mutate({ opId: uuidv7(), keys: [...keys] });
      await queryClient.invalidateQueries({ queryKey: noticesOptions.queryKey });
    } catch (error) {
      notifyError(error, 'The notices stay unread');
    }
  };
  const open = (notice: Notice) => {
    setOpened(false);
    if (!notice.read) void read([notice.key]);
    const tab = tabOf(notice.kind);
    void navigate(`${detailPath(notice.entity, notice.id)}${tab === null ? '' : `?tab=${tab}`}`);
  };
  const label = unread === 0 ? 'Notices' : `Notices, ${unread} unread`;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={400} withinPortal={false} returnFocus trapFocus>
      <Popover.Target>
        <Tooltip label={label} disabled={opened}>
          <button type="button" className={css.bell} aria-label={label} onClick={() => setOpened(!opened)} data-testid="bell">
            <Icon name="bell" />
            {unread === 0 ? null : (
              <span className={css.count} aria-hidden="true">
                {unread > 99 ? '99+' : unread}
              </span>
            )}
          </button>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown className={css.pane} aria-label="Notices">
        <ShortcutLayer>
          <div className={css.head}>
            <strong>Notices</strong>
            <Button
              variant="transparent"
              aria-pressed={onlyUnread}
              disabled={unread === 0 && !onlyUnread}
              title={unread === 0 && !onlyUnread ? 'All are read' : undefined}
              onClick={() => setOnlyUnread(!onlyUnread)}
            >
              {onlyUnread ? 'Show all' : `Unread ${formatNumber(unread)}`}
            </Button>
            <Button
              variant="transparent"
              disabled={unread === 0}
              title={unread === 0 ? 'All are read' : undefined}
              onClick={() => void read(items.filter((notice) => !notice.read).map((notice) => notice.key))}
            >
              Read all
            </Button>
          </div>
          {notices.data === undefined && notices.error === null ? <SkeletonRows rows={4} label="Notices are read" /> : null}
          {notices.data === undefined && notices.error !== null ? (
            <ErrorState error={notices.error} onRetry={() => void notices.refetch()} />
          ) : null}
          {notices.data !== undefined && items.length === 0 ? (
            <p className={css.none}>{onlyUnread ? 'All are read.' : 'Nothing has happened that concerns you.'}</p>
          ) : null}
          <ul className={css.list}>
            {items.map((notice) => (
              <li key={notice.key}>
                <button type="button" className={css.item} data-unread={!notice.read || undefined} onClick={() => open(notice)}>
                  <Icon name={NOTICE_ICONS[notice.kind]} />
                  <span className={css.words}>
                    <span className={css.first}>
                      <span className={css.what}>
                        {noticeWords(
                          notice,
                          notice.personId === null ? 'Somebody' : (people.name(notice.personId) ?? 'Somebody'),
                        )}
                        {notice.read ? null : <span className="k-visually-hidden">, unread</span>}
                      </span>
                      <time className={css.when} dateTime={notice.at}>
                        {formatInstant(notice.at).replace(/, 00:00$/, '')}
                      </time>
                    </span>
                    <span className={css.label}>{notice.label}</span>
                    {notice.kind === 'mention' || notice.kind === 'reply' ? (
                      <span className={css.quote}>{notice.detail}</span>
                    ) : null}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </ShortcutLayer>
      </Popover.Dropdown>
    </Popover>
  );
}
