/** The sealer against real databases: nothing lost, nothing twice, nobody in the way, whoever is killed. */

import { tenantSchema } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminClient } from '../db/migrate/client';
import { type TestDatabase, testServers, Workplace } from '../db/migrate/testing';
import { withOwnerSource } from './access';
import { createKeyPem, readPrivateKey } from './keys';
import { merkleRoot, splitHashes } from './merkle';
import { pauseFor } from './pause';
import { proveChain } from './prove';
import { PLATFORM_CHAIN, sealText } from './seal';
import { hasUnsealed, registerKey, type SealMemory, sealBatch, sealChain } from './sealer';
import { sealSettled, settled } from './testing';
import { watchAndSeal } from './watch';

const key = readPrivateKey(createKeyPem().privatePem);

function memory(): SealMemory & { readonly heads: Map<string, { seq: number; hash: string }> } {
  const heads = new Map<string, { seq: number; hash: string }>();
  return { heads, get: (chain) => heads.get(chain), set: (chain, head) => void heads.set(chain, head) };
}

describe.each(testServers(['embedded', 'server']))('sealing on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    await registerKey(database.admin, key, 'test');
  });
  afterAll(() => database?.close());

  const write = async (rows: number) => {
    await at.act(at.a.people.auditor, `INSERT INTO controls (name) SELECT 'bulk ' || n FROM generate_series(1, ${rows}) n`);
    await settled(database.admin);
  };
  const prove = (chain = at.a.id) => withOwnerSource(database.admin, chain, (source) => proveChain(source));
  const number = async (sql: string, values: unknown[] = []) => Number((await at.look(sql, values))[0]?.n);
  const waiting = () => number(`SELECT count(*) AS n FROM ${at.a.schema}.audit_log`);
  const filed = () =>
    number("SELECT count(*) AS n FROM private.audit_logs WHERE tenant_id = $1 AND origin = 'tenant'", [at.a.id]);
  const all = () => number(`SELECT count(*) AS n FROM ${at.a.schema}.audit_log`).then(async (rows) => rows + (await filed()));

  it('files what is settled, once, and leaves nothing behind', async () => {
    await write(25);
    const before = await waiting();
    expect(await sealSettled(database.admin, at.a.id, { key, batchRows: 10 })).toBe(before);
    expect([await waiting(), await filed()]).toEqual([0, before]);
    expect(await sealSettled(database.admin, at.a.id, { key })).toBe(0);
    expect(await prove()).toMatchObject({ seals: Math.ceil(before / 10), rows: before, faults: [], waiting: 0 });
  });

  it('seals the platform’s own events too, and other tenants on their own', async () => {
    expect(await sealSettled(database.admin, PLATFORM_CHAIN, { key })).toBeGreaterThan(2);
    expect(await prove(PLATFORM_CHAIN)).toMatchObject({ seals: 1, faults: [], waiting: 0 });
    await sealSettled(database.admin, at.b.id, { key });
    expect((await prove(at.b.id)).faults).toEqual([]);
    expect(await sealSettled(database.admin, '00000000-0000-0000-0000-00000000abcd', { key })).toBe(0);
  });

  it('shows sealed and unsealed rows through one view, each once, and keeps a record’s history whole', async () => {
    const { auditor } = at.a.people;
    const [made] = await at.act(auditor, "INSERT INTO controls (name) VALUES ('Seen') RETURNING id");
    await sealSettled(database.admin, at.a.id, { key });
    await at.act(auditor, ["UPDATE controls SET family = 'AU' WHERE id = $1", [made?.id]]);
    const rows = await at.act(auditor, [
      'SELECT action, seal IS NOT NULL AS sealed, new_values FROM trail WHERE resource_id = $1 ORDER BY entry',
      [made?.id],
    ]);
    expect(rows).toMatchObject([
      { action: 'insert', sealed: true, new_values: { name: 'Seen' } },
      { action: 'update', sealed: false, new_values: { family: 'AU' } },
    ]);
  });

  it('hashes what anybody can recompute', async () => {
    await write(3);
    await sealSettled(database.admin, at.a.id, { key });
    const [seal] = await at.look(
      `SELECT encode(hash, 'hex') AS hash, encode(sha256(convert_to($2::text, 'UTF8')), 'hex') AS mine, encode(root, 'hex') AS root,
         encode(leaves, 'hex') AS leaves FROM private.seals WHERE chain = $1 AND seq = 1`,
      [
        at.a.id,
        await withOwnerSource(database.admin, at.a.id, async (source) => sealText((await source.seals(1, 1))[0] ?? never())),
      ],
    );
    expect(seal?.mine).toBe(seal?.hash);
    expect(merkleRoot(splitHashes(Buffer.from(String(seal?.leaves), 'hex'))).toString('hex')).toBe(seal?.root);
  });

  it('refuses a chain that somebody cut back', async () => {
    const mine = memory();
    await write(2);
    await sealSettled(database.admin, at.a.id, { key, memory: mine });
    const known = mine.heads.get(at.a.id);
    if (!known) throw new Error('nothing remembered');
    await write(2);
    mine.set(at.a.id, { ...known, hash: '0'.repeat(64) });
    await expect(sealBatch(database.admin, at.a.id, { key, memory: mine })).rejects.toMatchObject({ code: 'TRAIL_BROKEN' });
    mine.set(at.a.id, { seq: known.seq + 5, hash: known.hash });
    await expect(sealBatch(database.admin, at.a.id, { key, memory: mine })).rejects.toMatchObject({ code: 'TRAIL_BROKEN' });
    expect(await waiting()).toBe(2);
    // Another sealer went on; what this one remembers is still in the chain.
    mine.set(at.a.id, known);
    await sealSettled(database.admin, at.a.id, { key });
    await write(1);
    expect(await sealBatch(database.admin, at.a.id, { key, memory: mine })).toBe(1);
  });

  it('files rows of months that nobody prepared', async () => {
    await database.admin.query(
      `INSERT INTO ${at.a.schema}.audit_log (at, action, resource_type) VALUES ('2019-05-01', 'read', 'controls')`,
    );
    expect(await sealSettled(database.admin, at.a.id, { key })).toBeGreaterThan(0);
    expect(await number('SELECT count(*) AS n FROM private.audit_logs_2019_05 WHERE tenant_id = $1', [at.a.id])).toBe(1);
    expect((await prove()).faults).toEqual([]);
  });

  it('takes rows of another cluster, whose transactions are still to come here', async () => {
    await database.admin.query(
      `INSERT INTO ${at.a.schema}.audit_log (txid, action, resource_type) VALUES ('9000000000', 'read', 'controls')`,
    );
    await write(2);
    expect(await sealSettled(database.admin, at.a.id, { key })).toBe(3);
    expect((await prove()).faults).toEqual([]);
  });

  it.each([
    ['UPDATE', 'AUDIT SET reason = reason'],
    ['DELETE FROM', 'AUDIT'],
    ['TRUNCATE', 'AUDIT'],
    ['UPDATE', 'private.seals SET sealed_at = sealed_at'],
    ['DELETE FROM', 'private.seals'],
    ['TRUNCATE', 'private.seals'],
    ['UPDATE', 'private.sealing_keys SET label = label'],
    ['DELETE FROM', 'private.sealed_events'],
    ['UPDATE', 'private.audit_logs SET seal_seq = seal_seq'],
    ['DELETE FROM', 'private.event_queue'],
    ['UPDATE', 'private.event_queue SET event_at = now()'],
  ])('not even the owner may %s %s', async (verb, target) => {
    await write(1);
    await at.act(at.a.people.auditor, 'SELECT public.note_sign_in()');
    const sql = `${verb} ${target.replace('AUDIT', `${at.a.schema}.audit_log`)}`;
    await expect(database.admin.query(`BEGIN; SET LOCAL ROLE kompl_owner; ${sql}`)).rejects.toMatchObject({ code: '42501' });
    await database.admin.query('ROLLBACK');
  });

  it('lets nobody file, seal, forge or read by hand', async () => {
    const ids = 'ARRAY[1]::bigint[]';
    for (const person of Object.values(at.a.people)) {
      for (const sql of [
        `SELECT * FROM private.seal_open('${at.a.id}', 10)`,
        `SELECT private.seal_close('${at.a.id}', 1, ${ids}, '1', '1', '', '', '', 'k', 'now', '')`,
        'SELECT * FROM private.trail_activity()',
        `SELECT private.register_sealing_key('', 'mine')`,
        'SELECT * FROM private.seals',
        'INSERT INTO trail (action) VALUES (1)',
        'DELETE FROM trail',
        `SELECT record_access('insert', 'controls', NULL)`,
        `SELECT record_access('reveal', 'controls', NULL)`,
        'SELECT * FROM audit_log',
        `SELECT log_access('insert', 'controls', NULL)`,
        `SELECT log_access('reveal', 'controls', NULL)`,
        `SELECT log_access('sign_in', 'controls', NULL)`,
        `SELECT note_visit('role')`,
        `SELECT ${at.b.schema}.log_access('read', 'controls', NULL)`,
        `SELECT * FROM ${at.b.schema}.trail`,
      ]) {
        const outcome = await at.attempt(person, sql);
        expect([person.fn, sql, outcome]).toEqual([
          person.fn,
          sql,
          { refused: sql.includes('INTO trail') || sql.includes('FROM trail') ? expect.stringMatching(/42501|55000/) : '42501' },
        ]);
      }
    }
  });

  it('takes what a client reports, with who, and not too much of it', async () => {
    const { viewer } = at.a.people;
    const [row] = await at.act(
      viewer,
      `SELECT log_access('read', 'evidence_files', '${at.a.id}', '{"how":"preview"}', 'audit') AS id`,
    );
    const [entry] = await at.look(`SELECT * FROM ${at.a.schema}.audit_log WHERE id = $1`, [row?.id]);
    expect(entry).toMatchObject({ action: 'read', actor: viewer.id, reason: 'audit', details: { how: 'preview' } });
    for (const bad of [
      `'read', 'Nö', NULL`,
      `'read', 'x', NULL, '[1]'`,
      `'read', 'x', NULL, jsonb_build_object('a', repeat('x', 9000))`,
    ]) {
      expect(await at.attempt(viewer, `SELECT log_access(${bad})`)).toEqual({ refused: '22023' });
    }
    await at.act(viewer, `SELECT note_visit('sign_in', '{"device":"laptop"}')`);
    const seen = await at.act(
      at.a.people.admin,
      "SELECT actor::text AS actor FROM trail WHERE action = 'sign_in' ORDER BY entry DESC LIMIT 1",
    );
    expect(seen).toEqual([{ actor: viewer.id }]);
    expect(await at.act(viewer, "SELECT 1 FROM trail WHERE action = 'sign_in'")).toEqual([]);
  });

  it('shows each step of a migration in the trail of the tenant, and in nobody else’s', async () => {
    const step = (tenant: string, version: string) =>
      database.admin.query(
        `INSERT INTO private.migration_history (version, description, scope, tenant_id, checksum, duration_ms)
         VALUES ($1, 'of the test', 'tenant', $2, repeat('a', 64), 3)`,
        [version, tenant],
      );
    await step(at.a.id, 'x0001');
    await step(at.b.id, 'x0002');
    const rows = await at.act(at.a.people.admin, "SELECT origin, details FROM trail WHERE action = 'migrate'");
    expect(rows).toEqual([
      { origin: 'platform', details: { version: 'x0001', name: 'of the test', direction: 'up', status: 'success', ms: 3 } },
    ]);
  });

  describe.skipIf(kind === 'embedded')('with several connections', () => {
    it('a sealer that is killed between filing and COMMIT leaves everything as it was', async () => {
      await write(20);
      const before = await all();
      const doomed = await database.connect();
      const killer: AdminClient = {
        async query(text, values) {
          const result = await doomed.query(text, values);
          if (text.includes('seal_close')) await database.admin.query('SELECT pg_terminate_backend($1)', [pid]);
          return result;
        },
      };
      const pid = (await doomed.query('SELECT pg_backend_pid() AS pid')).rows.map((row) => ('pid' in row ? row.pid : 0))[0];
      await expect(sealBatch(killer, at.a.id, { key })).rejects.toThrow();
      expect([await all(), (await prove()).faults]).toEqual([before, []]);
      expect(await sealSettled(database.admin, at.a.id, { key })).toBeGreaterThanOrEqual(20);
      expect([await all(), await waiting(), (await prove()).faults]).toEqual([before, 0, []]);
    });

    it('never passes over a transaction that commits late', async () => {
      await sealSettled(database.admin, at.a.id, { key });
      const before = await all();
      const late = await database.connect();
      await late.query(`BEGIN; INSERT INTO ${at.a.schema}.controls (name) VALUES ('late')`);
      const writers = await Promise.all(Array.from({ length: 8 }, () => database.connect()));
      const stop = new AbortController();
      const sealer = await database.connect();
      const sealing = watchAndSeal(sealer, {
        key,
        chain: at.a.id,
        signal: stop.signal,
        now: () => performance.now(),
        sleep: pauseFor,
        idleMs: 5,
        batchRows: 50,
        restFactor: 0,
      });
      await Promise.all(
        writers.map(async (client, who) => {
          for (let n = 0; n < 40; n += 1) await client.query(`INSERT INTO ${at.a.schema}.controls (name) VALUES ('${who}-${n}')`);
        }),
      );
      expect(await all()).toBe(before + 320);
      expect(await hasUnsealed(database.admin, at.a.id)).toBe(true);
      await late.query('COMMIT');
      for (let tries = 0; tries < 400 && (await waiting()) > 0; tries += 1) await pauseFor(25, stop.signal);
      stop.abort();
      await sealing;
      expect([await waiting(), await all()]).toEqual([0, before + 321]);
      expect((await prove()).faults).toEqual([]);
      const [order] = await at.look(
        `SELECT bool_and(later) AS ordered FROM (SELECT (txid, trail_id) > lag((txid, trail_id)) OVER (ORDER BY seal_seq, leaf_index) AS later
           FROM private.audit_logs WHERE tenant_id = $1 AND origin = 'tenant' AND txid < '9000000000') x`,
        [at.a.id],
      );
      expect(order).toEqual({ ordered: true });
    });

    it('two sealers at once file every row once', async () => {
      await write(300);
      const before = await all();
      const [one, two] = await Promise.all([database.connect(), database.connect()]);
      const work = async (client: AdminClient) => {
        while ((await waiting()) > 0) await sealBatch(client, at.a.id, { key, batchRows: 7 });
      };
      await Promise.all([work(one), work(two)]);
      expect([await all(), (await prove()).faults]).toEqual([before, []]);
    });

    it('a sealer’s login can seal and nothing else', async () => {
      const name = `sealer_${process.pid}_${Date.now().toString(36)}`;
      await database.admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'x'; GRANT kompl_sealer TO ${name}`);
      const client = await database.signIn?.(name, 'x');
      if (!client) throw new Error('no login');
      await write(3);
      expect(await sealChain(client, at.a.id, { key })).toBeGreaterThanOrEqual(3);
      const schema = tenantSchema(at.a.id);
      for (const sql of [
        `SELECT * FROM ${schema}.controls`,
        'SELECT * FROM private.seals',
        'SELECT * FROM private.audit_logs',
        `SELECT * FROM private.sealed_rows('${at.a.id}', 1, 2)`,
        "SELECT private.register_sealing_key('', 'x')",
      ]) {
        await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
      }
      await client.end();
      await database.admin.query(`DROP ROLE ${name}`);
    });
  });
});

function never(): never {
  throw new Error('not there');
}
