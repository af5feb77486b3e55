/** The last line of the window: how things stand at the left, the keys of this screen at the right. */
import type { ReactNode } from 'react';
import { useKeyHints } from '../lib/use-shortcuts';
import { KeyCap } from './KeyCap';
import css from './StatusBar.module.css';

export interface StatusBarProps {
  /** Short facts, the first with an icon where it matters. */
  readonly facts: readonly { readonly key: string; readonly content: ReactNode }[];
  /** Offline: the whole bar turns violet. */
  readonly offline?: boolean;
}

export function StatusBar({ facts, offline = false }: StatusBarProps) {
  const hints = useKeyHints();
  return (
    <footer className={css.bar} data-offline={offline || undefined} data-testid="status-bar">
      <div className={css.facts}>
        {facts.map((fact) => (
          <span key={fact.key} className={css.fact}>
            {fact.content}
          </span>
        ))}
      </div>
      <div className={css.hints} aria-hidden="true">
        {hints.map((hint) => (
          <span key={hint.word} className={css.hint}>
            {hint.keys.map((keys) => (
              <KeyCap key={keys} keys={keys} joined />
            ))}
            <span>{hint.word}</span>
          </span>
        ))}
      </div>
    </footer>
  );
}
