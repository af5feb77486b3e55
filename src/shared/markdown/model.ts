/**
 * A marked text as data: what CommonMark with tables, struck text and tick lists can say, and nothing else. PDF and Word are made of it,
 * Word is read into it, and `write.ts` gives it back as Markdown. Text is always plain: HTML that somebody typed is letters.
 */

/** How a piece of a line is set. */
export interface MarkLook {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly struck: boolean;
  readonly code: boolean;
  /** Where a link leads: https, http or mailto; anything else is no link. */
  readonly href: string | null;
}

/** `\n` in it is a break of the line that was asked for. */
export interface MarkRun extends MarkLook {
  readonly text: string;
}

export interface MarkItem {
  /** Of a tick list; null in any other. */
  readonly checked: boolean | null;
  readonly blocks: readonly MarkBlock[];
}

export type MarkCell = readonly MarkRun[];

export type MarkBlock =
  /** Level 1 to 6. */
  | { readonly kind: 'heading'; readonly level: number; readonly runs: readonly MarkRun[] }
  | { readonly kind: 'paragraph'; readonly runs: readonly MarkRun[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly start: number; readonly items: readonly MarkItem[] }
  | { readonly kind: 'quote'; readonly blocks: readonly MarkBlock[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'table'; readonly head: readonly MarkCell[]; readonly rows: readonly (readonly MarkCell[])[] }
  | { readonly kind: 'rule' };

export const PLAIN: MarkLook = { bold: false, italic: false, struck: false, code: false, href: null };

/** The address as a link may have it; null for anything that a person should not be led to. */
export function safeHref(address: string | null | undefined): string | null {
  const text = (address ?? '').trim();
  return /^(https?:\/\/[^\s/]|mailto:[^\s@]+@)/i.test(text) && !hasControl(text) ? text : null;
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) <= 0x20) return true;
  return false;
}

const sameLook = (a: MarkLook, b: MarkLook) =>
  a.bold === b.bold && a.italic === b.italic && a.struck === b.struck && a.code === b.code && a.href === b.href;

/**
 * The runs as Markdown can say them: alike neighbours joined, no mark around a blank at the edge of a run, no blanks around a break or at
 * the ends of the text.
 */
export function tidyRuns(runs: readonly MarkRun[]): MarkRun[] {
  const split = runs.flatMap((run) => (run.code ? [run] : apart(run)));
  const joined: MarkRun[] = [];
  for (const run of split) {
    if (run.text === '') continue;
    const last = joined.at(-1);
    if (last !== undefined && sameLook(last, run)) joined[joined.length - 1] = { ...last, text: last.text + run.text };
    else joined.push(run);
  }
  return trimmed(joined);
}

/** Blanks at the edges of a marked run stand outside of its marks; inside a link they stay in it. */
function apart(run: MarkRun): MarkRun[] {
  if (!run.bold && !run.italic && !run.struck) return [run];
  const [, before = '', inside = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(run.text) ?? [];
  const bare = { ...PLAIN, href: run.href };
  return [
    { ...bare, text: before },
    { ...run, text: inside },
    { ...bare, text: after },
  ];
}

function trimmed(runs: readonly MarkRun[]): MarkRun[] {
  const kept = runs.map((run) => (run.code ? run : { ...run, text: run.text.replace(/[ \t]*\n[ \t]*/g, '\n') }));
  for (let at = 1; at < kept.length; at += 1) {
    const [left, right] = [kept[at - 1], kept[at]];
    if (left === undefined || right === undefined) continue;
    if (!left.code && right.text.startsWith('\n')) kept[at - 1] = { ...left, text: left.text.replace(/[ \t]+$/, '') };
    if (!right.code && left.text.endsWith('\n')) kept[at] = { ...right, text: right.text.replace(/^[ \t]+/, '') };
  }
  const first = kept.findIndex((run) => run.code || run.text.trim() !== '');
  if (first < 0) return [];
  let end = kept.length;
  while (kept[end - 1]?.code === false && kept[end - 1]?.text.trim() === '') end -= 1;
  const inner = kept.slice(first, end);
  return inner
    .map((run, at) => {
      if (run.code) return run;
      const begun = at === 0 ? run.text.trimStart() : run.text;
      return { ...run, text: at === inner.length - 1 ? begun.trimEnd() : begun };
    })
    .filter(({ text }) => text !== '');
}

/** The letters alone. */
export const textOf = (runs: readonly MarkRun[]): string => runs.map(({ text }) => text).join('');
