// @vitest-environment happy-dom
/** Crosswalk, coverage and versions as a person meets them: what they ask main for, what they say, what a key does. */
import type { Coverage, CrosswalkMapping } from '@shared/wire/crosswalk';
import type { Matrix } from '@shared/wire/matrix';
import type { VersionComparison } from '@shared/wire/versions';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answers, fakeMain, screenAt, settled } from '../../entities/testing/screen';
import type { Drawn } from '../../lib/testing/render';
import { CoveragePage } from './coverage/CoveragePage';
import { CrosswalkPage } from './crosswalk/CrosswalkPage';
import { VersionsPage } from './versions/VersionsPage';

const id = (n: number) => `018f4e9a-0000-7000-8000-00000000000${n}`;
const regulation = (n: number, name: string, version: string, more: object = {}) => ({
  id: id(n),
  name,
  shortName: name,
  version,
  status: 'active',
  supersedesId: null,
  ...more,
});
const list = (rows: readonly object[]) => ({ rows, total: rows.length, labels: {} });
const regulations = list([
  regulation(1, 'House rules', '1'),
  regulation(2, 'House rules', '2', { supersedesId: id(1), status: 'draft' }),
]);
const requirement = (n: number, regulationId: string, refId: string, title: string) => ({
  id: id(n),
  regulationId,
  parentId: null,
  refId,
  title,
  text: `${title} at night.`,
  kind: 'control',
  assessable: true,
  orderIndex: n,
});
const mapping: CrosswalkMapping = {
  id: id(9),
  rowVersion: 3,
  fromId: id(3),
  toId: id(4),
  relation: 'superset',
  turned: true,
  strength: 7,
  rationale: 'Both lock.',
  source: 'Ada',
};

let drawn: Drawn | null = null;
afterEach(async () => {
  await drawn?.remove();
  drawn = null;
});
async function at(screen: React.ReactNode, path: string, answers: Answers) {
  const main = fakeMain({ 'entities.regulations.list': () => regulations, ...answers });
  drawn = await screenAt(screen, path.split('?')[0] ?? path, path, ['compliance']);
  await settled();
  return { main, root: drawn.container };
}

describe('the crosswalk', () => {
  it('shows the mapping as it reads from the left, and what the words suggest', async () => {
    const { main, root } = await at(<CrosswalkPage />, '/crosswalk', {
      'entities.requirements.list': (input) =>
        list(
          JSON.stringify(input).includes(id(1))
            ? [requirement(3, id(1), 'H-1', 'Doors are locked')]
            : [requirement(4, id(2), 'L-1', 'Gates are locked'), requirement(5, id(2), 'L-2', 'Windows are shut')],
        ),
      'catalogs.crosswalk': () => [mapping],
      'catalogs.suggest': () => [{ fromId: id(3), toId: id(5), score: 0.42, words: ['night'] }],
    });
    expect(main.inputsOf('catalogs.crosswalk')).toEqual([{ from: id(1), to: id(2) }]);
    expect(root.textContent).toContain('1 mapping; 1 of 1 requirement at the left have one');
    expect(root.textContent).toContain('is a superset of');
    expect(root.textContent).toContain('7 of 10');
    expect(root.querySelector('[data-testid="suggestions"]')?.textContent).toContain('Windows are shut42');
  });

  it('says what it is for where there is one regulation only', async () => {
    const { root } = await at(<CrosswalkPage />, '/crosswalk', {
      'entities.regulations.list': () => list([regulation(1, 'House rules', '1')]),
    });
    expect(root.textContent).toContain('A crosswalk needs two regulations');
  });
});

describe('coverage', () => {
  const matrix: Matrix = {
    regulation: { id: id(1), name: 'House rules', version: '1' },
    rows: [
      { id: id(3), refId: 'H-1', title: 'Doors', family: 'H' },
      { id: id(6), refId: 'H-2', title: 'Keys', family: 'H' },
    ],
    columns: [
      {
        id: id(7),
        ref: 'C-1',
        name: 'Locks',
        family: 'C',
        set: null,
        status: 'active',
        result: 'ineffective',
        tested: '2026-01-01',
      },
    ],
    cells: [{ row: 0, column: 0, mappingId: id(8), relation: 'equal', strength: 9, rationale: null }],
    families: { H: 'House' },
  };

  it('counts gaps and failing requirements in the matrix', async () => {
    const { root } = await at(<CoveragePage />, '/coverage', { 'catalogs.matrix': () => matrix });
    expect(root.textContent).toContain('Gaps 1');
    expect(root.textContent).toContain('Failing 1');
    expect(root.querySelector('[role="grid"]')?.getAttribute('aria-rowcount')).toBe('4');
  });

  it('names every source with its relation, strength, author and proof', async () => {
    const coverage: Coverage = {
      regulation: matrix.regulation,
      requirements: [
        {
          id: id(3),
          refId: 'H-1',
          title: 'Doors',
          family: null,
          sources: [
            {
              mapping: { ...mapping, relation: 'subset' },
              requirementId: id(4),
              refId: 'L-1',
              title: 'Gates',
              regulationId: id(2),
              regulation: 'The law',
              reach: 'whole',
              proofs: [
                {
                  kind: 'control',
                  entity: 'controls',
                  id: id(7),
                  title: 'C-1 Locks',
                  result: 'effective',
                  tone: 'good',
                  date: '2026-01-01',
                  relation: 'equal',
                  strength: 9,
                },
              ],
            },
          ],
        },
      ],
    };
    const { root } = await at(<CoveragePage />, '/coverage?view=sources', { 'catalogs.coverage': () => coverage });
    for (const words of [
      'Carried over 1',
      'The law L-1',
      'Strength 7 of 10; covers all of it; said by Ada',
      'C-1 Locks',
      'Effective',
    ])
      expect(root.textContent).toContain(words);
  });
});

describe('versions', () => {
  it('finds the pair by itself, and shows the words that changed and the answers they touch', async () => {
    const node = (n: number, refId: string, text: string) => ({
      id: id(n),
      refId,
      title: 'Doors',
      text,
      assessable: true,
      above: ['House'],
    });
    const comparison: VersionComparison = {
      from: { id: id(1), name: 'House rules', version: '1', status: 'active' },
      to: { id: id(2), name: 'House rules', version: '2', status: 'draft' },
      changes: [
        {
          kind: 'changed',
          moved: false,
          renumbered: true,
          minor: false,
          from: node(3, 'H-1', 'Locked at night.'),
          to: node(4, 'H-2', 'Locked at all times.'),
          verdict: 'look',
          answers: [{ id: id(5), assessmentId: id(6), assessment: 'CA-001 Spring', result: 'compliant' }],
        },
      ],
    };
    const { main, root } = await at(<VersionsPage />, '/versions', { 'catalogs.compare': () => comparison });
    expect(main.inputsOf('catalogs.compare')).toEqual([{ from: id(1), to: id(2) }]);
    expect(root.querySelector('ins')?.textContent).toBe('all times');
    expect(root.textContent).toContain('These answers need another look');
    expect(root.textContent).toContain('CA-001 Spring');
  });
});
