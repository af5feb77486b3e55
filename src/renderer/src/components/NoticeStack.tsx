/** The notices of this window, bottom right, newest below. Faults are told at once to a screen reader, the rest when it is quiet. */
import { useEffect } from 'react';
import { dismissNotice, NOTICE_MS, type Notice, useNotices } from '../lib/notices';
import { Icon } from './Icon';
import css from './NoticeStack.module.css';

const SHAPES: Readonly<Record<Notice['tone'], string>> = {
  good: 'circle-check',
  laptop: 'laptop',
  attention: 'split',
  bad: 'alert',
};

function NoticeCard({ notice }: { readonly notice: Notice }) {
  const { id, stays, action } = notice;
  useEffect(() => {
    if (stays) return;
    const timer = window.setTimeout(() => dismissNotice(id), NOTICE_MS);
    return () => window.clearTimeout(timer);
  }, [id, stays]);
  return (
    <div className={css.notice} data-tone={notice.tone} data-testid="notice">
      <Icon name={SHAPES[notice.tone]} size={18} className={css.sign} />
      <div className={css.words}>
        <p className={css.title}>{notice.title}</p>
        {notice.text ? <p className={css.text}>{notice.text}</p> : null}
      </div>
      {action ? (
        <button
          type="button"
          className={css.action}
          onClick={() => {
            dismissNotice(id);
            action.run();
          }}
        >
          {action.label}
        </button>
      ) : null}
      <button type="button" className={css.close} onClick={() => dismissNotice(id)} aria-label={`Close: ${notice.title}`}>
        <Icon name="x" size={16} />
      </button>
    </div>
  );
}

export function NoticeStack() {
  const notices = useNotices();
  return (
    <section className={css.stack} aria-label="Notices">
      <div role="alert">
        {notices
          .filter((notice) => notice.tone === 'bad')
          .map((notice) => (
            <NoticeCard key={notice.id} notice={notice} />
          ))}
      </div>
      <div role="status">
        {notices
          .filter((notice) => notice.tone !== 'bad')
          .map((notice) => (
            <NoticeCard key={notice.id} notice={notice} />
          ))}
      </div>
    </section>
  );
}
