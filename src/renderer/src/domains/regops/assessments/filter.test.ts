/** Which answers the list shows, and where J and K go. */
import { NO_FIGURES } from '@shared/assessments/score';
import type { AnswerFamily, AnswerLine } from '@shared/wire/assessments';
import { describe, expect, it } from 'vitest';
import { type AnswerQuery, filterFamilies, listRows, neighbour } from './filter';

const line = (ref: string, more: Partial<AnswerLine> = {}): AnswerLine => ({
  id: ref,
  requirementId: `q-${ref}`,
  ref,
  title: `Title of ${ref}`,
  status: 'to_do',
  result: 'not_assessed',
  extendedResult: null,
  score: null,
  targetScore: null,
  assigneeId: null,
  dueDate: null,
  carriedOver: false,
  controls: 0,
  evidence: 0,
  updatedAt: '2026-11-20T10:00:00.000Z',
  ...more,
});
const family = (name: string, answers: readonly AnswerLine[]): AnswerFamily => ({
  family: name,
  title: null,
  figures: NO_FIGURES,
  answers,
});
const FAMILIES = [
  family('AC', [
    line('AC-1', { result: 'compliant', assigneeId: 'me' }),
    line('AC-2', { result: 'non_compliant', updatedAt: '2026-11-25T00:00:00.000Z' }),
  ]),
  family('IA', [line('IA-1', { carriedOver: true, result: 'partially_compliant' }), line('IA-2')]),
];
const query = (more: Partial<AnswerQuery>): AnswerQuery => ({
  filter: 'all',
  text: '',
  personId: 'me',
  since: '2026-11-24',
  ...more,
});
const refs = (more: Partial<AnswerQuery>) =>
  filterFamilies(FAMILIES, query(more)).flatMap(({ answers }) => answers.map(({ ref }) => ref));

describe('the list of answers', () => {
  it.each([
    [{}, ['AC-1', 'AC-2', 'IA-1', 'IA-2']],
    [{ filter: 'mine' }, ['AC-1']],
    [{ filter: 'open' }, ['IA-2']],
    [{ filter: 'gaps' }, ['AC-2', 'IA-1']],
    [{ filter: 'confirm' }, ['IA-1']],
    [{ filter: 'changed' }, ['AC-2']],
    [{ text: 'title ia' }, ['IA-1', 'IA-2']],
    [{ text: 'nothing' }, []],
    [{ filter: 'mine', personId: null }, []],
  ] as const)('%j', (more, wanted) => expect(refs(more)).toEqual(wanted));

  it('a closed family keeps its head only; one without a name has none', () => {
    expect(listRows(FAMILIES, new Set(['AC'])).map((row) => row.kind)).toEqual(['family', 'family', 'answer', 'answer']);
    expect(listRows([family('', [line('1')])], new Set()).map((row) => row.kind)).toEqual(['answer']);
  });

  it('goes on to the next in sight and stops at the ends', () => {
    expect(neighbour(FAMILIES, 'AC-2', 1)?.id).toBe('IA-1');
    expect(neighbour(FAMILIES, 'AC-1', -1)).toBeNull();
    expect(neighbour(FAMILIES, null, 1)?.id).toBe('AC-1');
    expect(neighbour([], null, 1)).toBeNull();
  });
});
