/** Which answers of an assessment the list shows: by words, and by what is asked of somebody. */
import type { AnswerFamily, AnswerLine } from '@shared/wire/assessments';

export type AnswerFilter = 'all' | 'mine' | 'open' | 'confirm' | 'gaps' | 'changed';

export interface AnswerQuery {
  readonly filter: AnswerFilter;
  readonly text: string;
  readonly personId: string | null;
  /** For `changed`: a day, `YYYY-MM-DD`. */
  readonly since: string;
}

export function matches(line: AnswerLine, query: AnswerQuery): boolean {
  const words = query.text.toLowerCase().split(/\s+/u).filter(Boolean);
  const hay = `${line.ref} ${line.title ?? ''}`.toLowerCase();
  return words.every((word) => hay.includes(word)) && inFilter(line, query);
}

function inFilter(line: AnswerLine, { filter, personId, since }: AnswerQuery): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'mine':
      return line.assigneeId !== null && line.assigneeId === personId;
    case 'open':
      return line.result === 'not_assessed';
    case 'confirm':
      return line.carriedOver;
    case 'gaps':
      return line.result === 'non_compliant' || line.result === 'partially_compliant';
    case 'changed':
      return line.updatedAt >= since;
  }
}

/** Families with what is left of them; one with nothing left is left out. */
export function filterFamilies(families: readonly AnswerFamily[], query: AnswerQuery): readonly AnswerFamily[] {
  if (query.filter === 'all' && query.text.trim() === '') return families;
  return families
    .map((family) => ({ ...family, answers: family.answers.filter((line) => matches(line, query)) }))
    .filter((family) => family.answers.length > 0);
}

/** A row of the list: the head of a family, or an answer of an open one. */
export type ListRow =
  | { readonly kind: 'family'; readonly family: AnswerFamily; readonly open: boolean }
  | { readonly kind: 'answer'; readonly line: AnswerLine };

export function listRows(families: readonly AnswerFamily[], closed: ReadonlySet<string>): ListRow[] {
  return families.flatMap((family): ListRow[] => {
    const open = !closed.has(family.family);
    const lines = open ? family.answers.map((line): ListRow => ({ kind: 'answer', line })) : [];
    return families.length === 1 && family.family === '' ? lines : [{ kind: 'family', family, open }, ...lines];
  });
}

/** The answer before or after this one in the list as it is filtered; the first where this one is not in it. */
export function neighbour(families: readonly AnswerFamily[], id: string | null, step: 1 | -1): AnswerLine | null {
  const lines = families.flatMap((family) => family.answers);
  const at = lines.findIndex((line) => line.id === id);
  return at < 0 ? (lines[0] ?? null) : (lines[at + step] ?? null);
}
