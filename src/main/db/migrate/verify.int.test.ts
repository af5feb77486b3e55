/** `verify`: a sound database passes, whatever it went through; every kind of damage is found and named. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate, rollback } from '.';
import { CLOCK, MIGRATIONS_FOLDER, type TestDatabase, testServers, Workplace } from './testing';
import { type VerifyReport, verify } from './verify';

const options = { folder: MIGRATIONS_FOLDER };

/** The differences as short lines. */
function lines(report: VerifyReport): string[] {
  return report.places.flatMap(({ scope, differences }) =>
    differences.map(({ object, property, kind }) => `${scope}: ${kind} ${object}${property === null ? '' : ` ${property}`}`),
  );
}

describe.each(testServers(['embedded', 'server']))('on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let at: Workplace;
  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
  });
  afterAll(() => database?.close());

  it('a sound database: everything was compared, nothing differs, nothing is apart', async () => {
    const report = await verify(database.admin, options);
    expect(lines(report)).toEqual([]);
    expect(report).toMatchObject({ ok: true, orphans: [], bootstrap: [], notes: [], exact: true });
    expect(report.places.map(({ scope }) => scope)).toEqual(['public', 'private', 'tenant', 'tenant']);
    for (const { objects } of report.places) expect(objects).toBeGreaterThan(50);
  });

  it('leaves nothing of what it built', async () => {
    const count = () => at.look('SELECT (SELECT count(*) FROM pg_class) AS classes, (SELECT count(*) FROM pg_roles) AS roles');
    const before = await count();
    await verify(database.admin, options);
    // Roles belong to the whole server, where other tests make theirs.
    expect((await count())[0]?.classes).toEqual(before[0]?.classes);
    expect(await at.look("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'kx\\_%'")).toEqual([]);
  });

  it('a tenant at an older version is compared with that version', async () => {
    const versions = await at.look("SELECT DISTINCT version FROM private.migration_history WHERE scope = 'tenant' ORDER BY 1");
    const to = String(versions.at(-2)?.version);
    await rollback(database.admin, { ...CLOCK, scope: 'tenant', tenantId: at.b.id, to });
    const report = await verify(database.admin, options);
    expect(lines(report)).toEqual([]);
    expect(report.places.find(({ tenantId }) => tenantId === at.b.id)).toMatchObject({ state: 'older', version: to });
    await migrate(database.admin, CLOCK);
  });

  it.skipIf(kind === 'embedded')('an administrator who is no superuser verifies too', async () => {
    const login = `dba_${process.pid}_${Date.now().toString(36)}`;
    await database.admin.query(`CREATE ROLE ${login} LOGIN PASSWORD 'secret' IN ROLE kompl_owner`);
    const client = await database.signIn?.(login, 'secret');
    if (!client) throw new Error('no login');
    const report = await verify(client, { ...options, tenantId: at.a.id });
    expect(lines(report)).toEqual([]);
    expect(report).toMatchObject({ ok: true, exact: false });
    expect(report.places.map(({ tenantId }) => tenantId)).toEqual([null, null, at.a.id]);
    await client.end();
    await database.admin.query(`DROP ROLE ${login}`);
  });

  it('a damaged database: each damage by its name', async () => {
    const [a, b] = [at.a.schema, at.b.schema];
    const outsider = at.b.people.viewer.dbRole;
    const damage = [
      `DROP POLICY tenant_only ON ${a}.findings`,
      `ALTER TABLE ${a}.findings DISABLE TRIGGER trail_update`,
      `GRANT DELETE ON ${a}.findings TO ${a}_viewer`,
      `GRANT SELECT (title) ON ${a}.actions TO ${outsider}`,
      `GRANT SELECT ON ${a}.people TO PUBLIC`,
      `CREATE OR REPLACE FUNCTION ${a}.stamp_row() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
         AS 'BEGIN RETURN NEW; END'`,
      `ALTER FUNCTION ${a}.record_change() RESET search_path`,
      `DROP INDEX ${a}.findings_control_id_idx`,
      `ALTER TABLE ${a}.controls NO FORCE ROW LEVEL SECURITY`,
      `ALTER TABLE ${a}.vulnerabilities ADD CONSTRAINT later CHECK (title <> 'x') NOT VALID`,
      `ALTER TABLE ${a}.dpias ALTER COLUMN tenant_id DROP NOT NULL`,
      `ALTER TABLE ${a}.policies ALTER COLUMN row_version SET DEFAULT 7`,
      `ALTER TABLE ${a}.documents OWNER TO CURRENT_USER`,
      `CREATE TABLE ${a}.stray (id uuid PRIMARY KEY)`,
      `CREATE RULE quiet AS ON DELETE TO ${a}.audit_log DO INSTEAD NOTHING`,
      // rows behind the back of their foreign key, and the key switched off
      `SET session_replication_role = replica`,
      `INSERT INTO ${a}.control_requirements (control_id, requirement_id, relation, strength, tenant_id)
         VALUES (gen_random_uuid(), gen_random_uuid(), 'equal', 5, '${at.a.id}')`,
      `SET session_replication_role = origin`,
      `ALTER TABLE ${a}.actions DISABLE TRIGGER ALL`,
      // the shared schemas
      `CREATE OR REPLACE FUNCTION private.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
         AS 'BEGIN RETURN NEW; END'`,
      `ALTER TABLE private.audit_logs DISABLE TRIGGER refuse_change`,
      `GRANT CREATE ON SCHEMA public TO PUBLIC`,
      `DROP FUNCTION public.note_sign_in()`,
      // roles and the registry
      `GRANT ${a}_admin TO ${outsider}`,
      `ALTER ROLE ${a}_risk LOGIN`,
      `DELETE FROM public.tenant_memberships WHERE user_id = '${at.b.people.risk.id}'`,
      // by the role that gave it
      `SET ROLE kompl_owner; REVOKE ${b}_privacy FROM ${at.b.people.privacy.dbRole}; RESET ROLE`,
      `CREATE SCHEMA tenant_00000000000000000000000000000000`,
    ];
    for (const sql of damage) await database.admin.query(sql);
    const report = await verify(database.admin, options);
    expect(report.ok).toBe(false);
    const found = lines(report);
    for (const line of [
      'tenant: missing policy findings.tenant_only',
      'tenant: different trigger findings.trail_update state',
      'tenant: different table findings granted to {{schema}}_viewer',
      `tenant: unexpected column actions.title granted to ${outsider}`,
      'tenant: unexpected view people granted to PUBLIC',
      'tenant: different function stamp_row() definition',
      'tenant: different function record_change() definition',
      'tenant: missing index findings_control_id_idx',
      'tenant: different table controls row security',
      'tenant: unexpected constraint vulnerabilities.later',
      'tenant: different column dpias.tenant_id not null',
      'tenant: different column policies.row_version default',
      'tenant: different table documents owner',
      'tenant: unexpected table stray',
      'tenant: unexpected rule audit_log.quiet',
      'tenant: different role {{schema}}_risk attributes',
      'private: different function refuse_change() definition',
      'private: different trigger audit_logs.refuse_change state',
      'public: missing function note_sign_in()',
    ]) {
      expect(found).toContain(line);
    }
    // a foreign key without its triggers guards nothing
    expect(found.filter((line) => /^tenant: different constraint actions\.\w+ enforced$/.test(line)).length).toBeGreaterThan(0);
    expect(report.bootstrap).toContain('REVOKE ALL ON SCHEMA public FROM PUBLIC');
    const kinds = report.orphans.map(
      ({ kind: what, tenantId }) => `${what} ${tenantId === at.a.id ? 'a' : tenantId === at.b.id ? 'b' : '-'}`,
    );
    expect([...new Set(kinds)].sort()).toEqual([
      'membership without its role b',
      'role without a membership a',
      'role without a membership b',
      'rows point to nothing a',
      'schema without a tenant -',
    ]);
    // the other tenant is not blamed
    expect(report.places.find(({ tenantId }) => tenantId === at.b.id)?.differences).toEqual([]);
  });
});
