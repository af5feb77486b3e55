/** The list as a person meets it: what is asked of main, keys, selection, a change to many, emptiness and errors. */
// @vitest-environment happy-dom

import { entityOf } from '@shared/entities/registry';
import { listQuerySchema } from '@shared/listing';
import type { BulkOutcome } from '@shared/wire/lists';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Drawn } from '../../lib/testing/render';
import { ListPage } from '../pages';
import { fakeMain, press, refuse, screenAt } from '../testing/screen';
import { bulkFields, bulkWords } from './bulk';

const idOf = (at: number) => `018f4e9a-0000-7000-8000-${at.toString(16).padStart(12, '0')}`;
const rowOf = (at: number) => ({
  id: idOf(at),
  rowVersion: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  createdBy: null,
  updatedBy: null,
  ref: `F-${at}`,
  title: `=Finding ${at}`,
  kind: 'observation',
  severity: 'low',
  status: 'identified',
  ownerId: null,
  dueDate: '2026-12-01',
});
const TOTAL = 104_218;
const page = (input: unknown) => {
  const { offset, limit } = listQuerySchema.parse(input);
  const rows = Array.from({ length: Math.max(0, Math.min(limit, TOTAL - offset)) }, (_, at) => rowOf(offset + at));
  return { rows, total: TOTAL };
};
const answers = {
  'entities.findings.list': page,
  'entities.findings.counts': () => ({ all: TOTAL, open: 37, mine: 5, overdue: 6, verify: 2 }),
  'entities.savedViews.list': () => ({ rows: [], total: 0 }),
  'people.list': () => [],
};

let drawn: Drawn | null = null;
/** happy-dom lays nothing out; the grid needs a height to have rows in sight. */
beforeEach(() => {
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, value: 620 });
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, value: 1000 });
});
afterEach(async () => {
  await drawn?.remove();
  drawn = null;
});

describe('the list', () => {
  it('asks for the page that is in sight, in the order of the definition', async () => {
    const main = fakeMain(answers);
    drawn = await screenAt(<ListPage />, '/r/:entity', '/r/findings?view=open&f=severity~in~%5B%22high%22%5D', ['auditor']);
    expect(main.inputsOf('entities.findings.list')[0]).toMatchObject({
      filter: [
        { field: 'status', op: 'notIn' },
        { field: 'severity', op: 'in', value: ['high'] },
      ],
      sort: [{ field: 'ref', dir: 'desc' }],
      offset: 0,
      limit: 200,
    });
  });

  it('says how many rows there are while only some are in the document', async () => {
    fakeMain(answers);
    drawn = await screenAt(<ListPage />, '/r/:entity', '/r/findings', ['auditor']);
    const grid = drawn.container.querySelector('[role="grid"]');
    expect(grid?.getAttribute('aria-rowcount')).toBe(String(TOTAL + 1));
    const rows = [...(grid?.querySelectorAll('[role="row"][data-row-id]') ?? [])];
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.length).toBeLessThan(80);
    expect(rows.map((row) => row.getAttribute('aria-rowindex')).slice(0, 3)).toEqual(['2', '3', '4']);
    expect(grid?.querySelector('[aria-sort="descending"]')?.textContent).toContain('Ref');
    expect(drawn.container.querySelector('[data-testid="list-count"]')?.textContent).toBe('104,218');
  });

  it('is driven by keys: move, select, let go', async () => {
    fakeMain(answers);
    drawn = await screenAt(<ListPage />, '/r/:entity', '/r/findings', ['auditor']);
    const current = () => drawn?.container.querySelector('[role="row"][data-current]')?.getAttribute('aria-rowindex');
    expect(current()).toBe('2');
    await press('j');
    await press('j');
    expect(current()).toBe('4');
    await press('k');
    await press('x');
    expect(drawn.container.querySelector('[data-testid="bulk-bar"]')?.textContent).toContain('1 selected');
    expect(drawn.container.querySelector(`[data-row-id="${idOf(1)}"]`)?.getAttribute('aria-selected')).toBe('true');
    await press('Escape');
    expect(drawn.container.querySelector('[data-testid="bulk-bar"]')).toBeNull();
  });

  it('offers a reader nothing that writes', async () => {
    fakeMain(answers);
    drawn = await screenAt(<ListPage />, '/r/:entity', '/r/findings', ['viewer']);
    expect(drawn.container.textContent).not.toContain('New finding');
    await press('x');
    expect(drawn.container.querySelector('[data-testid="bulk-bar"]')?.textContent).not.toContain('State');
  });

  it('tells an empty list from one that filters have emptied', async () => {
    const empty = { ...answers, 'entities.findings.list': () => ({ rows: [], total: 0 }) };
    fakeMain(empty);
    drawn = await screenAt(<ListPage />, '/r/:entity', '/r/findings', ['auditor']);
    expect(drawn.container.textContent).toContain('No findings yet');
    await drawn.remove();
    drawn = await screenAt(<ListPage />, '/r/:entity', '/r/findings?q=zzz', ['auditor']);
    expect(drawn.container.textContent).toContain('No findings match');
  });

  it('shows an error with its code where there is nothing else to show', async () => {
    fakeMain({ ...answers, 'entities.findings.list': () => refuse('SERVER_CLOSED') });
    drawn = await screenAt(<ListPage />, '/r/:entity', '/r/findings', ['auditor']);
    expect(drawn.container.querySelector('[data-testid="error-state"]')?.getAttribute('data-code')).toBe('SERVER_CLOSED');
  });

  it('knows an address that stands for no entity', async () => {
    fakeMain({});
    drawn = await screenAt(<ListPage />, '/r/:entity', '/r/__proto__', ['auditor']);
    expect(drawn.container.querySelector('[data-code="NOT_FOUND"]')).not.toBeNull();
  });
});

