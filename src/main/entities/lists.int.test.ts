/**
 * Lists beyond their pages, on real databases: groups, far pages, filters by names, saved views and who sees them, changes to many
 * with their refusals and undoing, exports.
 */
import { testKinds } from '@main/db/testing/databases';
import { entityOf } from '@shared/entities/registry';
import { groupsInputSchema } from '@shared/listing';
import type { Operation } from '@shared/operations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTITY_HOOKS } from '../domains/hooks';
import type { EntityContext } from './context';
import { type CheckedExport, exportRecords } from './export';
import { bulkChange, bulkItems, chunkId } from './list-bulk';
import { countScopes } from './saved-views';
import { EntityService } from './service';
import { change, creation, type Desk, newId, newOpId, openDesk } from './testing/desk';
import { codeOf } from './testing/samples';

const service = new EntityService(ENTITY_HOOKS);
const MANY = 1_450;
const HEAD = { tenant: 'A', list: 'Controls', view: 'All', exportedAt: '2026-03-01T12:00:00.000Z', exportedBy: 'Somebody' };

describe.each(testKinds())('lists on %s', (kind) => {
  let desk: Desk;
  let ctx: EntityContext;
  let setId: string;

  beforeAll(async () => {
    desk = await openDesk(kind);
    ctx = await desk.ctx('compliance');
    const set = creation('controlSets', { name: 'Core set', status: 'active' });
    setId = set.entityId;
    await service.apply(ctx, set);
    await desk.look(
      `INSERT INTO tenant_${desk.a.id.replaceAll('-', '')}.controls (ref, name, status, control_set_id, next_test, owner_id, tags)
       SELECT 'C-' || n, CASE WHEN n = 7 THEN '=SUM(A1)' ELSE 'Control ' || n END, (ARRAY['to_do', 'active', 'deprecated'])[n % 3 + 1],
         CASE WHEN n <= 20 THEN $1::uuid END, CASE WHEN n % 10 = 0 THEN date '2026-01-15' + (n % 90) END,
         CASE WHEN n = 3 THEN $2::uuid END, CASE WHEN n = 5 THEN '{a,b}'::text[] ELSE '{}' END
       FROM generate_series(1, ${MANY}) n`,
      [setId, desk.a.people.auditor.id],
    );
  });
  afterAll(async () => {
    await desk?.close();
  });

  describe('a page', () => {
    it('is the same, forwards or from the end, whatever its place', async () => {
      const sort = [{ field: 'ref', dir: 'asc' as const }];
      const all: string[] = [];
      for (let offset = 0; offset < MANY; offset += 500)
        all.push(...(await service.list(ctx, 'controls', { sort, offset, limit: 500 })).rows.map((row) => row.id));
      expect(new Set(all).size).toBe(MANY);
      for (const offset of [0, 590, 700, 724, 730, 1_000, 1_400, MANY]) {
        for (const order of [
          sort,
          [{ field: 'nextTest', dir: 'desc' as const }],
          [{ field: 'controlSetId', dir: 'asc' as const }],
        ]) {
          const plain = await service.list(ctx, 'controls', { sort: order, offset, limit: 100 });
          const known = await service.list(ctx, 'controls', { sort: order, offset, limit: 100, known: plain.total });
          expect(known.rows.map((row) => row.id)).toEqual(plain.rows.map((row) => row.id));
          expect(known.total).toBe(MANY);
        }
      }
      expect((await service.list(ctx, 'controls', { sort, offset: 1_400, known: MANY })).rows.map((row) => row.id)).toEqual(
        all.slice(1_400),
      );
    });

    it('filters by what people and records are called, and by tags', async () => {
      const total = async (field: string, op: 'contains' | 'in', value: string | string[]) =>
        (await service.list(ctx, 'controls', { filter: [{ field, op, value }] })).total;
      expect(await total('controlSetId', 'contains', 'ore SET')).toBe(20);
      expect(await total('controlSetId', 'contains', '%')).toBe(0);
      const [owner] = (await service.people(ctx)).filter(({ id }) => id === desk.a.people.auditor.id);
      expect(await total('ownerId', 'contains', owner?.displayName.slice(1) ?? '')).toBe(1);
      expect(await total('tags', 'in', ['b', 'zzz'])).toBe(1);
    });
  });

  describe('groups', () => {
    const groups = (field: string, dir: 'asc' | 'desc' = 'asc') =>
      service.groups(ctx, 'controls', { filter: [], search: '', archived: false, by: { field, dir } });

    it('are counted in the order of their values, with those that have none at the end', async () => {
      const states = await groups('status');
      expect(states.groups.map(({ key }) => key)).toEqual(['to_do', 'active', 'deprecated']);
      expect(states.total).toBe(MANY);
      const sets = await groups('controlSetId');
      expect(sets.groups).toEqual([
        { key: setId, count: 20 },
        { key: null, count: MANY - 20 },
      ]);
      expect(sets.labels[setId]).toBe('Core set');
      const months = await groups('nextTest', 'desc');
      expect(months.groups.map(({ key }) => key)).toEqual(['2026-04', '2026-03', '2026-02', '2026-01', null]);
      expect((await groups('ownerId')).groups[0]).toEqual({ key: desk.a.people.auditor.id, count: 1 });
    });

    it('add up to what their filters find', async () => {
      for (const { key, count } of (await groups('status')).groups)
        expect((await service.list(ctx, 'controls', { filter: [{ field: 'status', op: 'eq', value: key }] })).total).toBe(count);
    });

    it.each(['name', 'validationCriteria', 'nothing', 'constructor'])('are refused by %s', async (field) => {
      expect(await codeOf(groups(field))).toBe('INPUT_INVALID');
    });
  });

  describe('a saved view', () => {
    const view = (patch: Operation['patch'] = {}) =>
      creation('savedViews', {
        list: 'controls',
        name: `V ${newId()}`,
        definition: { filter: [] },
        sharing: 'private',
        place: 0,
        ...patch,
      });
    const seenBy = async (fn: 'auditor' | 'risk' | 'admin' | 'viewer', id: string) =>
      (await service.list(await desk.ctx(fn), 'savedViews', {})).rows.some((row) => row.id === id);

    it('is seen by its owner, and by those it is shared with', async () => {
      const own = view();
      await service.apply(await desk.ctx('auditor'), own);
      expect(await seenBy('auditor', own.entityId)).toBe(true);
      for (const fn of ['risk', 'admin', 'viewer'] as const) expect(await seenBy(fn, own.entityId)).toBe(false);
      const some = view({ sharing: 'functions', functions: ['risk'] });
      await service.apply(await desk.ctx('auditor'), some);
      expect([await seenBy('risk', some.entityId), await seenBy('viewer', some.entityId)]).toEqual([true, false]);
      const all = view({ sharing: 'tenant' });
      await service.apply(await desk.ctx('auditor'), all);
      expect(await seenBy('viewer', all.entityId)).toBe(true);
      expect(await codeOf(service.get(await desk.ctx('risk'), 'savedViews', own.entityId))).toBe('NOT_FOUND');
    });

    it('is changed by its owner and the administrator alone', async () => {
      const shared = view({ sharing: 'tenant' });
      await service.apply(await desk.ctx('auditor'), shared);
      const { row } = await service.get(ctx, 'savedViews', shared.entityId);
      expect(await codeOf(service.apply(await desk.ctx('risk'), change('savedViews', row, { name: 'Mine now' })))).toBe(
        'ROLE_FORBIDS',
      );
      await service.apply(await desk.ctx('admin'), change('savedViews', row, { name: 'By the admin' }));
      const undo = { ...change('savedViews', { ...row, rowVersion: 2 }, {}), kind: 'archive' as const };
      await service.apply(await desk.ctx('auditor'), undo);
      expect(await seenBy('viewer', shared.entityId)).toBe(false);
      await service.apply(await desk.ctx('auditor'), { ...undo, opId: newOpId(), kind: 'restore' });
      expect(await seenBy('viewer', shared.entityId)).toBe(true);
    });

    it('holds what a view can hold, under a name of its own', async () => {
      const named = view({ name: 'Twice' });
      await service.apply(ctx, named);
      expect(await codeOf(service.apply(ctx, view({ name: 'twice' })))).toBe('DUPLICATE');
      const definitions: Operation['patch'][string][] = [{ filter: 'x' }, { other: 1 }, 'text', { filter: [], columns: [1] }];
      for (const definition of definitions) expect(await codeOf(service.apply(ctx, view({ definition })))).toBe('INPUT_INVALID');
      expect(await codeOf(service.apply(ctx, view({ list: 'nothing' })))).toBe('INPUT_INVALID');
      expect(await codeOf(service.apply(ctx, view({ sharing: 'functions' })))).not.toBe('done');
    });

    it('is counted, or said to be broken', async () => {
      const scope = (field: string) => ({ filter: [{ field, op: 'eq' as const, value: 'active' }], search: '', archived: false });
      const counts = await countScopes(ctx, 'controls', [
        scope('status'),
        scope('gone'),
        { ...scope('status'), search: 'control 1' },
      ]);
      expect(counts[0]).toBe(Math.ceil(MANY / 3));
      expect(counts[1]).toBeNull();
      expect(counts[2]).toBeLessThan(MANY);
    });
  });

  describe('a change to many', () => {
    const query = (search: string) => ({ filter: [], search, archived: false });
    const run = async (search: string, expected: number, value: string, reason?: string, job = newOpId()) => {
      const items = await bulkItems(ctx, 'controls', { target: { query: query(search), expected }, field: 'status', value });
      return bulkChange(ctx, service, 'controls', { job, field: 'status', reason, items });
    };

    it('stands where it can, says what stays and why, and is taken back', async () => {
      const before = await service.list(ctx, 'controls', { search: 'control 12', limit: 500 });
      expect(before.total).toBeGreaterThan(100);
      const { outcome, back } = await run('control 12', before.total, 'active');
      const already = before.rows.filter((row) => row.status === 'active').length;
      expect(outcome.same).toBe(already);
      expect(outcome.changed + outcome.refused).toBe(before.total - already);
      expect(outcome.stopped).toBeNull();
      for (const stay of outcome.stays)
        expect(stay).toMatchObject({ code: 'TRANSITION_REFUSED', title: expect.stringMatching(/^C-\d*12/) });
      const undone = await bulkChange(ctx, service, 'controls', {
        job: newOpId(),
        field: 'status',
        items: back,
        reason: 'Taken back',
      });
      const after = await service.list(ctx, 'controls', { search: 'control 12', limit: 500 });
      const changedBack = after.rows.filter((row) => before.rows.find(({ id }) => id === row.id)?.status === row.status).length;
      expect(changedBack).toBe(before.total - undone.outcome.refused);
    });

    it('never writes over what somebody changed meanwhile', async () => {
      const [row] = (await service.list(ctx, 'controls', { search: 'control 33' })).rows;
      if (!row) throw new TypeError('no such control');
      const seen = { id: row.id, baseVersion: row.rowVersion, base: row.nextTest, value: '2026-05-05' };
      await service.apply(await desk.ctx('auditor'), change('controls', row, { nextTest: '2026-04-04' }));
      const { outcome } = await bulkChange(ctx, service, 'controls', { job: newOpId(), field: 'nextTest', items: [seen] });
      expect(outcome).toMatchObject({ changed: 0, conflicts: 1 });
      expect((await service.get(ctx, 'controls', row.id)).row.nextTest).toBe('2026-04-04');
    });

    it('does nothing twice', async () => {
      const [row] = (await service.list(ctx, 'controls', { search: 'control 44' })).rows;
      if (!row) throw new TypeError('no such control');
      const items = [{ id: row.id, baseVersion: row.rowVersion, base: row.nextTest, value: '2026-06-06' }];
      const job = newOpId();
      const first = await bulkChange(ctx, service, 'controls', { job, field: 'nextTest', items });
      const second = await bulkChange(ctx, service, 'controls', { job, field: 'nextTest', items });
      expect(second.outcome).toEqual(first.outcome);
      expect((await service.get(ctx, 'controls', row.id)).row.rowVersion).toBe(row.rowVersion + 1);
      expect(chunkId(job, 1)).not.toBe(chunkId(job, 0));
    });

    it('refuses a wrong value, a wrong role and a wrong number before anything is written', async () => {
      expect(await codeOf(run('control 12', 3, 'active'))).toBe('CONFLICT');
      const items = [{ id: newId(), baseVersion: 1, base: null, value: 'nonsense' }];
      expect(await codeOf(bulkChange(ctx, service, 'controls', { job: newOpId(), field: 'status', items }))).toBe(
        'INPUT_INVALID',
      );
      const viewer = await desk.ctx('viewer');
      expect(await codeOf(bulkChange(viewer, service, 'controls', { job: newOpId(), field: 'status', items }))).toBe(
        'ROLE_FORBIDS',
      );
    });

    it('stops where it is told to', async () => {
      const all = await bulkItems(ctx, 'controls', {
        target: { query: query(''), expected: MANY },
        field: 'nextTest',
        value: '2026-09-09',
      });
      const stop = new AbortController();
      const watch = { signal: stop.signal, onProgress: (done: number) => done >= 100 && stop.abort() };
      const { outcome } = await bulkChange(ctx, service, 'controls', { job: newOpId(), field: 'nextTest', items: all }, watch);
      expect(outcome).toMatchObject({ changed: 100, left: MANY - 100, stopped: 'cancelled' });
    });
  });

  describe('an export', () => {
    const text = async (request: Partial<CheckedExport>) => {
      let out = '';
      const rows = await exportRecords(
        ctx,
        'controls',
        {
          format: 'csv',
          query: { filter: [], search: '', sort: [{ field: 'ref', dir: 'asc' }], archived: false },
          columns: ['ref', 'name', 'status', 'controlSetId', 'ownerId', 'tags'],
          by: null,
          ids: undefined,
          ...request,
        },
        HEAD,
        async (content) => {
          for await (const piece of content) out += piece.toString();
        },
      );
      return { out, rows };
    };

    it('has every row in the order of the list, with names and no formula', async () => {
      const { out, rows } = await text({});
      const lines = out.split('\r\n');
      expect(rows).toBe(MANY);
      expect(lines).toHaveLength(MANY + 2);
      expect(lines[0]).toBe('\uFEFFRef,Control,State,Control set,Owner,Tags');
      expect(lines[1]).toMatch(/^C-1,Control 1,[A-Z][a-z]+,Core set,,$/);
      expect(lines[7]).toContain("'=SUM(A1)");
      const [owner] = (await service.people(ctx)).filter(({ id }) => id === desk.a.people.auditor.id);
      expect(lines[3]).toContain(owner?.displayName ?? '');
      expect(lines[5]).toContain('"a, b"');
    });

    it('has the rows of a group together, and says the group', async () => {
      const by = groupsInputSchema.shape.by.parse({ field: 'status', dir: 'desc' });
      const { out } = await text({ by, columns: ['ref'], format: 'jsonl' });
      const states = out
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line).status);
      expect(states.length).toBe(MANY);
      expect(states.filter((state, at) => at === 0 || state !== states[at - 1]).length).toBe(new Set(states).size);
    });

    it('has just the chosen rows, and refuses columns that are none', async () => {
      const [row] = (await service.list(ctx, 'controls', { search: 'control 44' })).rows;
      const { out, rows } = await text({ ids: [row?.id ?? ''], format: 'json' });
      expect(rows).toBe(1);
      expect(JSON.parse(out)).toMatchObject({ tenant: 'A', list: 'Controls', rows: [{ ref: row?.ref }] });
      for (const columns of [['nothing'], ['validationCriteria', '__proto__']])
        expect(await codeOf(text({ columns }))).toBe('INPUT_INVALID');
    });

    it('holds nothing of another tenant', async () => {
      ctx = await desk.ctx('compliance', { tenant: desk.b });
      expect((await text({})).rows).toBe(0);
      ctx = await desk.ctx('compliance');
      expect(entityOf('controls').list.views.length).toBeGreaterThan(0);
    });
  });
});
