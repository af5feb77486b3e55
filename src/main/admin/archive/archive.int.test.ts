/** Export and import: every row as it was, in this database and in another; nothing damaged is taken, nothing half is left. */
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_PASSWORD } from '../../db/migrate/testing';
import { createPerson } from '../../db/provision/person';
import { testKinds } from '../../db/testing';
import { suspend } from '../lifecycle';
import type { Onboarded } from '../onboarding';
import { personRunner } from '../runner';
import { AdminDesk, refusal, SOURCE, unique } from '../testing';
import { type Exported, exportTenant } from './export';
import { importTenant } from './import';
import { TarReader } from './tar';

const ACTOR = { personId: null, source: SOURCE };

/** Rows that a careless copy loses something of. */
const ODD_ROWS = (schema: string, person: string) => `
  WITH d AS (INSERT INTO ${schema}.documents (title, content) VALUES ('d', '') RETURNING id),
    c AS (INSERT INTO ${schema}.chunks (document_id, content, chunk_index) SELECT id, 'text', 0 FROM d RETURNING id)
    INSERT INTO ${schema}.embeddings (chunk_id, embedding)
    SELECT id, array_fill(0.1::real, ARRAY[1536])::public.vector FROM c;
  INSERT INTO ${schema}.regulations (name, parsed_content, created_by) VALUES
    (E'Ä "quoted" \\\\ back\\nline\\ttab \\u0001 \\u2028 🏛️', 'null'::jsonb, '${person}'),
    ('two', '{"n": 1.10, "big": 123456789012345678901234567890, "s": "a\\u0007b"}', '${person}');
  INSERT INTO ${schema}.requirements (regulation_id, ref_id, kind, order_index, depth)
    SELECT id, 'R' || n, 'control', n, 0 FROM ${schema}.regulations, generate_series(1, 700) n WHERE name = 'two';
  UPDATE ${schema}.requirements SET parent_id = (SELECT id FROM ${schema}.requirements WHERE ref_id = 'R700') WHERE ref_id = 'R1';
  UPDATE ${schema}.controls SET tags = ARRAY['a,b', 'c"d', '', NULL, '{x}'] WHERE ref = 'ST-01';
  INSERT INTO ${schema}.audit_plans (audit_name, lead_id, start_date) VALUES ('One', '${person}', '2026-02-28'), ('Two', NULL, NULL);
  INSERT INTO ${schema}.sync_ops (op_id, device_id, device_seq, body_sha256, entity, person_id)
    VALUES (gen_random_uuid(), 'laptop', 7, repeat('a', 64), 'findings', '${person}')`;

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('on %s', (kind) => {
  let desk: AdminDesk;
  let other: AdminDesk;
  let folder: string;
  let tenant: Onboarded;
  let archive: string;
  let exported: Exported;
  let former: string;

  const rowsOf = (at: AdminDesk, schema: string, table: string) =>
    at.look<{ row: string }>(`SELECT (to_jsonb(t) - 'tenant_id')::text AS row FROM ${schema}.${table} t ORDER BY 1`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kompl-archive-'));
    desk = await AdminDesk.open(kind);
    other = await AdminDesk.open(kind);
    tenant = await desk.onboard({ name: 'Moving "AG"', settings: { 'risk.tolerance': 'low' } });
    await desk.database.admin(async (client) => {
      const person = await createPerson(client, {
        email: `former@${tenant.domain}`,
        firstName: 'Fo',
        lastName: "O'Rmer",
        password: TEST_PASSWORD,
        tenantId: tenant.id,
        function: 'auditor',
      });
      former = person.id;
      await client.query(ODD_ROWS(tenant.schema, person.id));
      await client.query("SELECT public.revoke_membership($1::uuid, $2::uuid, 'auditor')", [person.id, tenant.id]);
    });
    archive = join(folder, 'moving.tar');
    exported = await exportTenant(desk.database, ACTOR, { tenantId: tenant.id, out: archive });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await desk?.close();
    await other?.close();
  });

  it('names every file with its hash, says who, when and from where, and holds no verifier', async () => {
    const { manifest } = exported;
    expect(manifest).toMatchObject({ tenant: { id: tenant.id, domain: tenant.domain }, logins: false, source: SOURCE });
    expect(manifest.schema.tenant.map(({ version }) => version)).toEqual(desk.migrations.tenant.map(({ version }) => version));
    const reader = await TarReader.open(archive);
    expect([...reader.entries.keys()].sort()).toEqual(
      [...Object.keys(manifest.files), 'manifest.json', 'manifest.sha256'].sort(),
    );
    expect(manifest.tables.find(({ name }) => name === 'requirements')?.rows).toBe(700);
    await reader.close();
    expect(await readFile(archive, 'latin1')).not.toContain('SCRAM-SHA-256');
    const [event] = await desk.look(
      "SELECT new_values FROM private.audit_logs WHERE action = 'tenant.export' AND tenant_id = $1",
      [tenant.id],
    );
    expect(event).toMatchObject({ new_values: { fingerprint: exported.fingerprint, logins: false } });
    expect((await stat(archive)).mode & 0o777).toBe(0o600);
  });

  it('comes into another database with every row as it was', async () => {
    const said: string[] = [];
    const here = await importTenant(other.runner, {
      path: archive,
      migrations: other.migrations,
      fingerprint: exported.fingerprint,
      progress: (what) => void said.push(what),
    });
    // Roles belong to the cluster: on one server the id is taken by the first database.
    expect(here.id === tenant.id).toBe(kind === 'embedded');
    expect(here).toMatchObject({ domain: tenant.domain, people: { matched: 0, made: 2, memberships: 2 } });
    expect(said).toContain('requirements');
    const schema = `tenant_${here.id.replaceAll('-', '')}`;
    for (const { name, rows } of exported.manifest.tables) {
      if (name === 'audit_log') continue; // the import itself is recorded there
      expect(await rowsOf(other, schema, name), name).toEqual(await rowsOf(desk, tenant.schema, name));
      expect(here.tables.find((table) => table.name === name)?.rows).toBe(rows);
    }
    const trail = 'SELECT count(*) AS n, min(at)::text AS first FROM';
    const [before] = await desk.look(`${trail} ${tenant.schema}.audit_log WHERE action <> 'export'`);
    const [after] = await other.look(`${trail} ${schema}.audit_log WHERE action NOT IN ('import', 'config')`);
    expect(after).toEqual(before);

    // Everything stands guard again as in a tenant that was made here.
    const fresh = await other.onboard({ starter: 'none' });
    const guards = (place: string, id: string) =>
      other.look(
        `SELECT replace(replace(what, $1, 'S'), $2, 'T') AS what FROM (
           SELECT c.relname || pg_get_constraintdef(k.oid) || k.convalidated::text AS what FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
             WHERE k.connamespace = $1::text::regnamespace
           UNION ALL SELECT c.relname || t.tgname || t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE c.relnamespace = $1::text::regnamespace AND NOT t.tgisinternal
           UNION ALL SELECT relname || relrowsecurity::text || relforcerowsecurity::text || coalesce(relacl::text, '') FROM pg_class
             WHERE relnamespace = $1::text::regnamespace AND relkind IN ('r', 'v')) x ORDER BY 1`,
        [place, id],
      );
    expect(await guards(schema, here.id)).toEqual(await guards(fresh.schema, fresh.id));

    // Numbers go on, and whoever came without a login is suspended.
    await other.look(`INSERT INTO ${schema}.audit_plans (audit_name) VALUES ('Three')`);
    const [next] = await other.look(`SELECT max(ref) AS ref, count(*) AS n FROM ${schema}.audit_plans`);
    expect(next).toMatchObject({ n: 3 });
    const people = await other.look('SELECT status, first_name, last_name FROM public.users WHERE email LIKE $1 ORDER BY email', [
      `%@${tenant.domain}`,
    ]);
    expect(people).toEqual([
      { status: 'suspended', first_name: null, last_name: null },
      { status: 'suspended', first_name: 'Fo', last_name: "O'Rmer" },
    ]);
  });

  it('comes into the same database under another id and domain, its people matched', async () => {
    const domain = unique('copy');
    const copy = await importTenant(desk.runner, { path: archive, migrations: desk.migrations, asDomain: domain });
    expect(copy).toMatchObject({ domain, formerId: tenant.id, people: { matched: 2, made: 0, memberships: 2 } });
    expect(copy.id).not.toBe(tenant.id);
    const schema = `tenant_${copy.id.replaceAll('-', '')}`;
    expect(await rowsOf(desk, schema, 'requirements')).toEqual(await rowsOf(desk, tenant.schema, 'requirements'));
    const [lead] = await desk.look(`SELECT lead_id, tenant_id FROM ${schema}.audit_plans WHERE audit_name = 'One'`);
    expect(lead).toEqual({ lead_id: former, tenant_id: copy.id });
    const settings = await desk.look('SELECT key, value FROM public.tenant_config WHERE tenant_id = $1', [copy.id]);
    expect(settings).toEqual([{ key: 'risk.tolerance', value: 'low' }]);
  });

  it('a domain that is taken is named, and nothing is left', async () => {
    const before = await desk.footprint();
    const error = await refusal(importTenant(desk.runner, { path: archive, migrations: desk.migrations }));
    expect(error).toMatchObject({ code: 'DUPLICATE', details: { field: 'domain', value: tenant.domain } });
    expect(await desk.footprint()).toEqual(before);
  });

  it('a trial does everything and leaves nothing', async () => {
    const before = await desk.footprint();
    const options = { path: archive, migrations: desk.migrations, asDomain: unique('trial'), dryRun: true };
    expect((await importTenant(desk.runner, options)).tables.length).toBe(exported.manifest.tables.length);
    expect(await desk.footprint()).toEqual(before);
  });

  it('a person’s login neither exports nor imports', async () => {
    const runner = personRunner(desk.database, { personId: tenant.administrator?.id ?? null, source: SOURCE });
    expect(await refusal(importTenant(runner, { path: archive, migrations: desk.migrations }))).toMatchObject({
      code: 'ROLE_FORBIDS',
    });
  });

  it('with logins its people sign in where it goes, a suspended tenant stays closed', async () => {
    const moving = await desk.onboard({ starter: 'none' });
    await suspend(desk.runner, moving.id, 'moving house');
    const out = join(folder, 'logins.tar');
    await exportTenant(desk.database, ACTOR, { tenantId: moving.id, out, withLogins: true });
    const here = await importTenant(other.runner, { path: out, migrations: other.migrations });
    const verifier = 'SELECT password_hash, status FROM public.users WHERE email = $1';
    const email = moving.administrator?.email;
    expect(await other.look(verifier, [email])).toEqual(await desk.look(verifier, [email]));
    expect(await other.look('SELECT status FROM public.tenants WHERE id = $1', [here.id])).toEqual([{ status: 'suspended' }]);
  });

  it('an archive of an older schema is brought up to date on the way', async () => {
    const older = { ...desk.migrations, tenant: desk.migrations.tenant.filter(({ name }) => name !== 'export') };
    const { onboardTenant } = await import('../onboarding');
    const { onboarding } = await import('../testing');
    const made = await onboardTenant(desk.runner, onboarding(), { migrations: older });
    const out = join(folder, 'older.tar');
    await exportTenant(desk.database, ACTOR, { tenantId: made.id, out });
    const here = await importTenant(other.runner, { path: out, migrations: other.migrations });
    const [steps] = await other.look('SELECT count(*) AS n FROM private.migration_history WHERE tenant_id = $1', [here.id]);
    expect(steps).toEqual({ n: other.migrations.tenant.length });
    const newer = refusal(importTenant(other.runner, { path: archive, migrations: older, asDomain: unique('n') }));
    expect(await newer).toMatchObject({ code: 'SCHEMA_NEWER' });
  });

  describe('damage', () => {
    it('in any file, header, padding or end is found and the file is named', async () => {
      const bytes = await readFile(archive);
      const reader = await TarReader.open(archive);
      const entries = [...reader.entries.values()];
      await reader.close();
      const path = join(folder, 'damaged.tar');
      const before = await other.footprint();
      const attempt = async (copy: Buffer) => {
        await writeFile(path, copy);
        return refusal(importTenant(other.runner, { path, migrations: other.migrations, asDomain: unique('bad') }));
      };
      for (const { name, offset, size } of entries) {
        for (const at of [offset - 512, offset - 380, ...(size > 0 ? [offset, offset + size - 1] : []), offset + size]) {
          if (at >= bytes.length) continue;
          const copy = Buffer.from(bytes);
          copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
          const error = await attempt(copy);
          expect(error.code, `${name} at ${at - offset}`).toBe('ARCHIVE_INVALID');
          if (at >= offset && at < offset + size && name !== 'manifest.sha256') expect(error.details.file, name).toBe(name);
        }
      }
      for (const length of [0, 511, 512, 5000, Math.floor(bytes.length / 2), bytes.length - 1, bytes.length - 1024]) {
        expect((await attempt(bytes.subarray(0, length))).code, `cut at ${length}`).toBe('ARCHIVE_INVALID');
      }
      expect((await attempt(Buffer.concat([bytes, Buffer.alloc(512)]))).code).toBe('ARCHIVE_INVALID');
      expect((await attempt(Buffer.from('PK\u0003\u0004 this is a zip'.padEnd(2048)))).code).toBe('ARCHIVE_INVALID');
      expect(await other.footprint()).toEqual(before);
    });

    it('another fingerprint than the one that was told is refused', async () => {
      const options = { path: archive, migrations: other.migrations, fingerprint: 'f'.repeat(64) };
      expect(await refusal(importTenant(other.runner, options))).toMatchObject({ details: { file: 'manifest.json' } });
    });
  });

  it('a full disk leaves no file, and says so', async () => {
    const out = join(folder, 'full.tar');
    const openFile: typeof open = () => open('/dev/full', 'w');
    const error = await refusal(exportTenant(desk.database, ACTOR, { tenantId: tenant.id, out, openFile }));
    expect(error.code).toBe('DISK_FULL');
    expect((await readdir(folder)).filter((name) => name.startsWith('full'))).toEqual([]);
  });

  it('neither an unknown tenant nor a file in the way leaves anything', async () => {
    const before = await readdir(folder);
    const unknown = { tenantId: '00000000-0000-4000-8000-000000000000', out: join(folder, 'unknown.tar') };
    expect(await refusal(exportTenant(desk.database, ACTOR, unknown))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal(exportTenant(desk.database, ACTOR, { tenantId: tenant.id, out: archive }))).toMatchObject({
      code: 'INPUT_INVALID',
    });
    expect(
      await refusal(exportTenant(desk.database, ACTOR, { tenantId: tenant.id, out: join(folder, 'no/such/x.tar') })),
    ).toMatchObject({
      code: 'FILE_UNREADABLE',
    });
    expect(await readdir(folder)).toEqual(before);
  });
});
