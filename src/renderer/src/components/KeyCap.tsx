/** The picture of a key. `keys` as in the shortcut registry: `Ctrl+K`, `G C`, `Enter`. */
import css from './KeyCap.module.css';

const NAMES: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Mod: 'Ctrl',
};

export interface KeyCapProps {
  readonly keys: string;
  /** On a filled button. */
  readonly on?: 'action';
  /** One cap for a whole combination, as inside buttons; else a cap a key. */
  readonly joined?: boolean;
}

function word(key: string): string {
  return NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

export function KeyCap({ keys, on, joined = false }: KeyCapProps) {
  const strokes = keys.split(' ').map((stroke) => stroke.split('+').map(word));
  const caps = joined ? strokes.map((stroke) => stroke.join(' ')) : strokes.flat();
  if (caps.length === 1)
    return (
      <kbd className={css.cap} data-on={on}>
        {caps[0]}
      </kbd>
    );
  return (
    <span className={css.row}>
      {caps.map((cap, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed sequence, and the same key may stand in it twice
        <kbd key={index} className={css.cap} data-on={on}>
          {cap}
        </kbd>
      ))}
    </span>
  );
}
