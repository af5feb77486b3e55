/** A person's initials on a round ground. The name beside it says who it is, so the initials are silent. */
import css from './Avatar.module.css';

/** `Ingrid Solheim` → `IS`; one word gives its first two letters. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = words[0];
  if (first === undefined) return '?';
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  const letters = last === undefined ? [...first].slice(0, 2) : [[...first][0], [...last][0]];
  return letters.join('').toLocaleUpperCase('en');
}

export interface AvatarProps {
  readonly name: string;
  readonly initials?: string;
  readonly size?: 18 | 20 | 28;
}

export function Avatar({ name, initials, size = 20 }: AvatarProps) {
  return (
    <span className={css.avatar} data-size={size} aria-hidden="true">
      {initials ?? initialsOf(name)}
    </span>
  );
}

/** Initials and name in one line, as in tables and details. */
export function PersonName({ name, size = 18 }: { readonly name: string; readonly size?: 18 | 20 }) {
  return (
    <span className={css.person}>
      <Avatar name={name} size={size} />
      <span className={css.name}>{name}</span>
    </span>
  );
}
