/** The headings of a text, each a way to its place. */
import { useMemo } from 'react';
import { type Heading, headingsOf } from './editing';
import css from './HeadingOutline.module.css';

export interface HeadingOutlineProps {
  readonly text: string;
  readonly onGo: (heading: Heading) => void;
}

export function HeadingOutline({ text, onGo }: HeadingOutlineProps) {
  const headings = useMemo(() => headingsOf(text), [text]);
  if (headings.length === 0) return <p className={css.nothing}>Headings come together here as you write them.</p>;
  const top = Math.min(...headings.map(({ level }) => level));
  return (
    <ul className={css.outline}>
      {headings.map((heading) => (
        <li key={heading.line}>
          <button
            type="button"
            className={css.entry}
            data-top={heading.level === top || undefined}
            style={{ paddingLeft: 16 + 12 * Math.min(heading.level - top, 4) }}
            title={heading.words}
            onClick={() => onGo(heading)}
          >
            {heading.words === '' ? 'Heading without words' : heading.words}
          </button>
        </li>
      ))}
    </ul>
  );
}
