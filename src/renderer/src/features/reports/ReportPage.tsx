/** The report as it is printed: its sections in their order; a section of text is written where it stands. */
import { Textarea } from '@mantine/core';
import { MarkdownText } from '@renderer/components/MarkdownText';
import type { RouterOutputs } from '@renderer/lib/trpc';
import { blockOf, isTextSection, type SectionKey, sectionTitle, type TextSection } from '@shared/reports/layout';
import { Fragment } from 'react';
import { ReportBlock } from './ReportBlock';
import css from './ReportTab.module.css';

export type Composed = RouterOutputs['reports']['compose'];
type Block = Composed['sections'][number]['blocks'][number];
export type OwnBlock = Composed['body']['blocks'][number];

interface Props {
  readonly composed: Composed;
  readonly shown: readonly SectionKey[];
  readonly current: SectionKey;
  readonly onCurrent: (key: SectionKey) => void;
  readonly texts: Readonly<Record<TextSection, string | null>>;
  /** Null where the report is not written any more, or not by this person. */
  readonly onText: ((key: TextSection, text: string) => void) | null;
  readonly onLeave: () => void;
  /** The block that was made just now: its title has the focus. */
  readonly fresh: string | null;
  readonly onRemove: ((block: OwnBlock) => void) | null;
}

export function ReportPage({ composed, shown, current, onCurrent, texts, onText, onLeave, fresh, onRemove }: Props) {
  const { report } = composed;
  return (
    <article className={css.paper} aria-label={`Page of ${report.ref ?? 'the report'}`}>
      <header className={css.paperHead}>
        <h2>{report.title}</h2>
        <p>
          {composed.body.plan ? `${composed.body.plan.ref} ${composed.body.plan.name}` : 'No audit plan'} · version{' '}
          {report.versionNumber}
        </p>
      </header>
      {shown.map((key) => (
        <section key={key} id={`section-${key}`} className={css.section} data-current={key === current || undefined}>
          {onRemove !== null && blockOf(key, composed.body.blocks) ? null : <h3>{sectionTitle(key, composed.body.blocks)}</h3>}
          <OwnText
            block={blockOf(key, composed.body.blocks)}
            fresh={fresh}
            onCurrent={() => onCurrent(key)}
            onRemove={onRemove}
          />
          {blockOf(key, composed.body.blocks) ? null : isTextSection(key) ? (
            onText ? (
              <Textarea
                aria-label={sectionTitle(key, [])}
                autosize
                minRows={2}
                value={texts[key] ?? ''}
                placeholder="Nothing yet. An empty section is not printed. **bold**, *italic* and - lists are drawn."
                onFocus={() => onCurrent(key)}
                onChange={(event) => onText(key, event.currentTarget.value)}
                onBlur={onLeave}
              />
            ) : (
              <Marked text={texts[key] ?? ''} />
            )
          ) : (
            <Blocks blocks={composed.sections.find((section) => section.key === key)?.blocks ?? []} />
          )}
        </section>
      ))}
    </article>
  );
}

interface OwnTextProps {
  readonly block: OwnBlock | undefined;
  readonly fresh: string | null;
  readonly onCurrent: () => void;
  readonly onRemove: ((block: OwnBlock) => void) | null;
}

function OwnText({ block, fresh, onCurrent, onRemove }: OwnTextProps) {
  if (block === undefined) return null;
  if (onRemove === null) return <Marked text={block.content ?? ''} />;
  return (
    <ReportBlock
      key={block.id}
      block={block}
      autoFocus={block.id === fresh}
      onFocus={onCurrent}
      onRemove={() => onRemove(block)}
    />
  );
}

/** Parts of a text have no names of their own; they are told apart by their place. */
function placed<T>(parts: readonly T[]): readonly { readonly key: string; readonly part: T }[] {
  return parts.map((part, nth) => ({ key: String(nth), part }));
}

function Blocks({ blocks }: { readonly blocks: readonly Block[] }) {
  if (blocks.length === 0) return <p className={css.nothing}>Nothing to show; the section is not printed.</p>;
  return placed(blocks).map(({ key, part }) => <OneBlock key={key} block={part} />);
}

function OneBlock({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'heading':
      return <h4>{block.text}</h4>;
    case 'text':
      return <p>{block.text}</p>;
    case 'markdown':
      return <Marked text={block.text} />;
    case 'facts':
      return (
        <dl className={css.facts}>
          {block.facts.map(([label, value]) => (
            <Fragment key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
        </dl>
      );
    case 'table':
      return (
        <table className={css.table}>
          <thead>
            <tr>
              {block.columns.map(({ label, width }) => (
                <th key={label} scope="col" style={{ width: `${width}%` }}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {placed(block.rows).map(({ key, part }) => (
              <tr key={key}>
                {placed(part).map((cell) => (
                  <td key={cell.key}>{cell.part}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
  }
}

function Marked({ text }: { readonly text: string }) {
  if (text.trim() === '') return <p className={css.nothing}>Nothing was written; the section is not printed.</p>;
  return <MarkdownText text={text} top={4} lines="kept" />;
}
