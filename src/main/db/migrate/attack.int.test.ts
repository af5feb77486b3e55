/**
 * The attacker: a person with psql and their own login, over raw SQL. Directly, through PgBouncer, and on the embedded server as
 * the role that the workstation takes. Whatever the app forbids, the database forbids.
 */
import { TENANT_FUNCTIONS } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allDenied, OWN_MARKS, SYSTEM_COLUMNS, TABLES } from './attacks';
import { type Outcome, TEST_PASSWORD, type TestDatabase, type TestPerson, testServers, Workplace } from './testing';

const DENIED = '42501';
/** Not even visible: without USAGE a schema's tables do not resolve by search_path. */
const UNKNOWN = '42P01';

const WRITERS = TENANT_FUNCTIONS.filter((fn) => fn !== 'viewer');

describe.each(testServers())('an attacker on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    for (const tenant of [at.a, at.b]) {
      await at.act(tenant.people.compliance, "INSERT INTO policies (name) VALUES ('Access')");
      await at.act(
        tenant.people.auditor,
        "INSERT INTO controls (id, name) VALUES ('00000000-0000-4000-8000-000000000001', 'Break glass')",
        "INSERT INTO audit_plans (audit_name) VALUES ('Yearly audit')",
        `INSERT INTO control_tests (control_id, title, test_date, design_effectiveness, operating_effectiveness)
         VALUES ('00000000-0000-4000-8000-000000000001', 'Walk through', '2026-07-01', 'effective', 'effective')`,
        "INSERT INTO findings (title, kind, severity) VALUES ('No log', 'observation', 'low')",
        "INSERT INTO actions (title) VALUES ('Write a log')",
        "INSERT INTO audit_evidence (title) VALUES ('Photo')",
      );
      await at.act(tenant.people.privacy, "INSERT INTO dsr_requests (request_type) VALUES ('access')");
    }
  });
  afterAll(() => database?.close());

  const everyone = (): TestPerson[] => [at.a, at.b].flatMap(({ people }) => TENANT_FUNCTIONS.map((fn) => people[fn]));
  const other = (person: TestPerson) => (person.tenantId === at.a.id ? at.b : at.a);
  const refused = (outcome: Outcome, ...states: string[]) => {
    const state = 'refused' in outcome ? outcome.refused : `${outcome.rows.length} rows`;
    expect(states).toContain(state);
  };
  const forEveryone = async (attack: (person: TestPerson) => string | string[], ...states: string[]) => {
    for (const person of everyone()) refused(await at.attempt(person, ...[attack(person)].flat()), ...states);
  };

  describe('as each role of two tenants', () => {
    it.each(['controls', 'audit_log', 'sync_ops', 'people'])('reads nothing of the other tenant (%s)', async (table) => {
      await forEveryone((person) => `SELECT * FROM ${other(person).schema}.${table}`, DENIED);
      await forEveryone((person) => [`SET LOCAL search_path = ${other(person).schema}`, `SELECT * FROM ${table}`], UNKNOWN);
      await forEveryone((person) => `COPY ${other(person).schema}.${table} TO STDOUT`, DENIED);
    });

    it('calls no function of the other tenant', async () => {
      await forEveryone((person) => `SELECT ${other(person).schema}.may_read('controls')`, DENIED);
      await forEveryone((person) => `SELECT ${other(person).schema}.note_requirement_sources('[]')`, DENIED);
    });

    it.skipIf(kind === 'embedded')('takes on no other role', async () => {
      await forEveryone((person) => `SET LOCAL ROLE ${other(person).people[person.fn].dbRole}`, DENIED);
      await forEveryone((person) => `SET LOCAL ROLE ${other(person).schema}_${person.fn}`, DENIED);
      await forEveryone((person) => `SELECT set_config('role', '${other(person).schema}_viewer', true)`, DENIED);
      await forEveryone(
        (person) => `SET LOCAL ROLE tenant_${person.tenantId.replaceAll('-', '')}_${person.fn === 'admin' ? 'auditor' : 'admin'}`,
        DENIED,
      );
      for (const role of ['kompl_owner', 'kompl_platform', 'postgres']) await forEveryone(() => `SET LOCAL ROLE ${role}`, DENIED);
      await forEveryone(() => 'SET LOCAL SESSION AUTHORIZATION postgres', DENIED);
    });

    it.skipIf(kind === 'embedded')('stays who they are, whatever they set', async () => {
      for (const person of everyone()) {
        const victim = other(person).people.admin;
        const outcome = await at.attempt(
          person,
          `SELECT set_config('app.person', '${victim.id}', true), set_config('app.tenant_id', '${victim.tenantId}', true)`,
          'SELECT public.current_person() AS id',
        );
        expect(outcome).toEqual({ rows: [{ id: person.id }] });
      }
    });

    it.skipIf(kind === 'embedded')('does not bend the functions by settings of the session', async () => {
      const settings = [
        'standard_conforming_strings = off',
        'transform_null_equals = on',
        "search_path = 'pg_temp'",
        'row_security = off',
      ];
      for (const person of everyone()) {
        const bent = settings.map((setting) => `SET LOCAL ${setting}`);
        const who = await at.attempt(person, ...bent.slice(0, 3), 'SELECT public.current_person() AS id');
        expect(who).toEqual({ rows: [{ id: person.id }] });
        const record = "SELECT public.create_tenant_record('x', 'x.example', '{}', 't', '2026-01-01', '2027-01-01')";
        refused(await at.attempt(person, ...bent.slice(0, 3), record), DENIED);
        refused(await at.attempt(person, ...bent, 'SELECT * FROM public.my_workspaces()'), DENIED);
      }
    });

    it('sees the people of their own tenant only', async () => {
      for (const person of everyone()) {
        const rows = await at.act(person, 'SELECT id FROM people');
        const own = Object.values(other(person) === at.b ? at.a.people : at.b.people);
        expect(rows.map(({ id }) => id).sort()).toEqual(own.map(({ id }) => id).sort());
      }
    });

    it.each([
      'SELECT password_hash FROM public.users',
      'SELECT id FROM public.users',
      'SELECT * FROM public.tenants',
      'SELECT * FROM public.licenses',
      'SELECT * FROM public.global_config',
      'SELECT * FROM public.tenant_memberships',
      'SELECT * FROM private.audit_logs',
      'SELECT * FROM private.migration_history',
      "SELECT public.person_for_sign_in('admin@example.org')",
      "SELECT public.tenant_role(gen_random_uuid(), 'admin')",
      'SELECT public.may_administer(NULL)',
      "SELECT public.join_tenant(public.current_person(), gen_random_uuid(), 'admin')",
      "SELECT private.log_event('x', 'y', NULL, NULL, NULL, NULL)",
      'UPDATE public.users SET status = status',
      'SELECT rolpassword FROM pg_authid',
    ])('is denied %s', async (sql) => forEveryone(() => sql, DENIED));

    it('deletes nothing and changes no system column, in any table', async () => {
      const statements = TABLES.flatMap((table) => [
        `DELETE FROM ${table}`,
        `TRUNCATE ${table} CASCADE`,
        ...SYSTEM_COLUMNS.map((column) => `UPDATE ${table} SET ${column} = ${column}`),
      ]);
      for (const person of everyone()) expect(await at.attempt(person, allDenied(statements))).toEqual({ rows: [] });
      // The sieve itself: a statement that goes through is named.
      const passed = await at.attempt(
        at.a.people.auditor,
        allDenied(['DELETE FROM findings', 'UPDATE findings SET title = title']),
      );
      expect(passed).toEqual({ refused: 'P0001' });
    });

    it('updates no column that only the server writes', async () => {
      const targets = [
        'controls.last_result',
        'controls.last_tested',
        'controls.policy_id',
        'audit_plans.ref',
        'control_tests.ref',
        'control_tests.test_result',
        'control_tests.evidence',
        'control_tests.control_id',
        'findings.ref',
        'actions.completed_at',
        'audit_evidence.file_path',
        'audit_evidence.uploaded_by',
        'regulations.parsed_content',
        'regulations.source_sha256',
        'requirements.source_id',
        'evidence_files.sha256',
        'evidence_files.archived_at',
      ].map((target) => target.split('.'));
      const statements = targets.map(([table, column]) => `UPDATE ${table} SET ${column} = ${column}`);
      for (const person of everyone()) expect(await at.attempt(person, allDenied(statements))).toEqual({ rows: [] });
    });

    it.each([
      "INSERT INTO audit_log (action, resource_type) VALUES ('insert', 'findings')",
      'UPDATE audit_log SET actor = NULL',
      'DELETE FROM audit_log',
      'TRUNCATE audit_log',
      'ALTER TABLE audit_log DISABLE TRIGGER ALL',
      'ALTER TABLE findings DISABLE TRIGGER trail_update',
      'ALTER TABLE findings DISABLE ROW LEVEL SECURITY',
      'DROP TABLE audit_log',
      "SET LOCAL session_replication_role = 'replica'",
      'SELECT record_change()',
      "SELECT nextval('findings_ref_seq')",
      "SELECT setval('findings_ref_seq', 900)",
    ])('leaves the trail and the guards alone: %s', async (sql) => {
      // A trigger function cannot be called at all (0A000), before any right is asked for.
      await forEveryone(() => sql, DENIED, '0A000');
    });

    it.each([
      'CREATE TABLE public.mine (a integer)',
      'CREATE TABLE mine (a integer)',
      'CREATE TEMP TABLE controls (a integer)',
      'CREATE FUNCTION pg_temp.f() RETURNS integer LANGUAGE sql AS $$SELECT 1$$',
      'CREATE SCHEMA mine',
      'CREATE VIEW seen AS SELECT * FROM controls',
      'CREATE ROLE mine LOGIN',
      'COPY controls TO PROGRAM $$cat$$',
      "COPY controls (name) FROM '/etc/hostname'",
      "SELECT pg_read_file('PG_VERSION')",
    ])('makes nothing of their own: %s', async (sql) => {
      await forEveryone(() => sql, DENIED);
    });

    it('passes no right on', async () => {
      // PostgreSQL only warns where somebody grants what they may not; what counts is that nothing was granted.
      const acl = () =>
        at.look('SELECT relacl::text, nspacl::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace ORDER BY c.oid');
      const before = await acl();
      for (const person of everyone()) {
        await at.attempt(person, 'GRANT ALL ON controls TO PUBLIC');
        await at.attempt(person, `GRANT USAGE ON SCHEMA ${at.a.schema} TO ${other(person).schema}_admin`);
        await at.attempt(person, `GRANT SELECT ON people TO ${other(person).schema}_admin`);
        refused(await at.attempt(person, `GRANT ${other(person).schema}_admin TO ${person.dbRole}`), DENIED, '42704');
      }
      expect(await acl()).toEqual(before);
    });

    it('does not switch row security off', async () => {
      await forEveryone(() => ['SET LOCAL row_security = off', 'SELECT * FROM controls'], DENIED);
    });
  });

  describe('writing', () => {
    it('a viewer writes nothing but what they watch and have read', async () => {
      const statements = TABLES.filter((table) => !OWN_MARKS.includes(table)).flatMap((table) => [
        `INSERT INTO ${table} (id) VALUES (gen_random_uuid())`,
        `UPDATE ${table} SET archived_at = now()`,
      ]);
      expect(await at.attempt(at.a.people.viewer, allDenied(statements))).toEqual({ rows: [] });
    });

    it.each([
      ['created_by', "'00000000-0000-4000-8000-000000000009'"],
      ['updated_by', "'00000000-0000-4000-8000-000000000009'"],
      ['created_at', "'2001-01-01'"],
      ['row_version', '7'],
      ['archived_at', 'now()'],
      ['ref', "'F-777'"],
    ])('an auditor gives no %s', async (column, value) => {
      const sql = `INSERT INTO findings (title, kind, severity, ${column}) VALUES ('x', 'observation', 'low', ${value})`;
      refused(await at.attempt(at.a.people.auditor, sql), DENIED);
    });

    it('an auditor gives no tenant, their own or another', async () => {
      for (const id of [at.a.id, at.b.id]) {
        const sql = `INSERT INTO findings (title, kind, severity, tenant_id) VALUES ('x', 'observation', 'low', '${id}')`;
        refused(await at.attempt(at.a.people.auditor, sql), DENIED);
      }
    });

    it('even the owner puts no row of another tenant into a schema', async () => {
      const insert = `INSERT INTO ${at.a.schema}.policies (name, tenant_id) VALUES ('x', '${at.b.id}')`;
      await expect(database.admin.query(insert)).rejects.toMatchObject({ code: '23514' });
      await database.admin.query('BEGIN; SET LOCAL ROLE kompl_owner');
      await expect(database.admin.query(insert)).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|23514)$/) });
      await database.admin.query('ROLLBACK');
    });

    it('names neither records nor people of the other tenant', async () => {
      const set = '00000000-0000-4000-8000-0000000000b1';
      await at.act(at.b.people.auditor, `INSERT INTO control_sets (id, name) VALUES ('${set}', 'Theirs')`);
      refused(
        await at.attempt(at.a.people.auditor, `INSERT INTO controls (name, control_set_id) VALUES ('x', '${set}')`),
        '23503',
      );
      const stranger = at.b.people.auditor.id;
      const attempts = [
        `INSERT INTO controls (name, owner_id) VALUES ('x', '${stranger}')`,
        `INSERT INTO actions (title, owner_id) VALUES ('x', '${stranger}')`,
        `UPDATE findings SET owner_id = '${stranger}'`,
        `UPDATE audit_plans SET lead_id = '${stranger}'`,
        `UPDATE control_tests SET tested_by = '${stranger}'`,
      ];
      for (const sql of attempts) refused(await at.attempt(at.a.people.auditor, sql), '23503');
      refused(
        await at.attempt(at.a.people.risk, `INSERT INTO risk_register (risk_name, owner_id) VALUES ('x', '${stranger}')`),
        '23503',
      );
    });

    it.each(WRITERS)('%s keeps a ledger of their own and rewrites no result', async (fn) => {
      const person = at.a.people[fn];
      const id = `01890000-0000-7000-8000-00000000000${WRITERS.indexOf(fn)}`;
      const columns = 'op_id, device_id, device_seq, body_sha256, entity';
      const values = `'${id}', 'laptop-${fn}', 1, '${'0'.repeat(64)}', 'findings'`;
      await at.act(
        person,
        `INSERT INTO sync_ops (${columns}) VALUES (${values})`,
        `UPDATE sync_ops SET result = '{"a":1}' WHERE op_id = '${id}'`,
      );
      refused(await at.attempt(person, `UPDATE sync_ops SET result = '{"a":2}' WHERE op_id = '${id}'`), DENIED);
      refused(await at.attempt(person, `DELETE FROM sync_ops WHERE op_id = '${id}'`), DENIED);
      refused(
        await at.attempt(person, `INSERT INTO sync_ops (${columns}, person_id) VALUES (${values}, '${at.b.people.admin.id}')`),
        DENIED,
      );
      const [row] = await at.act(person, ['SELECT person_id, result FROM sync_ops WHERE op_id = $1', [id]]);
      expect(row).toEqual({ person_id: person.id, result: { a: 1 } });
      const colleague = at.a.people[fn === 'risk' ? 'auditor' : 'risk'];
      expect(await at.act(colleague, ['SELECT op_id FROM sync_ops WHERE op_id = $1', [id]])).toEqual([]);
    });
  });

  describe('administering', () => {
    const verifier = `SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$${'A'.repeat(43)}=:${'A'.repeat(43)}=`;

    it('only an administrator creates, grants, suspends, and only in their own tenant', async () => {
      for (const person of everyone()) {
        const theirs = other(person);
        const own = person.fn === 'admin' ? [theirs] : [theirs, person.tenantId === at.a.id ? at.a : at.b];
        for (const tenant of own) {
          const create = `SELECT public.create_person('new@x.example', '${verifier}', 'N', 'N', '${tenant.id}', 'admin')`;
          refused(await at.attempt(person, create), DENIED);
          refused(await at.attempt(person, `SELECT public.grant_membership('${person.id}', '${tenant.id}', 'admin')`), DENIED);
          refused(await at.attempt(person, `SELECT public.suspend_person('${tenant.people.auditor.id}')`), DENIED);
          refused(await at.attempt(person, `SELECT public.resume_person('${tenant.people.auditor.id}')`), DENIED);
          const revoke = `SELECT public.revoke_membership('${tenant.people.viewer.id}', '${tenant.id}', 'viewer')`;
          refused(await at.attempt(person, revoke), DENIED);
        }
        const record = `SELECT public.create_tenant_record('x', 'x.example', '{}', 't', '2026-01-01', '2027-01-01')`;
        refused(await at.attempt(person, record), DENIED);
        refused(await at.attempt(person, `SELECT public.suspend_person('${person.id}')`), DENIED);
      }
    });

    it('an administrator does not draw a stranger in and then suspend them', async () => {
      const { admin } = at.a.people;
      const stranger = at.b.people.risk;
      await at.act(admin, `SELECT public.grant_membership('${stranger.id}', '${at.a.id}', 'viewer')`);
      refused(await at.attempt(admin, `SELECT public.suspend_person('${stranger.id}')`), DENIED);
      await at.act(admin, `SELECT public.revoke_membership('${stranger.id}', '${at.a.id}', 'viewer')`);
    });

    it('a password in clear is no verifier', async () => {
      const create = `SELECT public.create_person('clear@x.example', 'correct horse battery', 'N', 'N', '${at.a.id}', 'viewer')`;
      refused(await at.attempt(at.a.people.admin, create), '23514');
    });

    it('suspension takes effect at once, and resuming gives all back', async () => {
      const victim = at.b.people.compliance;
      const work = "INSERT INTO policies (name) VALUES ('x')";
      expect(await at.attempt(victim, work)).toHaveProperty('rows');
      await at.act(at.b.people.admin, `SELECT public.suspend_person('${victim.id}')`);
      // Through PgBouncer an open connection waits for a server that never comes (query_wait_timeout); a new one is refused.
      if (kind === 'server') await expect(at.act(victim, work)).rejects.toThrow();
      if (database.signIn) await expect(database.signIn(victim.dbRole, TEST_PASSWORD)).rejects.toThrow();
      const left = await at.look('SELECT FROM pg_auth_members WHERE member = $1::regrole', [victim.dbRole]);
      expect(left).toEqual([]);
      const seen = await at.act(at.b.people.viewer, ['SELECT active FROM people WHERE id = $1', [victim.id]]);
      expect(seen).toEqual([{ active: false }]);
      await at.act(at.b.people.admin, `SELECT public.resume_person('${victim.id}')`);
      at.forget(victim);
      expect(await at.attempt(victim, work)).toHaveProperty('rows');
    });
  });
});
