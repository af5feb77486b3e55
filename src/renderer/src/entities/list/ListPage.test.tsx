/** The list as a person meets it: what is asked of main, keys, selection, a change to many, emptiness and errors. */
// @vitest-environment happy-dom

import { entityOf } from '@shared/entities/registry';
import { listQuerySchema } from '@shared/listing';
import { operationSchema } from '@shared/operations';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Drawn } from '../../lib/testing/render';
import { ListPage } from '../pages';
import { fakeMain, press, refuse, screenAt } from '../testing/screen';
import { NO_NAMES } from '../values/text';
import { bulkWords, runBulk } from './bulk';
import { readAll, rowsToCsv } from './exportRows';

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

describe('a change to many', () => {
  const definition = entityOf('findings');
  const rows = [0, 1, 2, 3, 4].map(rowOf);
  const change = { field: 'status', value: 'confirmed', reason: '' };

  it('is one operation a record, and its outcome is told', async () => {
    const seen: unknown[] = [];
    let made = 0;
    const outcome = await runBulk({
      definition,
      rows: [...rows.slice(0, 4), { ...rowOf(9), status: 'confirmed' }],
      change,
      makeId: () => `018f4e9a-0000-7000-8000-00000000010${made++}`,
      apply: async (operation) => {
        seen.push(operationSchema.parse(operation));
        if (operation.entityId === idOf(1)) refuse('TRANSITION_REFUSED');
        const conflict = operation.entityId === idOf(2);
        return conflict
          ? { status: 'conflict', entityId: idOf(2), rowVersion: 2, conflicts: [], changedBy: null, changedAt: '' }
          : { status: 'applied', entityId: operation.entityId, rowVersion: 2 };
      },
    });
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map((operation) => (operation as { opId: string }).opId)).size).toBe(4);
    expect(outcome.changed).toEqual([idOf(0), idOf(3)]);
    expect(outcome.same).toEqual([idOf(9)]);
    expect(outcome.conflicts).toEqual([idOf(2)]);
    expect(outcome.refused.map((each) => each.id)).toEqual([idOf(1)]);
    expect(bulkWords(outcome)).toContain('1 was changed by somebody else');
  });

  it('stops where the server goes away, and says what was not tried', async () => {
    let calls = 0;
    const { CodedError } = await import('@shared/errors');
    const outcome = await runBulk({
      definition,
      rows,
      change,
      makeId: () => idOf(1),
      apply: async (operation) => {
        calls += 1;
        if (calls === 3) throw new CodedError('SERVER_CLOSED');
        return { status: 'applied', entityId: operation.entityId, rowVersion: 2 };
      },
    });
    expect(calls).toBe(3);
    expect(outcome.changed).toHaveLength(2);
    expect(outcome.left).toEqual([idOf(2), idOf(3), idOf(4)]);
  });
});

describe('an export', () => {
  it('reads all pages, in order, up to its limit', async () => {
    const asked: number[] = [];
    const list = {
      query: async (input: Parameters<typeof page>[0]) => {
        asked.push(listQuerySchema.parse(input).offset);
        return page(input);
      },
    };
    const all = await readAll(list, {}, 1_200);
    expect(all.rows).toHaveLength(1_200);
    expect(all.total).toBe(TOTAL);
    expect(asked).toEqual([0, 500, 1_000]);
    expect(all.rows[1_199]?.id).toBe(idOf(1_199));
  });

  it('writes words, ISO dates and no formula', () => {
    const csv = rowsToCsv(entityOf('findings'), ['ref', 'title', 'severity', 'ownerId', 'dueDate'], [rowOf(1)], NO_NAMES);
    expect(csv).toBe("\uFEFFRef,Finding,Severity,Owner,Due\r\nF-1,'=Finding 1,Low,,2026-12-01\r\n");
  });
});
