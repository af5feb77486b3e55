/**
 * Persons, memberships and licences under attack: over raw SQL as each role, directly, through PgBouncer, and on the embedded
 * server as the role that the workstation takes. What a person loses, an open session loses with its next statement.
 */
import { randomBytes } from 'node:crypto';
import { TENANT_FUNCTIONS } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlState } from '../migrate/client';
import { type Outcome, TEST_PASSWORD, type TestDatabase, type TestPerson, testServers, Workplace } from '../migrate/testing';
import { DEFAULT_LIMITS } from '../scope';
import { createPerson, listPeople, resetPassword, scramVerifier, verifyScram } from '.';

const DENIED = '42501';
const STATE = '55000';
const POLICY = "INSERT INTO policies (name) VALUES ('x')";
const OTHER_PASSWORD = 'another battery horse staple';
const verifierOf = (password: string) => scramVerifier(password, { salt: randomBytes(16) });
const SOMEBODY = '00000000-0000-4000-8000-00000000000f';

describe.each(testServers())('people on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let at: Workplace;
  const owned = kind !== 'embedded';

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
  });
  afterAll(() => database?.close());

  const refused = (outcome: Outcome, state: string) =>
    expect('refused' in outcome ? outcome.refused : `${outcome.rows.length} rows`).toBe(state);
  const newcomer = async (fn: TestPerson['fn'] = 'viewer', tenant = at.a): Promise<TestPerson> => {
    const email = `p${randomBytes(6).toString('hex')}@life.example`;
    const made = await createPerson(database.admin, { email, password: TEST_PASSWORD, tenantId: tenant.id, function: fn });
    return { ...made, tenantId: tenant.id, fn };
  };
  const everyone = () => [at.a, at.b].flatMap(({ people }) => TENANT_FUNCTIONS.map((fn) => people[fn]));
  const events = (person: string, action: string) =>
    at.look('SELECT action FROM private.audit_logs WHERE resource_id = $1 AND action = $2', [person, action]);
  const tenantEvents = (schema: string, person: string) =>
    at.look(
      `SELECT details ->> 'event' AS event FROM ${schema}.audit_log WHERE action = 'role' AND resource_id = $1 ORDER BY id`,
      [person],
    );

  it.skipIf(!owned)("a person's login brings the limit of a statement with it, one who came back too", async () => {
    const person = await newcomer();
    const limit = async () => {
      const client = await database.signIn?.(person.dbRole, TEST_PASSWORD);
      const rows = (await client?.query("SELECT current_setting('statement_timeout') AS value"))?.rows;
      await client?.end();
      return rows;
    };
    const usual = [{ value: `${DEFAULT_LIMITS.statementMs / 1000}s` }];
    expect(await limit()).toEqual(usual);
    await at.act(at.a.people.admin, `SELECT public.remove_person('${person.id}')`);
    const tenant = { tenantId: at.a.id, function: 'viewer' } as const;
    expect((await createPerson(database.admin, { ...tenant, email: person.email, password: TEST_PASSWORD })).id).toBe(person.id);
    expect(await limit()).toEqual(usual);
  });

  it('only an administrator of the tenant, or the platform, calls any of the functions', async () => {
    const victim = await newcomer();
    const verifier = verifierOf(OTHER_PASSWORD);
    const calls = [
      `public.unlock_person('${victim.id}')`,
      `public.suspend_person('${victim.id}')`,
      `public.resume_person('${victim.id}')`,
      `public.remove_person('${victim.id}')`,
      `public.reset_password('${victim.id}', '${verifier}')`,
      `public.grant_membership('${victim.id}', '${at.a.id}', 'risk')`,
      `public.revoke_membership('${victim.id}', '${at.a.id}', 'viewer')`,
      `public.person_by_email('${at.a.id}', '${victim.email}')`,
      `public.tenant_people('${at.a.id}')`,
      `public.licence_usage('${at.a.id}')`,
      `public.remove_person('${SOMEBODY}')`,
    ];
    const nobody = everyone().filter((person) => person !== at.a.people.admin);
    for (const person of nobody) for (const call of calls) refused(await at.attempt(person, `SELECT ${call}`), DENIED);
    // The platform's own, and the inner ones: nobody's at all.
    const closed = [
      `public.suspend_tenant('${at.a.id}', 'x')`,
      `public.resume_tenant('${at.a.id}')`,
      `public.set_licence('${at.a.id}', 'x', '2026-01-01', '2099-01-01')`,
      `public.grant_membership('${at.b.people.admin.id}', '${at.b.id}', 'risk')`,
      `public.join_tenant('${victim.id}', '${at.a.id}', 'admin')`,
      `public.note_failed_sign_in('${victim.email}')`,
      `public.pooler_lookup('${victim.dbRole}')`,
      `public.person_to_administer('${victim.id}')`,
      `public.apply_tenant_state('${at.a.id}')`,
      `public.require_open_tenant('${at.a.id}')`,
      `public.lock_tenant('${at.a.id}')`,
    ];
    for (const call of closed) refused(await at.attempt(at.a.people.admin, `SELECT ${call}`), DENIED);
  });

  it('nobody widens their own rights, suspends, unlocks, resets or removes themselves', async () => {
    const { admin } = at.a.people;
    for (const fn of TENANT_FUNCTIONS) {
      refused(await at.attempt(admin, `SELECT public.grant_membership('${admin.id}', '${at.a.id}', '${fn}')`), DENIED);
    }
    for (const name of ['suspend_person', 'unlock_person', 'remove_person', 'resume_person']) {
      refused(await at.attempt(admin, `SELECT public.${name}('${admin.id}')`), DENIED);
    }
    refused(await at.attempt(admin, `SELECT public.reset_password('${admin.id}', '${verifierOf('x'.repeat(12))}')`), DENIED);
  });

  it('the last administrator stays, for the platform too; one whose time ends does not count', async () => {
    const { admin, viewer } = at.a.people;
    const attempt = async (sql: string) => {
      const error = await database.admin.query(sql).catch((e: unknown) => e);
      expect([sqlState(error), error instanceof Error && 'constraint' in error ? error.constraint : null]).toEqual([
        STATE,
        'last_administrator',
      ]);
    };
    await attempt(`SELECT public.remove_person('${admin.id}')`);
    await attempt(`SELECT public.revoke_membership('${admin.id}', '${at.a.id}', 'admin')`);
    await attempt(`SELECT public.grant_membership('${admin.id}', '${at.a.id}', 'admin', now() + interval '1 day')`);
    await at.act(admin, `SELECT public.grant_membership('${viewer.id}', '${at.a.id}', 'admin', now() + interval '1 day')`);
    await attempt(`SELECT public.remove_person('${admin.id}')`);
    await at.act(admin, `SELECT public.revoke_membership('${viewer.id}', '${at.a.id}', 'admin')`);
    at.forget(viewer); // a connection that could have taken the role on is ended
  });

  it.skipIf(!owned)('of two administrators who remove each other at once, one stays', async () => {
    const one = at.b.people.admin;
    const two = await newcomer('admin', at.b);
    const remove = (by: TestPerson, whom: TestPerson) => at.attempt(by, `SELECT public.remove_person('${whom.id}')`);
    const outcomes = await Promise.allSettled([remove(one, two), remove(two, one)]);
    const done = outcomes.filter((outcome) => outcome.status === 'fulfilled' && 'rows' in outcome.value);
    expect(done).toHaveLength(1);
    const left = await at.look(
      `SELECT count(*)::int AS n FROM public.tenant_memberships m JOIN public.users u ON u.id = m.user_id
       WHERE m.tenant_id = $1 AND m.function = 'admin' AND m.ended_at IS NULL AND NOT u.is_deleted`,
      [at.b.id],
    );
    expect(left).toEqual([{ n: 1 }]);
  });

  it('a membership ends by itself, and writing ends before any sweep', async () => {
    const person = await newcomer('compliance');
    await at.look('SELECT public.grant_membership($1, $2, $3, $4, $5)', [
      person.id,
      at.a.id,
      'compliance',
      new Date(Date.now() + 86_400_000).toISOString(),
      'helps out',
    ]);
    expect(await at.attempt(person, POLICY)).toHaveProperty('rows');
    await at.look("UPDATE public.tenant_memberships SET expires_at = now() - interval '1 second' WHERE user_id = $1", [
      person.id,
    ]);
    refused(await at.attempt(person, POLICY), DENIED);
    await at.act(at.a.people.viewer, 'SELECT public.note_sign_in()');
    expect(await at.look('SELECT FROM pg_auth_members WHERE member = $1::regrole', [person.dbRole])).toEqual([]);
    expect(await events(person.id, 'membership.expire')).toHaveLength(1);
    expect(await tenantEvents(at.a.schema, person.id)).toEqual([
      { event: 'membership.grant' },
      { event: 'membership.grant' },
      { event: 'membership.expire' },
    ]);
    expect(await at.look('SELECT public.enforce_memberships() AS n')).toEqual([{ n: 0 }]);
  });

  it('somebody of the platform is let in for a reason, for a time, and by the tenant', async () => {
    const person = await newcomer();
    await at.look(`GRANT kompl_platform TO ${person.dbRole}`);
    const grant = (rest: string) =>
      at.attempt(at.a.people.admin, `SELECT public.grant_membership('${person.id}', '${at.a.id}', 'risk'${rest})`);
    refused(await grant(''), 'KP006');
    refused(await grant(", NULL, 'a look'"), '22023');
    refused(await grant(", now() + interval '32 days', 'a look'"), '22023');
    refused(await grant(", now() - interval '1 day', 'a look'"), '22023');
    expect(await grant(", now() + interval '2 days', 'a look'")).toHaveProperty('rows');
    const self = `SELECT public.grant_membership('${person.id}', '${at.b.id}', 'risk', now() + interval '1 day', 'me')`;
    refused(await at.attempt(person, self), DENIED);
    refused(await at.attempt(person, `SELECT * FROM ${at.b.schema}.policies`), DENIED);
  });

  it('removal takes everything at once and keeps the name; the same address comes back under the same id', async () => {
    const person = await newcomer('compliance');
    await at.act(person, "INSERT INTO policies (id, name) VALUES ('00000000-0000-4000-8000-0000000000aa', 'Theirs')");
    const session = owned ? await database.signIn?.(person.dbRole, TEST_PASSWORD) : null;
    await session?.query(`SET ROLE ${at.a.schema}_compliance`);
    await at.act(at.a.people.admin, `SELECT public.remove_person('${person.id}')`);
    // Directly the connection is gone; through PgBouncer, the server's side of it.
    if (session && kind === 'server') await expect(session.query(`SELECT FROM ${at.a.schema}.policies`)).rejects.toThrow();
    if (session && kind === 'pgbouncer') {
      const next = Promise.race([session.query(`SELECT FROM ${at.a.schema}.policies`), timeout(2_000)]);
      await expect(next).rejects.toThrow();
    }
    if (database.signIn) await expect(database.signIn(person.dbRole, TEST_PASSWORD)).rejects.toThrow();
    if (!owned) refused(await at.attempt(person, POLICY), DENIED);
    expect(await at.look('SELECT rolcanlogin FROM pg_roles WHERE rolname = $1', [person.dbRole])).toEqual([
      { rolcanlogin: false },
    ]);
    expect(await at.look('SELECT FROM pg_auth_members WHERE member = $1::regrole', [person.dbRole])).toEqual([]);
    expect(await at.look('SELECT * FROM public.person_for_sign_in($1)', [person.email])).toEqual([]);
    const shown = await at.act(at.a.people.viewer, [
      'SELECT display_name, active, functions FROM people WHERE id = $1',
      [person.id],
    ]);
    expect(shown).toEqual([{ display_name: person.email, active: false, functions: [] }]);
    expect(await events(person.id, 'person.remove')).toHaveLength(1);
    await expect(resetPassword(database.admin, person.id, OTHER_PASSWORD)).rejects.toMatchObject({ code: 'NOT_FOUND' });

    // Another tenant may not take the name over; the own one may.
    const again = `SELECT * FROM public.create_person('${person.email}', '${verifierOf(OTHER_PASSWORD)}', 'N', 'N', $1, 'viewer')`;
    if (owned) {
      const stranger = (await listPeople(database.admin, at.b.id)).find(
        ({ status, memberships }) => status === 'active' && memberships.some(({ function: fn }) => fn === 'admin'),
      );
      const [boss] = await at.look('SELECT id::text AS id, email, db_role AS "dbRole" FROM public.users WHERE id = $1', [
        stranger?.id,
      ]);
      const login = { id: String(boss?.id), email: String(boss?.email), dbRole: String(boss?.dbRole) };
      refused(await at.attempt({ ...login, tenantId: at.b.id, fn: 'admin' }, [again, [at.b.id]]), '23505');
    }
    const back = await at.act(at.a.people.admin, [again, [at.a.id]]);
    expect(back).toEqual([{ id: person.id, db_role: person.dbRole }]);
    at.forget(person);
    expect(await at.look('SELECT role FROM public.users WHERE id = $1', [person.id])).toEqual([{ role: 'viewer' }]);
    // PgBouncer waits before it tries a login again that was refused (server_login_retry).
    if (kind === 'server') await (await database.signIn?.(person.dbRole, OTHER_PASSWORD))?.query('SELECT 1');
  });

  it('suspension and revocation end an open session that had taken the role on', async () => {
    const person = await newcomer('compliance');
    for (const call of [
      `SELECT public.revoke_membership('${person.id}', '${at.a.id}', 'compliance')`,
      `SELECT public.suspend_person('${person.id}')`,
    ]) {
      const session = kind === 'server' ? await database.signIn?.(person.dbRole, TEST_PASSWORD) : null;
      await session?.query(`SET ROLE ${at.a.schema}_compliance; BEGIN; SELECT FROM ${at.a.schema}.policies`);
      await at.act(at.a.people.admin, call);
      if (session) await expect(session.query(`SELECT FROM ${at.a.schema}.policies`)).rejects.toThrow();
      at.forget(person);
      // Suspended: no sign-in at all (28000; PgBouncer's own 08P01). Revoked: no role.
      const outcome = await at.attempt(person, POLICY);
      expect([DENIED, '28000', '08P01']).toContain('refused' in outcome ? outcome.refused : 'went through');
      at.forget(person);
      await at.act(at.a.people.admin, `SELECT public.grant_membership('${person.id}', '${at.a.id}', 'compliance')`);
    }
    const status = await at.act(
      at.a.people.admin,
      `SELECT status FROM public.tenant_people('${at.a.id}') WHERE id = '${person.id}'`,
    );
    expect(status).toEqual([{ status: 'suspended' }]);
    expect((await tenantEvents(at.a.schema, person.id)).map(({ event }) => event)).toContain('person.suspend');
  });

  it('a rolled-back suspension ends nobody', async () => {
    const person = await newcomer('compliance');
    const session = kind === 'server' ? await database.signIn?.(person.dbRole, TEST_PASSWORD) : null;
    await database.admin.query('BEGIN');
    await database.admin.query(`SELECT public.suspend_person('${person.id}')`);
    await database.admin.query('ROLLBACK');
    await session?.query('SELECT 1');
    expect(await at.attempt(person, POLICY)).toHaveProperty('rows');
  });

  it('a person changes their own password, role and record alike, and nothing but a verifier is taken', async () => {
    const person = await newcomer();
    refused(await at.attempt(person, "SELECT public.change_my_password('correct horse battery')"), '23514');
    await at.act(person, ['SELECT public.change_my_password($1)', [verifierOf(OTHER_PASSWORD)]]);
    const [found] = await at.look('SELECT password_hash FROM public.person_for_sign_in($1)', [person.email]);
    expect(verifyScram(OTHER_PASSWORD, String(found?.password_hash))).toBe(true);
    if (database.signIn) {
      await (await database.signIn(person.dbRole, OTHER_PASSWORD)).query('SELECT 1');
      await expect(database.signIn(person.dbRole, TEST_PASSWORD)).rejects.toThrow();
    }
    expect(await events(person.id, 'person.password')).toHaveLength(1);
  });

  it('an administrator resets nobody whom another tenant trusts: that would be a way in there', async () => {
    const person = await newcomer();
    const reset = `SELECT public.reset_password('${person.id}', '${verifierOf(OTHER_PASSWORD)}')`;
    expect(await at.attempt(at.a.people.admin, reset)).toHaveProperty('rows');
    await at.look('SELECT public.grant_membership($1, $2, $3)', [person.id, at.b.id, 'viewer']);
    refused(await at.attempt(at.a.people.admin, reset), DENIED);
    await resetPassword(database.admin, person.id, TEST_PASSWORD);
  });

  it('the twentieth wrong password in a row locks, unlocking and resetting lift it', async () => {
    const person = await newcomer();
    const fail = async () => (await at.look('SELECT public.note_failed_sign_in($1) AS locked', [person.email]))[0]?.locked;
    for (let n = 0; n < 19; n++) expect(await fail()).toBe(false);
    await at.act(person, 'SELECT public.note_sign_in()');
    for (let n = 0; n < 19; n++) expect(await fail()).toBe(false);
    expect(await fail()).toBe(true);
    expect(await at.look('SELECT public.note_failed_sign_in($1) AS locked', ['nobody@life.example'])).toEqual([
      { locked: false },
    ]);
    expect(await at.look('SELECT status FROM public.person_for_sign_in($1)', [person.email])).toEqual([{ status: 'locked' }]);
    if (database.signIn) await expect(database.signIn(person.dbRole, TEST_PASSWORD)).rejects.toThrow();
    await at.act(at.a.people.admin, `SELECT public.unlock_person('${person.id}')`);
    if (database.signIn) await (await database.signIn(person.dbRole, TEST_PASSWORD)).query('SELECT 1');
    expect(await events(person.id, 'person.unlock')).toHaveLength(1);
  });

  it('names and addresses are values, whatever they hold', async () => {
    const evil = `x'); DROP TABLE public.users; --${randomBytes(3).toString('hex')}@life.example`.replaceAll(' ', '');
    const create = 'SELECT public.create_person($1, $2, $3, $3, $4, $5)';
    const verifier = verifierOf(TEST_PASSWORD);
    const name = '"; DROP ROLE kompl_owner; -- \' $$ %I';
    expect(await at.attempt(at.a.people.admin, [create, [evil, verifier, name, at.a.id, 'viewer']])).toHaveProperty('rows');
    refused(await at.attempt(at.a.people.admin, [create, ['a b@x', verifier, name, at.a.id, 'viewer']]), '23514');
    refused(await at.attempt(at.a.people.admin, [create, ['q@x.example', verifier, name, at.a.id, 'admin"; --']]), '22023');
    refused(await at.attempt(at.a.people.admin, [create, ['q@x.example', `${verifier}'; --`, name, at.a.id, 'viewer']]), '23514');
    const found = await at.act(at.a.people.admin, [
      'SELECT first_name FROM public.tenant_people($1) WHERE email = $2',
      [at.a.id, evil.toLowerCase()],
    ]);
    expect(found).toEqual([{ first_name: name }]);
  });

  it('pooler_lookup knows people of this database who may sign in, and nobody else', async () => {
    const person = await newcomer();
    const look = (login: string) => at.look('SELECT username FROM public.pooler_lookup($1)', [login]);
    expect(await look(person.dbRole)).toEqual([{ username: person.dbRole }]);
    for (const login of ['postgres', 'kompl_owner', `${at.a.schema}_admin`, '']) expect(await look(login)).toEqual([]);
    await at.look('SELECT public.suspend_person($1)', [person.id]);
    expect(await look(person.dbRole)).toEqual([]);
  });
});

function timeout(afterMs: number): Promise<never> {
  return new Promise((_, fail) => setTimeout(() => fail(new Error('no answer')), afterMs));
}
