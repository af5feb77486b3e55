/** The upkeep: months ahead, months whose time is over, tenants, and an overview that is never silently empty. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maintain } from './maintain';
import { type TestDatabase, testServers, Workplace } from './migrate/testing';

describe.each(testServers(['embedded', 'server']))('upkeep on $kind', ({ open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
  });
  afterAll(() => database?.close());

  it('does its work for every tenant, and nothing more a second time', async () => {
    await at.look(`INSERT INTO ${at.a.schema}.controls (name) VALUES ('one'), ('two')`);
    const report = await maintain(database.admin);
    expect(report).toMatchObject({ failures: [], overview: 2, partitionsDropped: [] });
    expect(report.tenants.find(({ tenantId }) => tenantId === at.a.id)).toMatchObject({ rebuilt: false });
    const overview = await at.look(
      `SELECT controls::integer AS controls, people::integer AS people FROM private.tenant_overview
      WHERE tenant_id = $1`,
      [at.a.id],
    );
    expect(overview).toEqual([{ controls: 2, people: 6 }]);
    const again = await maintain(database.admin);
    expect(again).toMatchObject({ failures: [], overview: 2, partitionsMade: 0 });
    expect(again.tenants.map(({ folded }) => folded)).toEqual([0, 0]);
  });

  it('drops months of usage whose time is over, and only those', async () => {
    await at.look(`SELECT private.ensure_month_partitions('api_usage', now() - interval '20 months')`);
    await at.look(`INSERT INTO private.api_usage (endpoint, method, status_code, response_time_ms, timestamp)
      VALUES ('/old', 'GET', 200, 1, now() - interval '19 months'), ('/new', 'GET', 200, 1, now())`);
    const { partitionsDropped } = await maintain(database.admin);
    expect(partitionsDropped).toHaveLength(4);
    expect(await at.look('SELECT endpoint FROM private.api_usage')).toEqual([{ endpoint: '/new' }]);
    expect(
      await at.look(`SELECT count(*)::integer AS n FROM pg_inherits WHERE inhparent = 'private.audit_logs'::regclass`),
    ).toEqual([{ n: 4 }]);
  });

  it('is nobody’s but an administrator’s', async () => {
    for (const statement of [
      'SELECT private.apply_retention()',
      'SELECT * FROM private.tenant_overview',
      'SELECT private.ensure_partitions()',
    ])
      expect(await at.attempt(at.a.people.admin, statement)).toEqual({ refused: '42501' });
  });
});