describe('groups', () => {
  const grouped = {
    ...answers,
    'lists.groups': () => ({
      groups: [
        { key: 'low', count: 3 },
        { key: 'high', count: 2 },
      ],
      total: 5,
      more: false,
      labels: {},
    }),
    'entities.findings.list': (input: unknown) => {
      const { filter, known } = listQuerySchema.parse(input);
      const value = filter.at(-1)?.value;
      return {
        rows: Array.from({ length: known ?? 0 }, (_, at) => ({ ...rowOf(value === 'low' ? at : at + 10), severity: value })),
        total: known,
      };
    },
  };
  const shownLines = () =>
    [...(drawn?.container.querySelectorAll('[role="row"][aria-rowindex]') ?? [])]
      .slice(1)
      .map((line) => (line.hasAttribute('data-group') ? `# ${line.textContent}` : line.getAttribute('data-row-id')));

  it('have heads with counts, rows below, and fold by keys', async () => {
    fakeMain(grouped);
    drawn = await screenAt(<ListPage />, '/r/:entity', '/r/findings?by=severity.asc', ['auditor']);
    expect(shownLines()).toEqual(['# Low3 findings', idOf(0), idOf(1), idOf(2), '# High2 findings', idOf(10), idOf(11)]);
    expect(drawn.container.querySelector('[role="grid"]')?.getAttribute('aria-rowcount')).toBe('8');
    await press('ArrowLeft');
    expect(shownLines()).toEqual(['# Low3 findings', '# High2 findings', idOf(10), idOf(11)]);
    await press('j');
    await press('j');
    await press('x');
    expect(drawn.container.querySelector('[data-testid="bulk-bar"]')?.textContent).toContain('1 selected');
    expect(drawn.container.querySelector(`[data-row-id="${idOf(10)}"]`)?.getAttribute('aria-selected')).toBe('true');
  });
});

describe('a change to many', () => {
  const outcome = (patch: Partial<BulkOutcome>): BulkOutcome => ({
    ...{ changed: 0, same: 0, conflicts: 0, refused: 0, left: 0, stays: [], leftIds: [], stopped: null, undoable: false },
    ...patch,
  });

  it('is told in words', () => {
    expect(bulkWords(outcome({ changed: 3 }))).toBe('');
    expect(bulkWords(outcome({ same: 1, conflicts: 1, refused: 2 }))).toBe(
      '1 said so already. 1 was changed by somebody else meanwhile; look at it and choose. 2 stay as they are.',
    );
    expect(bulkWords(outcome({ left: 1_200, stopped: 'cancelled' }))).toContain('1,200 were not tried, because you stopped it.');
    expect(bulkWords(outcome({ left: 1, stopped: 'SERVER_CLOSED' }))).toContain('It stays selected.');
  });

  it('is offered for what many records may share, never for ratings and names', () => {
    const keys = bulkFields(entityOf('findings')).map(([key]) => key);
    expect(keys[0]).toBe('status');
    expect(keys).toEqual(expect.arrayContaining(['ownerId', 'dueDate']));
    for (const key of ['title', 'ref', 'condition']) expect(keys).not.toContain(key);
  });
});
