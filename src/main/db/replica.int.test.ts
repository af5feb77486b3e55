/**
 * A real streaming replica beside a real primary: what may be read from it, and what becomes of acknowledged operations when it is
 * promoted under load and the old primary is killed.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ResultCache } from '@main/entities/cache';
import type { EntityContext } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import { creation, testClock } from '@main/entities/testing/desk';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../scripts/lib/postgres.mjs';
import { type Replica, startReplica } from '../../../scripts/lib/replica.mjs';
import { type Database, type DatabaseOptions, openDatabase } from './database';
import { TEST_PASSWORD, type TestPerson, Workplace } from './migrate/testing';
import type { ServerTarget } from './target';
import { testKinds } from './testing/databases';

const WRITERS = 8;
const OPERATIONS = 240;

describe.runIf(testKinds().includes('server'))('with a streaming replica', () => {
  let primary: PostgresServer;
  let replica: Replica;
  let place: Workplace;
  let person: TestPerson;
  const opened: Database[] = [];

  const open = async (target: Partial<ServerTarget> = {}, options: DatabaseOptions = {}): Promise<Database> => {
    const database = openDatabase(
      {
        kind: 'server',
        host: primary.host,
        port: primary.port,
        also: [{ host: replica.host, port: replica.port }],
        database: 'postgres',
        user: person.dbRole,
        password: TEST_PASSWORD,
        tls: { mode: 'disable' },
        ...target,
      },
      { backoffMs: { first: 50, longest: 250 }, ...options },
    );
    opened.push(database);
    await database.ready();
    return database;
  };
  const scope = (more: object = {}) => ({
    tenantId: person.tenantId,
    function: person.fn,
    personId: person.id,
    source: 'test',
    ...more,
  });
  const superuser = async (port: number) => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: primary.password, database: 'postgres' });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  beforeAll(async () => {
    primary = await startPostgres();
    const admin = await superuser(primary.port);
    place = await Workplace.open({
      kind: 'server',
      admin,
      connect: () => superuser(primary.port),
      signIn: null,
      close: async () => undefined,
    });
    person = place.a.people.auditor;
    replica = await startReplica({ primary });
    // From here on an acknowledged commit stands on both.
    await admin.query("ALTER SYSTEM SET synchronous_standby_names = 'replica'");
    await admin.query('SELECT pg_reload_conf()');
    await admin.end();
  });

  afterAll(async () => {
    for (const database of opened) await database.close();
    await replica?.stop();
    await primary?.stop();
  });

  test('lists come from the replica, and never without the reader’s own last write', async () => {
    const database = await open({ readReplicas: true });
    const standby = await superuser(replica.port);
    const list = () =>
      database.withTenant(scope({ readOnly: true, lagging: true }), async ({ query }) => {
        const { rows } = await query<{ standby: boolean; n: number }>(
          'SELECT pg_is_in_recovery() AS standby, count(*)::int AS n FROM policies',
        );
        return rows[0];
      });
    const write = () =>
      database.withTenant({ ...scope(), function: 'auditor' }, ({ query }) =>
        query("INSERT INTO findings (title, kind, severity) VALUES ('x', 'observation', 'low')"),
      );
    const findings = () =>
      database.withTenant(scope({ readOnly: true, lagging: true }), async ({ query }) => {
        const { rows } = await query<{ standby: boolean; n: number }>(
          'SELECT pg_is_in_recovery() AS standby, count(*)::int AS n FROM findings',
        );
        return rows[0];
      });
    const fromReplica = async () => {
      for (let tries = 0; tries < 200; tries++) {
        if ((await list())?.standby === true) return true;
        await pause(25);
      }
      return false;
    };
    expect(await fromReplica()).toBe(true);
    let served = 0;
    for (let n = 1; n <= 100; n++) {
      await write();
      if (n % 3 === 0) await pause(10);
      const seen = await findings();
      expect(seen?.n).toBe(n);
      if (seen?.standby) served += 1;
    }
    expect(served).toBeGreaterThan(0);

    // A replica that stands still is passed over, and serves again when it has caught up.
    await standby.query('SELECT pg_wal_replay_pause()');
    await write();
    for (let n = 0; n < 5; n++) expect(await findings()).toEqual({ standby: false, n: 101 });
    await standby.query('SELECT pg_wal_replay_resume()');
    expect(await fromReplica()).toBe(true);
    expect((await findings())?.n).toBe(101);
    await standby.end();
  });

  test('the lists of the screens come from it, with one’s own records in them', async () => {
    const database = await open({ readReplicas: true });
    const service = new EntityService({});
    let sequence = 0;
    let lagging = 0;
    const session = { personId: person.id, tenantId: person.tenantId, functions: [person.fn] };
    const device = { id: `lists-${randomUUID()}`, nextSeq: () => ++sequence };
    const ctx: EntityContext = { database, session, device, clock: testClock, source: 'test', cache: new ResultCache() };
    const watched: EntityContext = {
      ...ctx,
      database: {
        withTenant: (asked, work) =>
          database.withTenant(asked, async (tx) => {
            const { rows } = await tx.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
            if (rows[0]?.standby) lagging += 1;
            return work(tx);
          }),
      },
    };
    for (let n = 1; n <= 20; n++) {
      await service.apply(ctx, creation('actions', { title: `Listed ${n}` }));
      await pause(20);
      expect((await service.list(watched, 'actions', {})).total).toBe(n);
    }
    expect(lagging).toBeGreaterThan(0);
  });

  test('what asks for the present, and every write, goes to the primary', async () => {
    const database = await open({ readReplicas: true });
    const { rows } = await database.withTenant(scope({ readOnly: true }), ({ query }) =>
      query('SELECT pg_is_in_recovery() AS standby'),
    );
    expect(rows).toEqual([{ standby: false }]);
  });

  test('finds the primary wherever it stands in the list', async () => {
    const places = [
      { host: replica.host, port: replica.port },
      { host: primary.host, port: primary.port },
    ] as const;
    const database = await open({ ...places[0], also: [places[1]] });
    const { rows } = await database.withPerson({ personId: null, source: 'test' }, ({ query }) =>
      query('SELECT pg_is_in_recovery() AS standby'),
    );
    expect(rows).toEqual([{ standby: false }]);
  });

  test('a commit that no standby confirms is never taken for done: not in silence, not when the wait is cancelled', async () => {
    const limits = { statementMs: 500, lockMs: 500, idleMs: 5_000, silenceMs: 1_500 };
    const database = await open({}, { limits, failoverMs: 0 });
    const admin = await superuser(primary.port);
    const standbys = async (names: string) => {
      await admin.query(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
      await admin.query('SELECT pg_reload_conf()');
      await pause(200);
    };
    const write = () =>
      database.withTenant(scope(), ({ query }) =>
        query("INSERT INTO findings (title, kind, severity) VALUES ('w', 'observation', 'low')"),
      );
    try {
      await standbys('nobody');
      await expect(write()).rejects.toMatchObject({ code: 'SERVER_TIMEOUT' });
      const cancelled = expect(write()).rejects.toMatchObject({
        code: 'SERVER_CLOSED',
        details: { reason: 'not replicated in time' },
      });
      await pause(400);
      await admin.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
      await cancelled;
    } finally {
      await standbys('replica');
      await admin.end();
    }
  });

  test('promoted under load: every acknowledged operation is there once, none twice', async () => {
    const service = new EntityService({});
    const acknowledged: string[] = [];
    const operations = Array.from({ length: OPERATIONS }, (_, n) =>
      creation('findings', { title: `Load ${n}`, kind: 'observation', severity: 'low' }),
    );
    let repeated = 0;
    const queue = [...operations];
    const writer = async () => {
      const database = await open({ poolSize: 2 });
      let sequence = 0;
      const device = { id: `writer-${randomUUID()}`, nextSeq: () => ++sequence };
      const session = { personId: person.id, tenantId: person.tenantId, functions: [person.fn] };
      const ctx: EntityContext = { database, session, device, clock: testClock, source: 'test' };
      for (let operation = queue.shift(); operation; operation = queue.shift()) {
        for (let attempt = 1; ; attempt++) {
          try {
            await service.apply(ctx, operation);
            acknowledged.push(operation.opId);
            break;
          } catch (error) {
            // What the caller is told is that it is not known; the queue of a laptop sends it again under the same id.
            if (attempt > 20) throw error;
            repeated += 1;
            await pause(250);
          }
        }
      }
    };
    const load = Promise.all(Array.from({ length: WRITERS }, writer));
    while (acknowledged.length < OPERATIONS / 4) await pause(5);
    const before = acknowledged.length;
    await replica.promote();
    await primary.kill9();
    await load;
    expect(before).toBeLessThan(OPERATIONS);
    expect(new Set(acknowledged).size).toBe(OPERATIONS);
    process.stdout.write(`  ${before} acknowledged before the promotion, ${repeated} sent again by the caller\n`);

    const survivor = await superuser(replica.port);
    const { rows } = await survivor.query(
      `SELECT (SELECT count(*)::int FROM ${place.a.schema}.findings WHERE title LIKE 'Load %') AS findings,
         (SELECT count(DISTINCT title)::int FROM ${place.a.schema}.findings WHERE title LIKE 'Load %') AS different,
         (SELECT count(*)::int FROM ${place.a.schema}.sync_ops WHERE op_id = ANY ($1) AND result IS NOT NULL) AS operations,
         (SELECT count(*)::int FROM ${place.a.schema}.audit_log WHERE op_id = ANY ($1) AND action = 'insert') AS trail`,
      [acknowledged],
    );
    expect(rows).toEqual([{ findings: OPERATIONS, different: OPERATIONS, operations: OPERATIONS, trail: OPERATIONS }]);
    await survivor.end();
  }, 180_000);
});
