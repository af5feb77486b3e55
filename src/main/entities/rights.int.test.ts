/** Who is refused what: by the app, and by the database where the app is mistaken or lied to. */
import { testKinds } from '@main/db/testing/databases';
import { ENTITY_NAMES, type EntityName, entityOf } from '@shared/entities/registry';
import type { Operation } from '@shared/operations';
import { TENANT_FUNCTIONS } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDITOPS_HOOKS } from '../domains/auditops';
import type { EntityAction } from './access';
import { EntityService } from './service';
import { change, creation, type Desk, newId, newOpId, openDesk } from './testing/desk';
import { codeOf, makeFinding, makeSamples, noIds, SAMPLES } from './testing/samples';
import { createWithin, updateWithin } from './write';

const service = new EntityService(AUDITOPS_HOOKS);

describe.each(testKinds())('Rights on %s', (kind) => {
  let desk: Desk;
  let ids = noIds();

  beforeAll(async () => {
    desk = await openDesk(kind);
    ids = await makeSamples(service, (fn) => desk.ctx(fn));
  });
  afterAll(async () => {
    await desk?.close();
  });

  const createdFinding = async (patch: Operation['patch'] = {}) => makeFinding(service, await desk.ctx('auditor'), patch);

  it('refuses what is not there, not ours, or not a person’s to write', async () => {
    const ctx = await desk.ctx('auditor');
    const seen = await createdFinding();
    expect(await codeOf(service.apply(ctx, change('findings', { ...seen, id: newId() }, { title: 'x' })))).toBe('NOT_FOUND');
    expect(await codeOf(service.get(ctx, 'findings', newId()))).toBe('NOT_FOUND');
    expect(await codeOf(service.history(ctx, 'findings', newId()))).toBe('NOT_FOUND');
    const missing = await service.apply(ctx, change('findings', seen, { controlId: newId() })).catch((error: unknown) => error);
    expect(missing).toMatchObject({ code: 'REFERENCE_MISSING', details: { field: 'controlId' } });
    // A person of the other tenant is nobody here.
    const stranger = desk.b.people.auditor.id;
    expect(await codeOf(service.apply(ctx, change('findings', seen, { ownerId: stranger })))).toBe('REFERENCE_MISSING');
    for (const field of ['createdBy', 'rowVersion', 'id', 'ref', 'updatedAt']) {
      expect(await codeOf(service.apply(ctx, change('findings', seen, { [field]: null })))).toBe('FIELD_FORBIDDEN');
    }
    expect(await codeOf(service.apply(ctx, { ...change('findings', seen, { title: 'x' }), base: {} }))).toBe('INPUT_INVALID');
    expect(await codeOf(service.apply(ctx, { ...change('findings', seen, { title: 'x' }), baseVersion: null }))).toBe(
      'INPUT_INVALID',
    );
    const polluting = JSON.parse(
      JSON.stringify(change('findings', seen, {})).replace('"patch":{}', '"patch":{"__proto__":{"x":1}}'),
    );
    expect(await codeOf(service.apply(ctx, polluting))).toBe('INPUT_INVALID');
    const twice = creation('findings', { title: 'x', kind: 'observation', severity: 'low' }, seen.id);
    expect(await codeOf(service.apply(ctx, twice))).toBe('DUPLICATE');
    const regulation = creation('regulations', { name: 'GDPR', version: '2016' });
    expect(await codeOf(service.apply(await desk.ctx('compliance'), regulation))).toBe('DUPLICATE');
    // A refusal frees its id: corrected, the same operation goes through.
    expect(
      await service.apply(await desk.ctx('compliance'), { ...regulation, patch: { name: 'GDPR', version: '2018' } }),
    ).toMatchObject({ status: 'applied' });
  });

  describe.each(['create', 'update', 'archive'] as const)('%s by the wrong function', (action) => {
    it('is refused by the app, and by the database where the app is mistaken', async () => {
      for (const name of ENTITY_NAMES) {
        for (const fn of TENANT_FUNCTIONS.filter((candidate) => !entityOf(name).access[action].includes(candidate))) {
          const ctx = await desk.ctx(fn);
          const id = action === 'create' ? newId() : ids[name];
          expect(await codeOf(service.apply(ctx, operationFor(name, action, id)))).toBe('ROLE_FORBIDS');
          // The same again past the app's own check, straight into the transaction.
          expect(await codeOf(bypassed(ctx, name, action, id))).toBe('ROLE_FORBIDS');
          if (kind !== 'embedded') {
            // An app that was told a function the person does not have: the login may not take that role on.
            const claims = [entityOf(name).access[action][0] ?? 'admin'];
            const liar = await desk.ctx(fn, { claims });
            if (entityOf(name).access[action].length > 0) {
              expect(await codeOf(service.apply(liar, operationFor(name, action, id)))).toBe('ROLE_FORBIDS');
            }
          }
        }
      }
    });
  });

  it('lets nobody into the other tenant', async () => {
    const seen = await createdFinding({ title: 'Secret of a' });
    const other = await desk.ctx('auditor', { tenant: desk.b });
    expect((await service.list(other, 'findings', {})).rows).toEqual([]);
    expect(await codeOf(service.get(other, 'findings', seen.id))).toBe('NOT_FOUND');
    expect(await codeOf(service.history(other, 'findings', seen.id))).toBe('NOT_FOUND');
    expect(await codeOf(service.apply(other, change('findings', seen, { title: 'x' })))).toBe('NOT_FOUND');
    const reference = creation('actions', { title: 'x', findingId: seen.id });
    expect(await codeOf(service.apply(other, reference))).toBe('REFERENCE_MISSING');
    if (kind === 'embedded') return;
    // A session that claims a tenant the login does not belong to.
    const intruder = { ...other, session: { ...other.session, tenantId: desk.a.id } };
    expect(await codeOf(service.list(intruder, 'findings', {}))).toBe('ROLE_FORBIDS');
    expect(await codeOf(service.apply(intruder, change('findings', seen, { title: 'x' })))).toBe('ROLE_FORBIDS');
  });

  const operationFor = (name: EntityName, action: EntityAction, id: string): Operation => {
    if (action === 'create') return creation(name, SAMPLES[name].create(ids), id);
    const base = { opId: newOpId(), entity: name, entityId: id, baseVersion: 1 };
    if (action === 'archive') return { ...base, kind: 'archive', base: {}, patch: {} };
    const field = anyField(name);
    return { ...base, kind: 'update', base: { [field]: null }, patch: { [field]: 'x' } };
  };

  /** Writes as the person's own role without asking the app whether that role may. */
  const bypassed = (ctx: Awaited<ReturnType<Desk['ctx']>>, name: EntityName, action: EntityAction, id: string) => {
    const [fn] = ctx.session.functions;
    if (!fn) throw new Error('no function');
    const { tenantId, personId } = ctx.session;
    return ctx.database.withTenant({ tenantId, personId, function: fn, source: ctx.source }, async (tx) => {
      if (action === 'create' && SAMPLES[name].statement) return tx.query(`INSERT INTO ${entityOf(name).table} DEFAULT VALUES`);
      if (action === 'create') return createWithin(tx, ctx, { entity: name, id }, SAMPLES[name].create(ids));
      const { table } = entityOf(name);
      if (action === 'archive') return tx.query(`UPDATE ${table} SET archived_at = now() WHERE id = $1::uuid`, [id]);
      if (Object.keys(SAMPLES[name].update ?? {}).length === 0)
        return tx.query(`UPDATE ${table} SET id = id WHERE id = $1::uuid`, [id]);
      return updateWithin(tx, ctx, { entity: name, id }, { baseVersion: 0, base: {}, patch: SAMPLES[name].update ?? {} });
    });
  };
});

function anyField(name: EntityName): string {
  return Object.keys(SAMPLES[name].update ?? {}).find((key) => entityOf(name).allFields[key]?.kind !== 'integer') ?? 'fileName';
}
