/** A list or screen with nothing on it: what it is for, then the likeliest starts, each with its key. */
import { Icon } from './Icon';
import { KeyCap } from './KeyCap';
import css from './StatePage.module.css';

export interface Start {
  readonly icon: string;
  readonly title: string;
  readonly text?: string;
  /** Only shown; the screen registers the short cut itself. */
  readonly keys?: string;
  readonly run: () => void;
}

export interface EmptyStateProps {
  readonly icon: string;
  readonly title: string;
  readonly text: string;
  /** The first is the likeliest and is tinted. */
  readonly starts?: readonly Start[];
}

export function EmptyState({ icon, title, text, starts = [] }: EmptyStateProps) {
  return (
    <div className={css.page} data-testid="empty-state">
      <div className={css.inner}>
        <span className={css.sign}>
          <Icon name={icon} size={26} />
        </span>
        <h2 className={css.title}>{title}</h2>
        <p className={css.text}>{text}</p>
        {starts.length === 0 ? null : (
          <div className={css.starts}>
            {starts.map((start, index) => (
              <button
                key={start.title}
                type="button"
                className={css.start}
                data-first={index === 0 || undefined}
                onClick={start.run}
              >
                <Icon name={start.icon} size={18} />
                <span className={css.startWords}>
                  <span className={css.startTitle}>{start.title}</span>
                  {start.text ? <span className={css.startText}>{start.text}</span> : null}
                </span>
                {start.keys ? <KeyCap keys={start.keys} /> : null}
              </button>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}
