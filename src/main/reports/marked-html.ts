/** A marked text as HTML for the printer: every letter of it escaped, links only where `safeHref` let them be. */
import type { MarkBlock, MarkItem, MarkRun } from '@shared/markdown/model';
import { escapeHtml } from './escape-html';

/** @param top the level of HTML's headings that `#` is */
export function markedHtml(blocks: readonly MarkBlock[], top: number): string {
  return blocks.map((block) => one(block, top)).join('\n');
}

function one(block: MarkBlock, top: number): string {
  switch (block.kind) {
    case 'heading': {
      const level = Math.min(block.level + top - 1, 6);
      return `<h${level}>${runs(block.runs)}</h${level}>`;
    }
    case 'paragraph':
      return `<p>${runs(block.runs)}</p>`;
    case 'list': {
      const tag = block.ordered ? 'ol' : 'ul';
      const start = block.ordered && block.start !== 1 ? ` start="${block.start}"` : '';
      return `<${tag}${start}>${block.items.map((each) => item(each, top)).join('')}</${tag}>`;
    }
    case 'quote':
      return `<blockquote>${markedHtml(block.blocks, top)}</blockquote>`;
    case 'code':
      return `<pre>${escapeHtml(block.text)}</pre>`;
    case 'table': {
      const head = block.head.map((cell) => `<th scope="col">${runs(cell)}</th>`).join('');
      const rows = block.rows.map((row) => `<tr>${row.map((cell) => `<td>${runs(cell)}</td>`).join('')}</tr>`).join('\n');
      return `<table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`;
    }
    case 'rule':
      return '<hr>';
  }
}

/** The first paragraph of an item stands beside its mark. */
function item({ checked, blocks }: MarkItem, top: number): string {
  const [first, ...rest] = blocks;
  const tick = checked === null ? '' : checked ? '☑ ' : '☐ ';
  const body = first?.kind === 'paragraph' ? runs(first.runs) + markedHtml(rest, top) : markedHtml(blocks, top);
  return `<li>${tick}${body}</li>`;
}

function runs(all: readonly MarkRun[]): string {
  return all
    .map(({ text, bold, italic, struck, code, href }) => {
      let inside = escapeHtml(text);
      if (code) inside = `<code>${inside}</code>`;
      if (struck) inside = `<s>${inside}</s>`;
      if (italic) inside = `<em>${inside}</em>`;
      if (bold) inside = `<strong>${inside}</strong>`;
      return href === null ? inside : `<a href="${escapeHtml(href)}">${inside}</a>`;
    })
    .join('');
}
