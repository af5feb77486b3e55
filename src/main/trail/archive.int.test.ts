/**
 * Months of the trail leave the server by one signed act, and everything that is left, on the server or in the file, still proves:
 * one changed byte in either is found. Nobody but a database administrator can do it, and not before its time.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@shared/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testServers, Workplace } from '../db/migrate/testing';
import { withOwnerSource } from './access';
import { type ArchivePlan, type ArchiveReport, dropArchived, planArchive, readArchive, writeArchive } from './archive';
import { createKeyPem, readPrivateKey } from './keys';
import { proveChain } from './prove';
import { PLATFORM_CHAIN } from './seal';
import { registerKey } from './sealer';
import { ownerSource, tenantSource } from './source';
import { sealSettled } from './testing';

const key = readPrivateKey(createKeyPem().privatePem);

async function refusal(work: Promise<unknown>): Promise<CodedError> {
  const error = await work.catch((e: unknown) => e);
  if (error instanceof CodedError) return error;
  throw new Error('not refused', { cause: error });
}

describe.each(testServers(['embedded', 'server']))('archives on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let at: Workplace;
  let folder: string;
  let file: string;
  let plan: ArchivePlan;
  let report: ArchiveReport;

  const admin = (sql: string, values?: unknown[]) => database.admin.query(sql, values);
  const request = (before: string) => ({ before, key, now: () => '2026-07-01T00:00:00.000Z', by: 'test/1.0.0' });
  const retention = (months: number) =>
    admin("SELECT public.set_global_config('retention.audit_log_months', $1::jsonb)", [String(months)]);
  const prove = (chain: string, files?: ReadonlyMap<string, ArchiveReport['file']>) =>
    withOwnerSource(database.admin, chain, (source) => proveChain(source, files ? { files } : {}));
  const proveAsAdministrator = () => at.actWith(at.a.people.admin, (ask) => proveChain(tenantSource(at.a.id, ask)));

  /** Rows of the tenant's trail and events of the platform at a time long ago, as a restored database has them. */
  async function past(month: string, rows: number) {
    await admin(`INSERT INTO ${at.a.schema}.audit_log (at, action, resource_type, new_values)
      SELECT '${month}-10'::timestamptz + make_interval(hours => g), 'insert', 'controls', jsonb_build_object('name', '${month} ' || g)
      FROM generate_series(1, ${rows}) g`);
    await admin(`SELECT private.ensure_log_partitions('${month}-10'::timestamptz)`);
    await admin(`INSERT INTO private.audit_logs (action, resource_type, created_at, tenant_id)
      VALUES ('config.set', 'global_config', '${month}-11', NULL), ('licence.set', 'licenses', '${month}-12', '${at.a.id}')`);
  }

  async function sealAll(batchRows: number) {
    await sealSettled(database.admin, at.a.id, { key, batchRows });
    await sealSettled(database.admin, PLATFORM_CHAIN, { key, batchRows });
  }

  async function write(before: string, name: string) {
    const path = join(folder, name);
    const lines: string[] = [];
    const sink = { line: async (text: string) => void lines.push(`${text}\n`), end: () => writeFile(path, lines.join('')) };
    return { path, plan: await writeArchive(database.admin, request(before), sink) };
  }

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    folder = await mkdtemp(join(tmpdir(), 'kompl-archive-'));
    await registerKey(database.admin, key, 'test');
    await sealAll(500);
    await past('2020-03', 9);
    await past('2020-04', 4);
    await past('2020-06', 5);
    // seals of seven: one holds rows of April and of June
    await sealAll(7);
  });
  afterAll(async () => {
    await database?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('nothing leaves before its time, under a hold, with rows unsealed, or where there is nothing', async () => {
    const why = async (before: string) => (await refusal(planArchive(database.admin, before))).details.why;
    expect(await why('2020-05')).toBe('retention');
    await expect(retention(11)).rejects.toThrow();
    await retention(12);
    expect(await why('2020-03')).toBe('none');
    const soon = new Date(Date.now() - 200 * 86_400_000).toISOString().slice(0, 7);
    expect(await why(soon)).toBe('retention');
    await admin("SELECT public.set_tenant_config($1::uuid, 'retention.audit_log_months', '0')", [at.a.id]);
    expect(await refusal(planArchive(database.admin, '2020-05'))).toMatchObject({
      details: { why: 'retention', tenant: at.a.id },
    });
    await admin("SELECT public.set_tenant_config($1::uuid, 'retention.audit_log_months', NULL)", [at.a.id]);
    await admin("SELECT public.set_tenant_config($1::uuid, 'tenant.legal_hold', 'true')", [at.a.id]);
    expect(await why('2020-05')).toBe('hold');
    await admin("SELECT public.set_tenant_config($1::uuid, 'tenant.legal_hold', NULL)", [at.a.id]);
    await admin(`INSERT INTO ${at.b.schema}.audit_log (at, action, resource_type) VALUES ('2020-04-20', 'insert', 'controls')`);
    expect(await refusal(planArchive(database.admin, '2020-05'))).toMatchObject({
      details: { why: 'unsealed', tenant: at.b.id },
    });
    await sealSettled(database.admin, at.b.id, { key });
    expect((await planArchive(database.admin, '2020-05')).months).toEqual(['2020-03', '2020-04']);
  });

  it('nobody but a database administrator archives, drops or writes a checkpoint', async () => {
    const attempts = [
      "SELECT private.archive_trail('2020-05-01', '', '', '', '[]')",
      "SELECT * FROM private.archive_plan('2020-05-01')",
      'DROP TABLE private.audit_logs_2020_03',
      'ALTER TABLE private.audit_logs DETACH PARTITION private.audit_logs_2020_03',
      'INSERT INTO private.trail_archives SELECT * FROM private.trail_archives',
      `INSERT INTO ${at.a.schema}.trail_archives SELECT * FROM ${at.a.schema}.trail_archives`,
    ];
    for (const person of [at.a.people.admin, at.a.people.viewer])
      for (const sql of attempts) await expect(at.act(person, sql)).rejects.toThrow(/permission denied|must be owner/);
    // The owner acting for a person is no more than that person; the sealer seals and does nothing else.
    await admin('BEGIN');
    await admin("SELECT set_config('app.person', $1, true)", [at.a.people.admin.id]);
    await expect(admin("SELECT private.require_archivable('2020-05-01')")).rejects.toThrow(/only a database administrator/);
    await admin('ROLLBACK');
    await admin('BEGIN; SET LOCAL ROLE kompl_sealer');
    await expect(admin("SELECT private.archive_trail('2020-05-01', '', '', '', '[]')")).rejects.toThrow(/permission denied/);
    await admin('ROLLBACK');
  });

  it('writes a file that proves itself, and finds every changed byte in it', async () => {
    ({ path: file, plan } = await write('2020-05', 'first.jsonl'));
    expect(plan.chains.map(({ chain }) => chain).sort()).toEqual([PLATFORM_CHAIN, at.a.id, at.b.id].sort());
    report = await readArchive(file, { fileName: 'first.jsonl' });
    expect(report).toMatchObject({ before: '2020-05', months: ['2020-03', '2020-04'], faults: [] });
    const bytes = readFileSync(file);
    const changed = join(folder, 'changed.jsonl');
    for (let n = 0; n < 60; n += 1) {
      const place = Math.floor((bytes.length * (n + 0.5)) / 60);
      const copy = Buffer.from(bytes);
      copy[place] = (copy[place] ?? 0) ^ 1;
      await writeFile(changed, copy);
      const found = await readArchive(changed, { fileName: 'changed.jsonl' }).then(
        ({ faults }) => faults.length > 0,
        (error: unknown) => error instanceof CodedError && error.code === 'TRAIL_FILE_INVALID',
      );
      expect([place, found]).toEqual([place, true]);
    }
    await writeFile(changed, bytes.subarray(0, bytes.length - 200));
    expect((await refusal(readArchive(changed, { fileName: 'changed.jsonl' }))).code).toBe('TRAIL_FILE_INVALID');
  });

  it('nothing leaves where the trail moved on after the file was written, or the file is another', async () => {
    const other = await write('2020-04', 'other.jsonl');
    const wrong = await readArchive(other.path, { fileName: 'other.jsonl' });
    expect(await refusal(dropArchived(database.admin, request('2020-05'), plan, wrong))).toMatchObject({
      details: { why: 'moved' },
    });
    const forged = { ...plan, chains: plan.chains.map((one) => ({ ...one, rowCount: one.rowCount - 1 })) };
    expect(await refusal(dropArchived(database.admin, request('2020-05'), forged, report))).toMatchObject({
      details: { why: 'moved' },
    });
    expect(await at.look("SELECT to_regclass('private.audit_logs_2020_03') IS NOT NULL AS there")).toEqual([{ there: true }]);
  });

  it('the months leave, and the server proves all that is there and says what is archived under which checkpoint', async () => {
    const before = await prove(at.a.id);
    const done = await dropArchived(database.admin, request('2020-05'), plan, report);
    expect(done).toMatchObject({ months: ['2020-03', '2020-04'], chains: 3, sha256: report.sha256 });
    expect(
      await at.look(
        "SELECT to_regclass('private.audit_logs_2020_03') IS NULL AND to_regclass('private.audit_logs_2020_06') IS NOT NULL AS gone",
      ),
    ).toEqual([{ gone: true }]);
    const after = await prove(at.a.id);
    const archived = { before: '2020-05', rows: 13, fileSha256: report.sha256, checkpoint: 1 };
    expect(after).toMatchObject({ faults: [], head: before.head, seals: before.seals, rows: before.rows - 13 });
    expect(after.archived).toEqual([{ ...archived, proven: false }]);
    const whole = await prove(at.a.id, new Map([[report.sha256, report.file]]));
    expect(whole).toMatchObject({ faults: [], archived: [{ ...archived, proven: true }] });
    for (const chain of [PLATFORM_CHAIN, at.b.id]) expect((await prove(chain)).faults).toEqual([]);
    expect(await proveAsAdministrator()).toMatchObject({ faults: [], archived: [{ before: '2020-05' }] });
    const events = await at.look("SELECT count(*)::integer AS n FROM private.audit_logs WHERE action = 'trail.archive'");
    expect(events).toEqual([{ n: 3 }]);
  });

  it('sees what somebody with a superuser’s rights does to the rest', async () => {
    const tampered = async (sql: string, chain = at.a.id) => {
      await admin('BEGIN');
      try {
        await admin("SET LOCAL session_replication_role = 'replica'");
        await admin(sql);
        const source = ownerSource(chain, (text, values) => database.admin.query(text, [...values]));
        return (await proveChain(source, { files: new Map([[report.sha256, report.file]]) })).faults.map(
          ({ kind: what }) => what,
        );
      } finally {
        await admin('ROLLBACK');
      }
    };
    const mine = `chain = '${at.a.id}'`;
    // a row that stayed, in the very seal that lost others
    expect(
      await tampered(`DELETE FROM private.audit_logs WHERE ctid = (SELECT ctid FROM private.audit_logs WHERE tenant_id = '${at.a.id}'
      AND origin = 'tenant' AND created_at < '2021-01-01' ORDER BY created_at LIMIT 1)`),
    ).toContain('row_removed');
    expect(await tampered(`UPDATE private.trail_archives SET parts = parts || '[[1, [0]]]' WHERE ${mine}`)).toContain(
      'checkpoint',
    );
    expect(await tampered(`UPDATE private.trail_archives SET whole = '[[1, 99]]' WHERE ${mine}`)).toContain('checkpoint');
    expect(
      await tampered(`UPDATE private.trail_archives SET signature = decode(repeat('00', 64), 'hex') WHERE ${mine}`),
    ).toContain('checkpoint');
    expect(await tampered(`UPDATE private.trail_archives SET before = '2020-07' WHERE ${mine}`)).toContain('checkpoint');
    expect(await tampered(`DELETE FROM private.trail_archives WHERE ${mine}`)).toContain('row_removed');
    expect(await tampered('DROP TABLE private.audit_logs_2020_06')).toContain('row_removed');
    await expect(admin(`DELETE FROM private.trail_archives WHERE ${mine}`)).rejects.toThrow(/only ever added to/);
  });

  it('goes on: new rows, another archive under the next checkpoint, the whole from both files', async () => {
    await at.act(at.a.people.auditor, "INSERT INTO controls (name) VALUES ('after the archive')");
    await sealAll(500);
    const second = await write('2020-08', 'second.jsonl');
    const found = await readArchive(second.path, { fileName: 'second.jsonl' });
    expect(found.faults).toEqual([]);
    await dropArchived(database.admin, request('2020-08'), second.plan, found);
    const files = new Map([report, found].map((one) => [one.sha256, one.file]));
    for (const chain of [at.a.id, PLATFORM_CHAIN]) {
      const proof = await prove(chain, files);
      expect(proof).toMatchObject({
        faults: [],
        archived: [
          { checkpoint: 1, proven: true },
          { checkpoint: 2, proven: true },
        ],
      });
    }
    expect(kind).toBeTypeOf('string');
  });
});
