/**
 * Markdown as it is read. What somebody typed is never markup of ours: HTML is shown as text, pictures are their description, and a link
 * is a button that asks before the person's browser opens it.
 */
import { safeHref } from '@shared/markdown/model';
import { useMemo } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { notifyError } from '../lib/notices';
import { trpcClient } from '../lib/trpc';
import css from './MarkdownText.module.css';

export interface MarkdownTextProps {
  readonly text: string;
  /** The level of heading that `#` is on this page. */
  readonly top?: 2 | 3 | 4;
  /** A single line break is `kept` as it was typed, or `joined` as CommonMark has it. */
  readonly lines?: 'kept' | 'joined';
  /** Gives each heading this and its number as its id, for an outline that leads there. */
  readonly headingIds?: string;
}

const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'] as const;

function Leading({ href, children }: { readonly href?: string | undefined; readonly children?: React.ReactNode }) {
  const address = safeHref(href);
  if (address === null) return <span>{children}</span>;
  // only https is opened; anything else shows where it leads
  if (!address.startsWith('https://')) return <span title={address}>{children}</span>;
  const open = () => {
    trpcClient.app.openLink.mutate({ url: address }).catch((error: unknown) => notifyError(error, 'The link was not opened'));
  };
  return (
    <button type="button" className={css.link} title={address} onClick={open}>
      {children}
    </button>
  );
}

function componentsFor(top: number, headingIds: string | undefined): Components {
  const made: Record<string, unknown> = {
    a: Leading,
    img: ({ alt }: { readonly alt?: string }) => <span>{alt}</span>,
    table: ({ children }: { readonly children?: React.ReactNode }) => (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      <section className={css.wide} tabIndex={0} aria-label="Table">
        <table>{children}</table>
      </section>
    ),
    input: ({ checked }: { readonly checked?: boolean }) => <span aria-hidden="true">{checked ? '☑' : '☐'}</span>,
  };
  HEADINGS.forEach((name, at) => {
    const Tag = HEADINGS[Math.min(at + top - 1, HEADINGS.length - 1)] ?? 'h6';
    made[name] = ({ children, node }: { readonly children?: React.ReactNode; readonly node?: PlacedNode }) => {
      const line = node?.position?.start?.line;
      const id = headingIds === undefined || line === undefined ? undefined : `${headingIds}-${line}`;
      return (
        <Tag id={id} data-level={at + 1} tabIndex={id === undefined ? undefined : -1}>
          {children}
        </Tag>
      );
    };
  });
  return made;
}

interface PlacedNode {
  readonly position?: { readonly start?: { readonly line?: number } };
}

export function MarkdownText({ text, top = 3, lines = 'joined', headingIds }: MarkdownTextProps) {
  const components = useMemo(() => componentsFor(top, headingIds), [top, headingIds]);
  return (
    <div className={css.text} data-lines={lines}>
      <Markdown remarkPlugins={[[remarkGfm, { singleTilde: false }]]} components={components}>
        {text}
      </Markdown>
    </div>
  );
}
