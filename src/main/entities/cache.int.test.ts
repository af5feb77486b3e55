/** Kept answers, attacked: by other connections, by changes that commit late, by other persons, by size. */
import { testKinds } from '@main/db/testing/databases';
import { readPosture } from '@main/domains/home/posture';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDITOPS_HOOKS } from '../domains/auditops';
import { ResultCache } from './cache';
import type { EntityContext, SqlClient, TenantScopeRunner } from './context';
import { EntityService } from './service';
import { change, creation, type Desk, openDesk } from './testing/desk';

const service = new EntityService(AUDITOPS_HOOKS);

/** Counts the statements, so that an answer from the cache can be told from one that was read. */
function counting(database: TenantScopeRunner): TenantScopeRunner & { statements: number } {
  const runner = {
    statements: 0,
    withTenant: <T>(scope: Parameters<TenantScopeRunner['withTenant']>[0], work: (tx: SqlClient) => Promise<T>) =>
      database.withTenant(scope, (tx) =>
        work({
          query: (text, values) => {
            runner.statements += 1;
            return tx.query(text, values);
          },
        }),
      ),
  };
  return runner;
}

describe.each(testKinds())('kept answers on %s', (kind) => {
  let desk: Desk;
  let ctx: EntityContext;
  let runner: ReturnType<typeof counting>;

  beforeAll(async () => {
    desk = await openDesk(kind);
    const own = await desk.ctx('auditor');
    runner = counting(own.database);
    ctx = { ...own, database: runner, cache: new ResultCache() };
  });
  afterAll(() => desk?.close());

  const statementsOf = async (work: () => Promise<unknown>) => {
    const before = runner.statements;
    await work();
    return runner.statements - before;
  };
  const list = () => service.list(ctx, 'controls', {});
  const insert = (name: string) => desk.look(`INSERT INTO ${desk.a.schema}.controls (name) VALUES ($1)`, [name]);

  it('are given again while nothing changes, and cost one question', async () => {
    await insert('first');
    const seen = await list();
    expect(await statementsOf(list)).toBe(1);
    expect(await list()).toBe(seen);
    expect(Object.isFrozen(seen.rows[0])).toBe(true);
  });

  it('are read anew after a change by another connection, each time', async () => {
    for (let n = 0; n < 10; n++) {
      const { total } = await list();
      await insert(`other ${n}`);
      expect((await list()).total).toBe(total + 1);
      expect((await service.counts(ctx, 'controls')).all).toBe(total + 1);
    }
  });

  it('are read anew after a change of one’s own and of a record that a row refers to', async () => {
    const setId = '11111111-1111-4111-8111-111111111111';
    await service.apply({ ...ctx, cache: undefined } as EntityContext, creation('controlSets', { name: 'Before' }, setId));
    await service.apply(ctx, creation('controls', { name: 'With a set', controlSetId: setId }));
    expect(Object.values((await list()).labels ?? {})).toContain('Before');
    const { row } = await service.get(ctx, 'controlSets', setId);
    await service.apply(ctx, change('controlSets', row, { name: 'After' }));
    expect(Object.values((await list()).labels ?? {})).toContain('After');
  });

  it('stay where another table changed, and hold for nobody else', async () => {
    await list();
    await desk.look(`INSERT INTO ${desk.a.schema}.findings (title, kind, severity) VALUES ('f', 'observation', 'low')`);
    expect(await statementsOf(list)).toBe(1);
    const stranger = await desk.ctx('auditor', { tenant: desk.b });
    const theirs = await service.list({ ...stranger, cache: ctx.cache } as EntityContext, 'controls', {});
    expect(theirs.total).toBe(0);
  });

  it('of the first page follow every change too', async () => {
    const totals = async () => (await readPosture(ctx)).totals.total;
    const before = await totals();
    expect(await statementsOf(totals)).toBe(1);
    await insert('counted');
    expect(await totals()).toBe(before + 1);
  });

  it.skipIf(kind === 'embedded')('see a change that began long before and commits late', async () => {
    const slow = await desk.connect();
    await slow.query('BEGIN');
    await slow.query(`INSERT INTO ${desk.a.schema}.controls (name) VALUES ('late')`);
    // Younger transactions come and go meanwhile: a counter would have passed this one by.
    await insert('younger');
    const { total } = await list();
    expect(await statementsOf(list)).toBe(1);
    await slow.query('COMMIT');
    await slow.end();
    expect((await list()).total).toBe(total + 1);
  });

  it.skipIf(kind === 'embedded')('survive what is taken back', async () => {
    const { total } = await list();
    const other = await desk.connect();
    await other.query('BEGIN');
    await other.query(`INSERT INTO ${desk.a.schema}.controls (name) VALUES ('gone')`);
    await other.query('ROLLBACK');
    await other.end();
    expect(await statementsOf(list)).toBe(1);
    expect((await list()).total).toBe(total);
  });

  it('are refused to who may no longer ask', async () => {
    await list();
    const foreign = { ...ctx, session: { ...ctx.session, tenantId: desk.b.id } };
    if (kind === 'embedded') return; // one login, an administrator's
    await expect(service.list(foreign, 'controls', {})).rejects.toMatchObject({ code: expect.any(String) });
  });
});

describe('the store', () => {
  it('is bounded in number and size, and forgets the oldest first', () => {
    const cache = new ResultCache({ entries: 3, size: 1_000, entrySize: 400 });
    const put = (key: string, size: number) => cache.put(key, { token: 't', value: 'x'.repeat(size), tables: [key], readAt: 0 });
    for (const key of ['a', 'b', 'c']) put(key, 10);
    cache.get('a');
    put('d', 10);
    expect([cache.get('a')?.tables, cache.get('b'), cache.entries]).toEqual([['a'], undefined, 3]);
    put('huge', 500);
    expect(cache.get('huge')).toBeUndefined();
    for (let n = 0; n < 20; n++) put(`k${n}`, 390);
    expect(cache.size).toBeLessThanOrEqual(1_000);
    cache.forget(['k19']);
    expect(cache.get('k19')).toBeUndefined();
    cache.clear();
    expect([cache.size, cache.entries]).toEqual([0, 0]);
  });
});
