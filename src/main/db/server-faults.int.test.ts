/**
 * PostgreSQL killed in the middle of operations, a reply lost after COMMIT, a full disk, clocks that are days off: each operation
 * ends in the old state or the new one, and whoever sent it is told which, or that it is not known.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EntityContext } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import { creation } from '@main/entities/testing/desk';
import { CodedError } from '@shared/errors';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../scripts/lib/postgres.mjs';
import { type Database, openDatabase } from './database';
import { TEST_PASSWORD, type TestPerson, Workplace } from './migrate/testing';
import { testKinds } from './testing/databases';
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy';

/** A small file system of its own in memory; null where this account may not mount one. */
function smallDisk(account: PostgresServer['account'], megabytes: number): { folder: string; remove(): void } | null {
  const folder = mkdtempSync(join(tmpdir(), 'kompl-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
  const space = join(folder, 'space');
  mkdirSync(space, { mode: 0o700 });
  if (account.uid !== undefined && account.gid !== undefined) chownSync(space, account.uid, account.gid);
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
  return {
    folder: space,
    remove() {
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe.runIf(testKinds().includes('server'))('when the server fails', () => {
  let server: PostgresServer;
  let proxy: TcpProxy;
  let schema: string;
  let person: TestPerson;
  let database: Database;
  let sequence = 0;
  const service = new EntityService({});

  const superuser = async () => {
    const client = new pg.Client({ connectionString: server.superuserUrl });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const look = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> => {
    const client = await superuser();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  };
  const context = (at: Date = new Date()): EntityContext => ({
    database,
    session: { personId: person.id, tenantId: person.tenantId, functions: [person.fn] },
    device: { id: 'faults', nextSeq: () => ++sequence },
    clock: { now: () => at, today: () => at.toISOString().slice(0, 10) },
    source: 'test/1.0.0 faults',
  });
  const finding = (title: string) => creation('findings', { title, kind: 'observation', severity: 'low' });
  const standing = (opId: string, entityId: string) =>
    look<{ ledger: number; record: number; trail: number }>(
      `SELECT (SELECT count(*)::int FROM ${schema}.sync_ops WHERE op_id = $1) AS ledger,
         (SELECT count(*)::int FROM ${schema}.findings WHERE id = $2) AS record,
         (SELECT count(*)::int FROM ${schema}.audit_log WHERE op_id = $1 AND action = 'insert') AS trail`,
      [opId, entityId],
    );
  const online = async () => {
    while (database.state.state !== 'online') {
      await database.probe();
      await pause(50);
    }
  };

  beforeAll(async () => {
    server = await startPostgres();
    const admin = await superuser();
    const place = await Workplace.open({
      kind: 'server',
      admin,
      connect: superuser,
      signIn: null,
      close: async () => undefined,
    });
    await admin.end();
    person = place.a.people.auditor;
    schema = place.a.schema;
    proxy = await startTcpProxy(server);
    database = openDatabase(
      {
        kind: 'server',
        host: '127.0.0.1',
        port: proxy.port,
        database: 'postgres',
        user: person.dbRole,
        password: TEST_PASSWORD,
        tls: { mode: 'disable' },
      },
      { backoffMs: { first: 30, longest: 120 } },
    );
    await database.ready();
  });

  afterAll(async () => {
    await database?.close();
    await proxy?.stop();
    await server?.stop();
  });

  test('killed in the middle of operations: whole or not at all, never taken for done when it is not, done once when sent again', async () => {
    for (let round = 0; round < 3; round++) {
      const operations = Array.from({ length: 30 }, (_, n) => finding(`Kill ${round} ${n}`));
      const told = new Map<string, 'done' | 'unknown'>();
      const sent = operations.map(async (operation) => {
        try {
          await service.apply(context(), operation);
          told.set(operation.opId, 'done');
        } catch (error) {
          // The class of the code says to the queue: not known, send it again.
          expect(error).toBeInstanceOf(CodedError);
          expect((error as CodedError).code).toMatch(/^SERVER_(CLOSED|UNREACHABLE|BUSY|TIMEOUT)$/);
          told.set(operation.opId, 'unknown');
        }
      });
      while (told.size < 5) await pause(1);
      await server.kill9();
      await Promise.all(sent);
      expect([...told.values()]).toContain('unknown');
      await server.restart();
      await online();
      for (const { opId, entityId } of operations) {
        const [row] = await standing(opId, entityId);
        const whole = { ledger: 1, record: 1, trail: 1 };
        if (told.get(opId) === 'done') expect(row).toEqual(whole);
        else expect([whole, { ledger: 0, record: 0, trail: 0 }]).toContainEqual(row);
      }
      for (const operation of operations) await service.apply(context(), operation);
      for (const { opId, entityId } of operations)
        expect(await standing(opId, entityId)).toEqual([{ ledger: 1, record: 1, trail: 1 }]);
    }
  });

  test('a connection that dies after COMMIT: the database tries again under the operation id and finds it done', async () => {
    await online();
    await service.apply(context(), finding('warm'));
    const operation = finding('Reply lost');
    // Everything up to COMMIT gets through; its reply does not.
    proxy.swallowAnswerTo = 'COMMIT';
    await expect(service.apply(context(), operation)).resolves.toMatchObject({ status: 'applied' });
    expect(proxy.swallowAnswerTo).toBeNull();
    expect(await standing(operation.opId, operation.entityId)).toEqual([{ ledger: 1, record: 1, trail: 1 }]);
  });

  test('a read whose connection dies is read again', async () => {
    await online();
    proxy.swallowAnswerTo = 'BEGIN READ ONLY';
    const { rows } = await database.withTenant(
      { tenantId: person.tenantId, function: person.fn, personId: person.id, source: 'test', readOnly: true },
      ({ query }) => query("SELECT count(*)::int AS n FROM findings WHERE title = 'Reply lost'"),
    );
    expect(rows).toEqual([{ n: 1 }]);
    expect(proxy.swallowAnswerTo).toBeNull();
  });

  test('a write without an operation id is not tried again: the caller hears that it is not known', async () => {
    await online();
    await pause(100); // the COMMIT of a read goes out behind its answer
    proxy.swallowAnswerTo = 'COMMIT';
    const work = database.withTenant(
      { tenantId: person.tenantId, function: person.fn, personId: person.id, source: 'test' },
      ({ query }) => query("INSERT INTO findings (title, kind, severity) VALUES ('No id', 'observation', 'low')"),
    );
    await expect(work).rejects.toMatchObject({ code: 'SERVER_CLOSED' });
    expect(await look(`SELECT count(*)::int AS n FROM ${schema}.findings WHERE title = 'No id'`)).toEqual([{ n: 1 }]);
  });

  test('clocks that are years off change neither order nor times: the server’s count', async () => {
    await online();
    const [before] = await look<{ now: string }>('SELECT now()::text AS now');
    for (const year of [1999, 2099]) {
      const operation = finding(`In ${year}`);
      await service.apply(context(new Date(Date.UTC(year, 0, 1))), operation);
      const rows = await look<{ ok: boolean }>(
        `SELECT f.created_at BETWEEN $2::timestamptz AND now() AND o.created_at BETWEEN $2::timestamptz AND now()
           AND l.at BETWEEN $2::timestamptz AND clock_timestamp() AS ok
         FROM ${schema}.findings f JOIN ${schema}.sync_ops o ON o.entity_id = f.id
         JOIN ${schema}.audit_log l ON l.resource_id = f.id AND l.action = 'insert' WHERE f.id = $1`,
        [operation.entityId, before?.now],
      );
      expect(rows).toEqual([{ ok: true }]);
    }
  });

  test('a full disk refuses with its own code, loses nothing, and goes on when there is room', async ({ skip }) => {
    await online();
    const disk = smallDisk(server.account, 24);
    if (disk === null) return skip('this account may not mount a small disk');
    try {
      await look(`CREATE TABLESPACE small LOCATION '${disk.folder}'`);
      await look(`ALTER TABLE ${schema}.findings SET TABLESPACE small`);
      const big = 'x'.repeat(2_000);
      const done: string[] = [];
      let refusal: unknown;
      // Random text, so that nothing is compressed away.
      for (let n = 0; n < 60 && refusal === undefined; n++) {
        const fill = `INSERT INTO ${schema}.findings (title, kind, severity, condition)
          SELECT 'Fill', 'observation', 'low', string_agg(md5(random()::text || g || i), '') FROM generate_series(1, 200) g, generate_series(1, 60) i
          GROUP BY g`;
        await look(fill).catch((error: unknown) => {
          refusal = error;
        });
      }
      expect(refusal).toMatchObject({ code: '53100' });
      let code: unknown;
      const operations = Array.from({ length: 200 }, (_, n) =>
        creation('findings', { title: `Full ${n} ${big}`.slice(0, 250), kind: 'observation', severity: 'low', condition: big }),
      );
      for (const operation of operations) {
        try {
          await service.apply(context(), operation);
          done.push(operation.opId);
        } catch (error) {
          code = error instanceof CodedError ? error.code : error;
          expect(await standing(operation.opId, operation.entityId)).toEqual([{ ledger: 0, record: 0, trail: 0 }]);
          break;
        }
      }
      expect(code).toBe('DISK_FULL');
      const [next] = operations.slice(done.length);
      if (!next) throw new Error('nothing was refused');
      // Room again: the table moves back to the large disk.
      await look(`ALTER TABLE ${schema}.findings SET TABLESPACE pg_default`);
      await expect(service.apply(context(), next)).resolves.toMatchObject({ status: 'applied' });
      const rows = await look(`SELECT count(*)::int AS n FROM ${schema}.sync_ops WHERE op_id = ANY ($1)`, [done]);
      expect(rows).toEqual([{ n: done.length }]);
    } finally {
      await look(`ALTER TABLE ${schema}.findings SET TABLESPACE pg_default`);
      await look('DROP TABLESPACE IF EXISTS small');
      disk.remove();
    }
  });
});
