/** Reading and writing every entity on real databases: lists, filters, history, archive, rules of tests. */
import { testKinds } from '@main/db/testing/databases';
import type { Filter } from '@shared/entities/define';
import { ENTITY_NAMES, entityOf } from '@shared/entities/registry';
import type { ListQuery } from '@shared/listing';
import type { Operation } from '@shared/operations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDITOPS_HOOKS } from '../domains/auditops';
import { EntityService } from './service';
import { change, creation, type Desk, newOpId, openDesk, TODAY } from './testing/desk';
import { codeOf, makeFinding, makeSample, noIds, SAMPLES, writerOf } from './testing/samples';

const service = new EntityService(AUDITOPS_HOOKS);

describe.each(testKinds())('EntityService on %s', (kind) => {
  let desk: Desk;
  const ids = noIds();

  beforeAll(async () => {
    desk = await openDesk(kind);
  });
  afterAll(async () => {
    await desk?.close();
  });

  const createdFinding = async (patch: Operation['patch'] = {}) => makeFinding(service, await desk.ctx('auditor'), patch);

  describe.each(ENTITY_NAMES)('%s', (name) => {
    it('is made, listed, changed and remembered', async () => {
      const ctx = await desk.ctx(writerOf(name));
      const { update, statement } = SAMPLES[name];
      ids.people = (await desk.ctx('auditor')).session.personId;
      await makeSample(service, ctx, name, ids, (fn) => desk.ctx(fn));
      const operation = { entityId: ids[name] };
      expect(ctx.changed).toEqual(statement ? [] : [[name]]);

      const made = await service.get(ctx, name, operation.entityId);
      expect(entityOf(name).rowSchema.safeParse(made.row).error?.issues).toBeUndefined();
      expect(made.row).toMatchObject({ rowVersion: 1, createdBy: ctx.session.personId, updatedBy: ctx.session.personId });
      const writable = entityOf(name).access.update.length > 0;
      expect(made.may.update).toBe(writable);
      if (update) {
        const changed = await service.apply(ctx, change(name, made.row, update));
        expect(changed).toMatchObject({ status: 'applied', rowVersion: 2 });
        const after = await service.get(ctx, name, operation.entityId);
        expect(after.row).toMatchObject({ ...update, rowVersion: 2 });
        const history = await service.history(ctx, name, operation.entityId);
        expect(history.map((entry) => entry.action)).toEqual(['update', 'insert']);
        expect(history[0]).toMatchObject({ actorId: ctx.session.personId, onBehalfBy: null, source: ctx.source });
        expect(history[0]?.changes.map((entry) => entry.field)).toEqual(expect.arrayContaining(Object.keys(update)));
        expect(history[0]?.changes.some((entry) => ['rowVersion', 'updatedAt', 'tenantId'].includes(entry.field))).toBe(false);
      }

      const page = await service.list(ctx, name, {});
      expect(page.rows.map((row) => row.id)).toContain(operation.entityId);
      expect(page.total).toBe(page.rows.length);
      expect((await service.counts(ctx, name)).all).toBe(page.total);
      for (const [key, field] of Object.entries(entityOf(name).allFields)) {
        if (field.heavy) expect(page.rows[0]).not.toHaveProperty(key);
      }
      expect(await desk.look(`SELECT count(*)::integer AS n FROM ${desk.b.schema}.${entityOf(name).table}`)).toEqual([{ n: 0 }]);
    });
  });

  it('sorts and shows what it lists as people expect, with the titles of what rows refer to', async () => {
    const ctx = await desk.ctx('compliance');
    for (const ref of ['AC-10', 'AC-2', 'AC-2(1)']) {
      await service.apply(ctx, creation('controls', { ref, name: ref, controlSetId: ids.controlSets }));
    }
    const page = await service.list(ctx, 'controls', {});
    expect(page.rows.map((row) => row.ref)).toEqual(['AC-1', 'AC-2', 'AC-2(1)', 'AC-10']);
    expect(page.labels?.[ids.controlSets]).toBe('Core');
    const down = await service.list(ctx, 'controls', { sort: [{ field: 'ref', dir: 'desc' }], limit: 2, offset: 1 });
    expect(down.rows.map((row) => row.ref)).toEqual(['AC-2(1)', 'AC-2']);
    expect(down.total).toBe(4);
    for (const field of ['status', 'ownerId', 'controlSetId', 'keyControl', 'createdAt', 'priority', 'tags', 'nextTest']) {
      expect((await service.list(ctx, 'controls', { sort: [{ field, dir: 'asc' }] })).rows).toHaveLength(4);
    }
    // A control that is called like its reference is named once.
    const called = page.rows.find((row) => row.ref === 'AC-10')?.id ?? '';
    const mapping = creation('controlRequirements', { ...SAMPLES.controlRequirements.create(ids), controlId: called });
    await service.apply(ctx, mapping);
    expect((await service.get(ctx, 'controlRequirements', mapping.entityId)).labels[called]).toBe('AC-10');
  });

  it('filters by every operator, knows me and today, and counts views the same way', async () => {
    const ctx = await desk.ctx('auditor');
    const me = ctx.session.personId;
    const mine = await createdFinding({ title: 'Due 100%_sure', ownerId: me, dueDate: '2026-02-28' });
    const found = async (filter: readonly Filter[], search = '') =>
      (await service.list(ctx, 'findings', { filter: filter.map(sent), search, sort: [{ field: 'ref', dir: 'asc' }] })).rows.map(
        (row) => row.id,
      );
    expect(await found([{ field: 'ownerId', op: 'eq', value: '@me' }])).toEqual([mine.id]);
    expect(await found([{ field: 'dueDate', op: 'lt', value: '@today' }])).toContain(mine.id);
    expect(await found([{ field: 'dueDate', op: 'lt', value: '@today-1' }])).not.toContain(mine.id);
    expect(await found([{ field: 'ownerId', op: 'empty' }])).not.toContain(mine.id);
    expect(await found([{ field: 'ownerId', op: 'notEmpty' }])).toEqual([mine.id]);
    expect(await found([{ field: 'title', op: 'contains', value: '100%_' }])).toEqual([mine.id]);
    expect(await found([{ field: 'severity', op: 'notIn', value: ['high'] }])).toEqual([mine.id]);
    expect(await found([], '100% due')).toEqual([mine.id]);
    expect(await found([], '100% nothing')).toEqual([]);
    expect(await found([{ field: 'createdAt', op: 'gte', value: '2020-01-01' }])).toHaveLength(3);
    const counts = await service.counts(ctx, 'findings');
    for (const view of entityOf('findings').list.views) expect(await found(view.filter)).toHaveLength(counts[view.key] ?? -1);
    const controls = await service.list(await desk.ctx('viewer'), 'controls', {
      filter: [{ field: 'tags', op: 'in', value: ['c', 'z'] }],
    });
    expect(controls.rows.map((row) => row.ref)).toEqual(['AC-1']);
  });

  it.each([`x' OR '1'='1`, `'; DROP TABLE findings; --`, `$1`, `\\'; SELECT pg_sleep(10) --`, `%_\\`])(
    'takes %j as a value and nothing else',
    async (text) => {
      const ctx = await desk.ctx('auditor');
      for (const op of ['eq', 'ne', 'contains', 'lt'] as const) {
        await service.list(ctx, 'findings', { filter: [{ field: 'title', op, value: text }], search: text });
      }
      expect(await codeOf(service.list(ctx, 'findings', { filter: [{ field: text, op: 'eq', value: 1 }] }))).toBe(
        'INPUT_INVALID',
      );
      expect(await codeOf(service.list(ctx, 'findings', { sort: [{ field: text, dir: 'asc' }] }))).toBe('INPUT_INVALID');
      expect(await codeOf(service.get(ctx, 'findings', text))).toBe('INPUT_INVALID');
      expect((await createdFinding({ title: text })).title).toBe(text);
    },
  );

  it('archives and restores, and leaves archived records alone', async () => {
    const ctx = await desk.ctx('auditor');
    const seen = await createdFinding({ title: 'Old' });
    const archive: Operation = {
      opId: newOpId(),
      entity: 'findings',
      entityId: seen.id,
      kind: 'archive',
      baseVersion: 1,
      base: {},
      patch: {},
    };
    expect(await service.apply(ctx, archive)).toMatchObject({ status: 'applied', rowVersion: 2 });
    expect((await service.list(ctx, 'findings', {})).rows.map((row) => row.id)).not.toContain(seen.id);
    expect((await service.list(ctx, 'findings', { archived: true })).rows.map((row) => row.id)).toEqual([seen.id]);
    const view = await service.get(ctx, 'findings', seen.id);
    expect(view).toMatchObject({ archived: true, may: { update: false, archive: true, why: 'STATE_FORBIDS' }, steps: [] });
    expect(await codeOf(service.apply(ctx, change('findings', view.row, { title: 'x' })))).toBe('STATE_FORBIDS');
    expect((await service.history(ctx, 'findings', seen.id))[0]?.changes.map((entry) => entry.field)).toEqual(['archivedAt']);
    expect(await service.apply(ctx, { ...archive, opId: newOpId(), kind: 'restore', baseVersion: 2 })).toMatchObject({
      status: 'applied',
    });
    expect((await service.get(ctx, 'findings', seen.id)).archived).toBe(false);
  });

  it('starts a test with its first result, says so, and lets it be done only with one', async () => {
    const ctx = await desk.ctx('auditor');
    const operation = creation('controlTests', { title: 'Hooked', testDate: '2026-09-09', controlId: ids.controls });
    await service.apply(ctx, operation);
    const seen = (await service.get(ctx, 'controlTests', operation.entityId)).row;
    const result = await service.apply(ctx, change('controlTests', seen, { operatingEffectiveness: 'effective' }));
    const automatic = { status: 'in_progress', testDate: TODAY, testedBy: ctx.session.personId };
    expect(result).toMatchObject({ status: 'applied', automatic });
    const started = (await service.get(ctx, 'controlTests', operation.entityId)).row;
    expect(started).toMatchObject({ ...automatic, testResult: 'not_tested' });
    const early = await service.apply(ctx, change('controlTests', started, { status: 'done' })).catch((error: unknown) => error);
    expect(early).toMatchObject({ code: 'INPUT_INVALID', faults: [{ path: 'designEffectiveness' }] });
    const both = change('controlTests', started, { status: 'done', designEffectiveness: 'partially_effective' });
    expect(await service.apply(ctx, both)).not.toHaveProperty('automatic');
    expect((await service.get(ctx, 'controlTests', operation.entityId)).row).toMatchObject({
      testResult: 'partially_effective',
      status: 'done',
    });
    expect((await service.get(ctx, 'controls', ids.controls)).row).toMatchObject({
      lastResult: 'partially_effective',
      lastTested: TODAY,
    });
  });

  it('lists the people of the tenant and nobody else', async () => {
    const people = await service.people(await desk.ctx('viewer'));
    expect(people.map((person) => person.id).sort()).toEqual(
      Object.values(desk.a.people)
        .map((person) => person.id)
        .sort(),
    );
    expect(people.find((person) => person.functions.includes('auditor'))).toMatchObject({
      displayName: 'Test auditor',
      active: true,
    });
  });

  it('lists 200 of 10,000 in order, pages without overlap, and searches them', async () => {
    await desk.look(
      `INSERT INTO ${desk.a.schema}.controls (ref, name, family, status)
       SELECT 'ZZ-' || n, 'Bulk control ' || n, 'ZZ', 'active' FROM generate_series(1, 10000) n RETURNING 1 AS n`,
    );
    const ctx = await desk.ctx('viewer');
    const filter = [{ field: 'family', op: 'eq' as const, value: 'ZZ' }];
    const first = await service.list(ctx, 'controls', { filter, limit: 200 });
    expect(first.total).toBe(10_000);
    expect(first.rows.map((row) => row.ref)).toEqual(Array.from({ length: 200 }, (_, at) => `ZZ-${at + 1}`));
    const next = await service.list(ctx, 'controls', { filter, limit: 200, offset: 200 });
    expect(next.rows[0]?.ref).toBe('ZZ-201');
    expect((await service.list(ctx, 'controls', { search: 'bulk 9999' })).rows.map((row) => row.ref)).toEqual(['ZZ-9999']);
    const byName = await service.list(ctx, 'controls', {
      filter,
      sort: [{ field: 'ownerId', dir: 'desc' }],
      limit: 500,
      offset: 9_900,
    });
    expect(byName.rows).toHaveLength(100);
  });
});

/** A filter of a definition as a request carries it. */
function sent({ field, op, value }: Filter): NonNullable<ListQuery['filter']>[number] {
  if (value === undefined) return { field, op };
  return { field, op, value: typeof value === 'object' && value !== null ? [...value] : value };
}
