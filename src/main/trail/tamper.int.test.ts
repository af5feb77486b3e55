/**
 * Somebody with the rights of a superuser goes at the sealed trail: each column of a row and of a seal, rows taken out, put in,
 * put in another place, seals likewise. The proof must see each of it and say where. Then the same at an export, byte by byte.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testServers, Workplace } from '../db/migrate/testing';
import { withOwnerSource } from './access';
import { exportCef } from './cef-export';
import { exportLines } from './export';
import { createKeyPem, readPrivateKey } from './keys';
import { proveChain } from './prove';
import { linesOf, proveLines } from './read-export';
import { PLATFORM_CHAIN } from './seal';
import { registerKey } from './sealer';
import { ownerSource } from './source';
import { sealSettled } from './testing';
import type { ChainHead } from './verify';

const key = readPrivateKey(createKeyPem().privatePem);
const stranger = readPrivateKey(createKeyPem().privatePem);

describe.each(testServers(['embedded', 'server']))('tampering on $kind', ({ open }) => {
  let database: TestDatabase;
  let at: Workplace;
  let victim: { readonly seal: number; readonly leaf: number; readonly id: string };

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    await registerKey(database.admin, key, 'test');
    const { auditor } = at.a.people;
    for (let n = 0; n < 3; n += 1) {
      await at.act(
        auditor,
        "SELECT set_config('app.reason', 'because', true), set_config('app.op_id', '01890000-0000-7000-8000-000000000abc', true)",
        `INSERT INTO controls (name) SELECT 'round ${n} ' || g FROM generate_series(1, 9) g`,
        "UPDATE controls SET family = 'X' WHERE name LIKE 'round %1'",
        `SELECT log_access('read', 'controls', '${at.a.id}', '{"how":"preview","line":"a\\u2028b"}')`,
      );
      await sealSettled(database.admin, at.a.id, { key, batchRows: 7 });
    }
    await sealSettled(database.admin, PLATFORM_CHAIN, { key });
    // A row in the middle of a batch that a person wrote, so that every column holds something.
    const [found] = await at.look(
      `SELECT seal_seq::integer AS seal, leaf_index AS leaf, trail_id::text AS id FROM private.audit_logs
       WHERE tenant_id = $1 AND origin = 'tenant' AND resource_type = 'controls' AND actor IS NOT NULL
         AND leaf_index BETWEEN 1 AND 5 AND seal_seq > 2 ORDER BY seal_seq, leaf_index LIMIT 1`,
      [at.a.id],
    );
    victim = found as typeof victim;
  });
  afterAll(() => database?.close());

  /** The proof after some SQL with all guards off, in a transaction that is rolled back. */
  async function proveAfter(sql: string, chain = at.a.id, heads: ChainHead[] = []) {
    await database.admin.query('BEGIN');
    try {
      for (const table of ['audit_logs', 'seals', 'sealing_keys', 'sealed_events', 'event_queue']) {
        await database.admin.query(`ALTER TABLE private.${table} DISABLE TRIGGER USER`);
      }
      const { rows } = await database.admin.query(sql);
      const source = ownerSource(chain, (text, values) => database.admin.query(text, [...values]));
      return { changed: rows, report: await proveChain(source, { heads }) };
    } finally {
      await database.admin.query('ROLLBACK');
    }
  }
  const kinds = async (sql: string, chain?: string) => [
    ...new Set((await proveAfter(sql, chain)).report.faults.map(({ kind }) => kind)),
  ];
  const row = (extra = '') =>
    `tenant_id = '${at.a.id}' AND origin = 'tenant' AND seal_seq = ${victim.seal} AND leaf_index = ${victim.leaf} ${extra}`;

  it('finds nothing where nothing was done', async () => {
    expect((await proveAfter('SELECT 1')).report.faults).toEqual([]);
    expect((await proveAfter('SELECT 1', PLATFORM_CHAIN)).report.faults).toEqual([]);
  });

  it('sees one changed value in every column of a row, and names the row', async () => {
    const columns = await at.look(
      `SELECT attname::text AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
       WHERE attrelid = 'private.audit_logs'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    );
    const other: Readonly<Record<string, string>> = {
      uuid: 'gen_random_uuid()',
      jsonb: `'{"a":1}'`,
      bigint: 'coalesce(COLUMN, 0) + 1000',
      integer: 'COLUMN + 1000',
      inet: `'10.0.0.1'`,
      xid8: `'77'`,
      'timestamp with time zone': `COLUMN + interval '1 microsecond'`,
    };
    expect(columns.length).toBeGreaterThan(19);
    for (const { name, type } of columns) {
      const value =
        name === 'origin'
          ? `'platform', seal_seq = NULL, leaf_index = NULL`
          : name === 'user_id'
            ? 'NULL'
            : name === 'tenant_id'
              ? `'${at.b.id}'`
              : (other[String(type)] ?? `coalesce(COLUMN, '') || 'x'`).replace('COLUMN', String(name));
      const { report } = await proveAfter(`UPDATE private.audit_logs SET ${name} = ${value} WHERE ${row()}`);
      expect([name, report.faults.length > 0]).toEqual([name, true]);
      const gone = ['tenant_id', 'origin', 'seal_seq', 'leaf_index', 'trail_id'].includes(String(name));
      if (!gone) expect([name, report.faults[0]?.row]).toEqual([name, victim.id]);
      expect(report.faults.some((fault) => fault.row === victim.id || fault.seal === victim.seal)).toBe(true);
    }
  });

  it('sees every column of a seal', async () => {
    const columns = await at.look(
      `SELECT attname::text AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
       WHERE attrelid = 'private.seals'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    );
    const change: Readonly<Record<string, string>> = {
      bytea: 'set_byte(COLUMN, 5, get_byte(COLUMN, 5) # 1)',
      xid8: `'77'`,
      bigint: 'COLUMN + 1000',
      'bigint[]': 'array_append(COLUMN[2:], 99::bigint)',
      'timestamp with time zone': `COLUMN + interval '1 microsecond'`,
    };
    for (const { name, type } of columns) {
      const value =
        name === 'chain'
          ? `'${at.b.id}'`
          : name === 'key_id'
            ? `'${'0'.repeat(64)}'`
            : (change[String(type)] ?? 'COLUMN').replaceAll('COLUMN', String(name));
      const drop =
        'ALTER TABLE private.seals DROP CONSTRAINT seals_key_id_fkey; ALTER TABLE private.seals DROP CONSTRAINT IF EXISTS seals_check;';
      const set = name === 'row_count' ? 'row_count = row_count + 1' : `${name} = ${value}`;
      const found = await kinds(`${drop} UPDATE private.seals SET ${set} WHERE chain = '${at.a.id}' AND seq = 3`);
      expect([name, found.length > 0]).toEqual([name, true]);
    }
  });

  it('names a row that was taken out', async () => {
    const { changed, report } = await proveAfter(`DELETE FROM private.audit_logs WHERE ${row()} RETURNING trail_id::text AS id`);
    expect(report.faults).toHaveLength(1);
    expect(report.faults[0]).toMatchObject({
      kind: 'row_removed',
      chain: at.a.id,
      seal: victim.seal,
      row: (changed[0] as { id: string }).id,
      at: expect.any(String),
    });
  });

  it('names a row that was put in, wherever it says it belongs', async () => {
    const copy = (seal: string, leaf: string) => `INSERT INTO private.audit_logs
      SELECT (r).* FROM (SELECT jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'trail_id', 99999, 'seal_seq', ${seal}, 'leaf_index', ${leaf})) AS r
      FROM private.audit_logs a WHERE ${row()}) x`;
    const here = String(victim.seal);
    for (const [seal, leaf] of [
      [here, String(victim.leaf)],
      [here, '99'],
      ['999', '0'],
      [here, '-1'],
    ] as const) {
      const { report } = await proveAfter(copy(seal, leaf));
      expect([seal, leaf, report.faults.map(({ kind, row: id }) => [kind, id])]).toEqual([seal, leaf, [['row_added', '99999']]]);
    }
  });

  it('names rows that changed places, within a seal and across', async () => {
    const swap = (one: string, two: string) => `UPDATE private.audit_logs a SET seal_seq = b.s, leaf_index = b.l
      FROM (VALUES (${one}, ${two}), (${two}, ${one})) AS b (ws, wl, s, l)
      WHERE a.tenant_id = '${at.a.id}' AND a.origin = 'tenant' AND a.seal_seq = b.ws AND a.leaf_index = b.wl`;
    expect(await kinds(swap(`${victim.seal}::bigint, ${victim.leaf - 1}`, `${victim.seal}::bigint, ${victim.leaf}`))).toEqual([
      'row_moved',
    ]);
    expect(await kinds(swap('1::bigint, 0', `${victim.seal}::bigint, ${victim.leaf}`))).toEqual(['row_changed']);
  });

  it('sees a seal taken out, the chain cut back, and one that was forged with another key', async () => {
    const drop = (
      seq: string,
    ) => `DELETE FROM private.audit_logs WHERE tenant_id = '${at.a.id}' AND origin = 'tenant' AND seal_seq ${seq};
      DELETE FROM private.seals WHERE chain = '${at.a.id}' AND seq ${seq}`;
    expect(await kinds(drop('= 2'))).toContain('seal_missing');
    expect(await kinds(drop('= 1'))).toContain('seal_missing');
    const { head } = await withOwnerSource(database.admin, at.a.id, (source) => proveChain(source));
    if (!head) throw new Error('no head');
    // Cutting the end off leaves a whole, shorter chain: only who remembers the head sees it.
    expect(await kinds(drop(`>= ${head.seq}`))).toEqual([]);
    const { report } = await proveAfter(drop(`>= ${head.seq}`), at.a.id, [head]);
    expect(report.faults).toMatchObject([{ kind: 'head_missing', seal: head.seq }]);
    const forged = `INSERT INTO private.sealing_keys (key_id, public_key, label) VALUES ('${stranger.id}', decode('${stranger.publicKey.toString('hex')}', 'hex'), 'x');
      UPDATE private.seals SET key_id = '${stranger.id}' WHERE chain = '${at.a.id}' AND seq = 3`;
    expect(await kinds(forged)).toContain('seal_signature');
  });

  it('sees what happens to the platform’s events', async () => {
    const one = 'id = (SELECT event_id FROM private.sealed_events ORDER BY seal_seq, leaf_index LIMIT 1)';
    expect(await kinds(`UPDATE private.audit_logs SET action = 'x' WHERE ${one}`, PLATFORM_CHAIN)).toEqual(['row_changed']);
    expect(await kinds(`UPDATE private.audit_logs SET ip_address = '1.2.3.4' WHERE ${one}`, PLATFORM_CHAIN)).toEqual([
      'row_changed',
    ]);
    expect(await kinds(`DELETE FROM private.audit_logs WHERE ${one}`, PLATFORM_CHAIN)).toEqual(['row_removed']);
    expect(await kinds("INSERT INTO private.audit_logs (action, resource_type) VALUES ('x', 'y')", PLATFORM_CHAIN)).toEqual([
      'row_added',
    ]);
  });

  describe('an export', () => {
    let folder: string;
    let bytes: Buffer;
    let head: ChainHead | null;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'kompl-export-'));
      const lines: string[] = [];
      const summary = await withOwnerSource(database.admin, at.a.id, (source) =>
        exportLines(
          source,
          { from: null, to: null, exportedAt: '2026-07-01T00:00:00.000Z', by: 'test' },
          async (line) => void lines.push(line),
        ),
      );
      head = summary.head;
      bytes = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    /** What the proof of these bytes says: the kinds of fault, or the code it refuses them with. */
    async function verdict(content: Buffer, options: { keys?: ReadonlyMap<string, Buffer>; heads?: ChainHead[] } = {}) {
      const path = join(folder, 'trail.jsonl');
      await writeFile(path, content);
      try {
        return (await proveLines(linesOf(path), { fileName: 'trail.jsonl', ...options })).faults.map(({ kind }) => kind);
      } catch (error) {
        if (error instanceof Error && 'code' in error) return [String(error.code)];
        throw error;
      }
    }

    it('proves itself, also against the right key and head, not against others', async () => {
      expect(await verdict(bytes)).toEqual([]);
      expect(await verdict(bytes, { keys: new Map([[key.id, key.publicKey]]), heads: head ? [head] : [] })).toEqual([]);
      expect(await verdict(bytes, { keys: new Map([[stranger.id, stranger.publicKey]]) })).toContain('seal_key');
      expect(await verdict(bytes, { heads: [{ seq: 2, hash: 'f'.repeat(64) }] })).toEqual(['head_missing']);
    });

    it('shows any changed byte', async () => {
      const step = Math.max(1, Math.floor(bytes.length / 400));
      for (let place = 0; place < bytes.length - 1; place += step) {
        const changed = Buffer.from(bytes);
        changed[place] = (changed[place] ?? 0) ^ (1 + (place % 127));
        expect([place, (await verdict(changed)).length > 0]).toEqual([place, true]);
      }
    });

    it('shows lines taken out, put in, swapped and cut off', async () => {
      const lines = bytes.toString('utf8').split('\n').slice(0, -1);
      const file = (changed: string[]) => Buffer.from(`${changed.join('\n')}\n`);
      for (let n = 1; n < lines.length; n += 5) {
        expect([n, (await verdict(file(lines.filter((_, index) => index !== n)))).length > 0]).toEqual([n, true]);
        expect([n, (await verdict(file([...lines.slice(0, n), lines[n] ?? '', ...lines.slice(n)]))).length > 0]).toEqual([
          n,
          true,
        ]);
        expect([n, (await verdict(file(lines.slice(0, n)))).length > 0]).toEqual([n, true]);
      }
      const rows = lines.map((line, index) => ({ line, index })).filter(({ line }) => line.startsWith('{"kind":"row"'));
      const [one, two] = [rows[1]?.index ?? 0, rows[2]?.index ?? 0];
      const swapped = lines.map((line, index) =>
        index === one ? (lines[two] ?? '') : index === two ? (lines[one] ?? '') : line,
      );
      expect(await verdict(file(swapped))).toContain('row_moved');
    });

    it('of a span holds whole seals and proves itself', async () => {
      const [middle] = await at.look(
        `SELECT min(created_at)::text AS "from", (max(created_at) + interval '1 microsecond')::text AS "to" FROM private.audit_logs
         WHERE tenant_id = $1 AND seal_seq = $2`,
        [at.a.id, victim.seal],
      );
      const lines: string[] = [];
      const summary = await withOwnerSource(database.admin, at.a.id, (source) =>
        exportLines(
          source,
          { from: String(middle?.from), to: String(middle?.to), exportedAt: '', by: '' },
          async (line) => void lines.push(line),
        ),
      );
      expect(summary.seals).toBeGreaterThanOrEqual(1);
      expect(summary.faults).toEqual([]);
      expect(await verdict(Buffer.from(`${lines.join('\n')}\n`))).toEqual([]);
    });

    it('of nothing is an export all the same', async () => {
      const lines: string[] = [];
      await withOwnerSource(database.admin, at.b.id, (source) =>
        exportLines(source, { from: null, to: null, exportedAt: '', by: '' }, async (line) => void lines.push(line)),
      );
      expect(lines).toHaveLength(2);
      expect(await verdict(Buffer.from(`${lines.join('\n')}\n`))).toEqual([]);
    });

    it('as CEF is one line a row', async () => {
      const lines: string[] = [];
      const { rows } = await withOwnerSource(database.admin, at.a.id, (source) =>
        exportCef(source, { from: null, to: null }, '0.1.0', async (line) => void lines.push(line)),
      );
      expect(rows).toBe(lines.length);
      for (const line of lines)
        expect(line).toMatch(/^CEF:0\|KOMPL\.AI\|Workstation\|0\.1\.0\|trail\.[a-z_]+\|[^|]+\|\d\|rt=\d+ externalId=/);
    });
  });
});
