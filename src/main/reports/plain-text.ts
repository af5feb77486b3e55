/** Markdown without its marks, a line for each paragraph, item and row: for places that hold plain text only, such as a Word template's. */
import type { MarkBlock, MarkRun } from '@shared/markdown/model';
import { parseMarkdown } from './markdown';

export function plainText(markdown: string): string {
  return linesOf(parseMarkdown(markdown, { lines: 'kept' })).join('\n');
}

const words = (runs: readonly MarkRun[]) => runs.map((run) => run.text).join('');

const linesOf = (blocks: readonly MarkBlock[]): string[] => blocks.flatMap((block) => linesIn(block));

function linesIn(block: MarkBlock): string[] {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return [words(block.runs)];
    case 'list':
      return block.items.flatMap((item, nth) => {
        const [first = '', ...rest] = linesOf(item.blocks);
        const mark = item.checked === null ? (block.ordered ? `${block.start + nth}.` : '•') : item.checked ? '☑' : '☐';
        return [`${mark} ${first}`, ...rest.map((line) => `   ${line}`)];
      });
    case 'quote':
      return linesOf(block.blocks);
    case 'code':
      return block.text.split('\n');
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(words).join(' | '));
    case 'rule':
      return [];
  }
}
