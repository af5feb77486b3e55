/** A surface with a line and no shadow, and its head: title, a second line of note, actions at the right. */
import { type ReactNode, useId } from 'react';
import css from './Card.module.css';

export interface CardProps {
  readonly title?: string;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  /** Rows that go to the edge bring their own padding, and the head gets a line. */
  readonly flush?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Card({ title, note, actions, flush = false, className = '', children }: CardProps) {
  const id = useId();
  const hasHead = title !== undefined || actions !== undefined;
  return (
    <section className={`${css.card} ${className}`} aria-labelledby={title === undefined ? undefined : id}>
      {hasHead ? (
        <div className={css.head} data-line={flush || undefined}>
          {title === undefined ? null : (
            <h2 className={css.title} id={id}>
              {title}
            </h2>
          )}
          {note === undefined ? null : <span className={css.note}>{note}</span>}
          {actions === undefined ? null : <div className={css.actions}>{actions}</div>}
        </div>
      ) : null}
      <div className={css.body} data-first={!hasHead || undefined} data-flush={flush || undefined}>
        {children}
      </div>
    </section>
  );
}
