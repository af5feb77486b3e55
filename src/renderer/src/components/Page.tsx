/** The frame of a screen inside the shell: title row with actions, views as tabs, tools, then the body and perhaps a side pane. */
import { type ReactNode, useEffect, useRef } from 'react';
import { type Crumb, usePageHead } from '../lib/page-head';
import css from './Page.module.css';

export interface PageProps {
  readonly title: string;
  /** Said before the title in a lighter voice: `AC-6(5)`. */
  readonly refText?: string | null;
  /** A second line under the title. */
  readonly note?: ReactNode;
  /** Where the screen stands, the last one being itself; by itself just the title. */
  readonly crumbs?: readonly Crumb[];
  readonly actions?: ReactNode;
  readonly tabs?: ReactNode;
  readonly toolbar?: ReactNode;
  /** The body goes to the edges on white, as lists do. */
  readonly flush?: boolean;
  readonly side?: ReactNode;
  /** A pane at the left, as the programme in fieldwork. */
  readonly left?: ReactNode;
  /** The screen wants the navigation as a rail. */
  readonly rail?: boolean;
  readonly children: ReactNode;
}

export function Page(props: PageProps) {
  const { title, refText, note, crumbs, actions, tabs, toolbar, flush = false, side, left, rail = false, children } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  usePageHead({ crumbs: crumbs ?? [{ label: title }], rail });
  useEffect(() => {
    // after going to another screen the reader starts at its title, unless the screen put the focus somewhere itself
    const active = document.activeElement;
    if (active === null || active === document.body || active.id === 'main') heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className={css.page}>
      <div className={css.split}>
        {left}
        <div className={css.page}>
          <header className={css.head} data-line={(flush && toolbar === undefined) || tabs !== undefined || undefined}>
            <div className={css.titleRow}>
              <div className={css.words}>
                <h1 className={css.title} ref={heading} tabIndex={-1}>
                  {refText ? <span className={css.ref}>{refText}</span> : null}
                  {title}
                </h1>
                {note === undefined ? null : <div className={css.note}>{note}</div>}
              </div>
              {actions === undefined ? null : <div className={css.actions}>{actions}</div>}
            </div>
            {tabs}
          </header>
          {toolbar === undefined ? null : <div className={css.toolbar}>{toolbar}</div>}
          <div className={css.split}>
            <div className={css.body} data-flush={flush || undefined}>
              {children}
            </div>
            {side}
          </div>
        </div>
      </div>
    </div>
  );
}

export interface SidePaneProps {
  readonly label: string;
  readonly title?: ReactNode;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly foot?: ReactNode;
  readonly at?: 'left' | 'right';
  /** 284 to 356. */
  readonly width?: number;
  /** Lies over the list where the window is narrow. */
  readonly covers?: boolean;
  readonly children: ReactNode;
}

/** A docked pane; F6 reaches it. */
export function SidePane(props: SidePaneProps) {
  const { label, title, note, actions, foot, at = 'right', width = 344, covers = false, children } = props;
  return (
    <aside
      className={css.side}
      data-at={at}
      data-covers={covers || undefined}
      data-pane={label}
      tabIndex={-1}
      style={{ width }}
      aria-label={label}
    >
      {title === undefined && actions === undefined ? null : (
        <div className={css.sideHead}>
          <h2 className={css.sideTitle}>{title}</h2>
          {note === undefined ? null : <span className={css.sideNote}>{note}</span>}
          <div className={css.sideActions}>{actions}</div>
        </div>
      )}
      <div className={css.sideBody}>{children}</div>
      {foot === undefined ? null : <div className={css.sideFoot}>{foot}</div>}
    </aside>
  );
}

export interface ViewTab {
  readonly key: string;
  readonly label: string;
  readonly count?: number | null;
  /** Said when the pointer rests on it. */
  readonly title?: string;
}

export interface ViewTabsProps {
  readonly label: string;
  readonly views: readonly ViewTab[];
  readonly value: string;
  readonly onChange: (key: string) => void;
  readonly end?: ReactNode;
}

/** Views of a list; they look like tabs, but each is another question to the same list, so they are buttons of a navigation. */
export function ViewTabs({ label, views, value, onChange, end }: ViewTabsProps) {
  return (
    <nav className={css.tabs} aria-label={label}>
      {views.map((view) => (
        <button
          key={view.key}
          type="button"
          className={css.tab}
          title={view.title}
          aria-current={view.key === value ? 'page' : undefined}
          onClick={() => onChange(view.key)}
        >
          {view.label}
          {view.count === undefined || view.count === null ? null : (
            <span className={css.count}>{view.count.toLocaleString('en-GB')}</span>
          )}
        </button>
      ))}
      {end === undefined ? null : <span className={css.tabsEnd}>{end}</span>}
    </nav>
  );
}
