/** Licence and suspension against psql: a tenant that is closed is closed, a limit holds for two who come at once. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toCodedError } from '../errors';
import { sqlState } from '../migrate/client';
import { type TestDatabase, testServers, Workplace } from '../migrate/testing';
import { createPerson, enforceDue, licenceUsage, resumeTenant, scramVerifier, setLicence, suspendTenant } from '.';

const POLICY = "INSERT INTO policies (name) VALUES ('x')";
const RISK = "INSERT INTO risk_register (risk_name) VALUES ('x')";
const OPEN = { type: 'standard', startDate: '2020-01-01', endDate: '2099-12-31', features: {}, limits: {} };
const EVIDENCE = '00000000-0000-4000-8000-0000000000ee';
const verifier = scramVerifier('a long enough password', { salt: randomBytes(16) });

describe.each(testServers())('the licence on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    await at.act(at.a.people.auditor, `INSERT INTO audit_evidence (id, title) VALUES ('${EVIDENCE}', 'Photo')`);
  });
  afterAll(() => database?.close());
  afterEach(async () => {
    await resumeTenant(database.admin, at.a.id);
    await setLicence(database.admin, at.a.id, OPEN);
  });

  /** SQLSTATE and the guard's name of a refusal. */
  async function refusal(work: Promise<unknown>): Promise<unknown[]> {
    const error = await work.then(
      () => new Error('went through'),
      (e: unknown) => e,
    );
    return [sqlState(error), error instanceof Error && 'constraint' in error ? error.constraint : undefined];
  }
  const write = (sql = POLICY) => at.act(at.a.people[sql === RISK ? 'risk' : 'compliance'], sql);
  const file = (bytes: number) =>
    `INSERT INTO evidence_files (evidence_id, file_name, media_type, size_bytes, sha256, version_number, device_id)
     VALUES ('${EVIDENCE}', 'a.png', 'image/png', ${bytes}, '${randomBytes(32).toString('hex')}', 1, 'laptop')`;
  const addEvidence = (bytes: number) => at.act(at.a.people.auditor, file(bytes));

  it('a suspended tenant is neither read nor written, administered by nobody of its own, and resumed as it was', async () => {
    await expect(suspendTenant(database.admin, at.a.id, ' ')).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await suspendTenant(database.admin, at.a.id, 'unpaid');
    for (const sql of ['SELECT * FROM policies', POLICY, `SELECT * FROM ${at.a.schema}.people`, 'SELECT * FROM audit_log']) {
      expect(['42501', '42P01']).toContain((await refusal(write(sql)))[0]);
    }
    const { admin, viewer } = at.a.people;
    const people = `SELECT * FROM public.tenant_people('${at.a.id}')`;
    expect((await refusal(at.act(admin, people)))[0]).toBe('42501');
    expect((await refusal(at.act(admin, `SELECT public.suspend_person('${viewer.id}')`)))[0]).toBe('42501');
    expect((await refusal(at.act(admin, `SELECT public.resume_tenant('${at.a.id}')`)))[0]).toBe('42501');
    expect(await at.act(at.b.people.compliance, 'SELECT count(*)::int AS n FROM policies')).toHaveLength(1);
    // The platform still restores and migrates.
    await at.look(`INSERT INTO ${at.a.schema}.policies (name) VALUES ('restored')`);
    await resumeTenant(database.admin, at.a.id);
    await write();
    expect(
      await at.look(
        "SELECT action FROM private.audit_logs WHERE tenant_id = $1 AND action IN ('tenant.suspend', 'tenant.resume')",
        [at.a.id],
      ),
    ).toHaveLength(2);
  });

  it.skipIf(kind !== 'server')('cuts off who is in the middle of it, and leaves the others', async () => {
    const { compliance } = at.a.people;
    const busy = await database.signIn?.(compliance.dbRole, 'correct horse battery staple');
    const other = await database.signIn?.(at.b.people.compliance.dbRole, 'correct horse battery staple');
    await busy?.query(`BEGIN; SET LOCAL ROLE ${at.a.schema}_compliance; SELECT FROM ${at.a.schema}.policies`);
    await other?.query(`BEGIN; SET LOCAL ROLE ${at.b.schema}_compliance; SELECT FROM ${at.b.schema}.policies`);
    await suspendTenant(database.admin, at.a.id, 'unpaid');
    await expect(busy?.query('SELECT 1')).rejects.toThrow();
    await other?.query(`SELECT FROM ${at.b.schema}.policies; COMMIT`);
  });

  it.each([
    ['ended', { startDate: '2020-01-01', endDate: '2024-12-31' }, 'licence_ended', 'LICENCE_EXPIRED'],
    ['not begun', { startDate: '2098-01-01', endDate: '2099-12-31' }, 'licence_not_started', 'LICENCE_NOT_STARTED'],
  ])('a licence that has %s closes at the next write, before anybody swept', async (_, dates, guard, code) => {
    await write();
    // As time does it: nobody calls anything.
    await at.look('UPDATE public.licenses SET start_date = $2, end_date = $3 WHERE tenant_id = $1', [
      at.a.id,
      dates.startDate,
      dates.endDate,
    ]);
    expect(await refusal(write())).toEqual(['55000', guard]);
    expect(toCodedError(await write().catch((e: unknown) => e)).code).toBe(kind === 'embedded' ? 'INTERNAL' : code);
    expect(await at.act(at.a.people.viewer, 'SELECT count(*)::int AS n FROM policies')).toHaveLength(1);
    expect(await enforceDue(database.admin)).toEqual({ memberships: 0, licences: 1 });
    expect(['42501', '42P01']).toContain((await refusal(at.act(at.a.people.viewer, 'SELECT FROM policies')))[0]);
    expect(await enforceDue(database.admin)).toEqual({ memberships: 0, licences: 0 });
    await setLicence(database.admin, at.a.id, OPEN);
    await write();
  });

  it('a domain that is switched off is read and not written', async () => {
    await setLicence(database.admin, at.a.id, { ...OPEN, features: { riskops: false } });
    expect(await refusal(write(RISK))).toEqual(['55000', 'licence_feature']);
    expect(await refusal(at.act(at.a.people.risk, 'UPDATE risk_register SET risk_name = risk_name'))).toEqual([
      '55000',
      'licence_feature',
    ]);
    await at.act(at.a.people.risk, 'SELECT FROM risk_register');
    await write();
  });

  it('people fit into the licence, and no more, also when two come at once', async () => {
    const usage = await licenceUsage(database.admin, at.a.id);
    await setLicence(database.admin, at.a.id, { ...OPEN, limits: { users: usage.people + 1 } });
    const create = (client: typeof database.admin) =>
      createPerson(client, {
        email: `p${randomBytes(6).toString('hex')}@limit.example`,
        verifier,
        tenantId: at.a.id,
        function: 'viewer',
      });
    const clients = kind === 'embedded' ? [database.admin, database.admin] : [database.admin, await database.connect()];
    const outcomes = await Promise.allSettled(clients.map(create));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: 'LICENCE_LIMIT', details: { limit: 'licence_users' } });
    // Somebody who is in already gets another function; a stranger does not come in.
    await at.act(at.a.people.admin, `SELECT public.grant_membership('${at.a.people.viewer.id}', '${at.a.id}', 'risk')`);
    const stranger = `SELECT public.grant_membership('${at.b.people.viewer.id}', '${at.a.id}', 'viewer')`;
    expect(await refusal(at.act(at.a.people.admin, stranger))).toEqual(['55000', 'licence_users']);
  });

  it.skipIf(kind === 'embedded')('an older view of the data does not outwit the limit', async () => {
    const usage = await licenceUsage(database.admin, at.a.id);
    await setLicence(database.admin, at.a.id, { ...OPEN, limits: { users: usage.people + 1 } });
    const sql = `SELECT public.create_person('p${randomBytes(6).toString('hex')}@limit.example', '${verifier}', '', '', '${at.a.id}', 'viewer')`;
    const attempt = at.act(at.a.people.admin, 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', sql);
    expect((await refusal(attempt))[0]).toMatch(/^(55000|25001)$/);
  });

  it('evidence fits into the licence, and no more, also when two come at once', async () => {
    await addEvidence(100);
    const { storageBytes } = await licenceUsage(database.admin, at.a.id);
    expect(storageBytes).toBeGreaterThanOrEqual(100);
    await setLicence(database.admin, at.a.id, { ...OPEN, limits: { storageBytes: storageBytes + 100 } });
    expect(await refusal(addEvidence(101))).toEqual(['55000', 'licence_storage']);
    if (kind === 'embedded') await addEvidence(100);
    else {
      const { auditor } = at.a.people;
      const session = async () => {
        const client = await database.signIn?.(auditor.dbRole, 'correct horse battery staple');
        if (!client) throw new Error('no sign-in');
        try {
          await client.query(`BEGIN; SET LOCAL ROLE ${at.a.schema}_auditor; SET LOCAL search_path = ${at.a.schema}`);
          await client.query(file(100));
          await client.query('COMMIT');
        } finally {
          await client.end();
        }
      };
      const outcomes = await Promise.allSettled([session(), session()]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
    expect(await licenceUsage(database.admin, at.a.id)).toMatchObject({ storageBytes: storageBytes + 100 });
    const [real] = await at.look(`SELECT sum(size_bytes)::int AS bytes FROM ${at.a.schema}.evidence_files`);
    expect(real).toEqual({ bytes: storageBytes + 100 });
  });

  it.each([
    [{ riskops: 'no' }, {}],
    [{ everything: true }, {}],
    [[], {}],
    [{}, { users: -1 }],
    [{}, { users: 1.5 }],
    [{}, { people: 3 }],
    [{}, { storageBytes: '7' }],
  ])('terms that mean nothing are refused: %j %j', async (features, limits) => {
    const set = at.look('SELECT public.set_licence($1, $2, $3, $4, $5::jsonb, $6::jsonb)', [
      at.a.id,
      'standard',
      '2026-01-01',
      '2099-01-01',
      JSON.stringify(features),
      JSON.stringify(limits),
    ]);
    expect((await refusal(set))[0]).toBe('22023');
  });

  it('shows each administrator their own tenant, the platform all of them', async () => {
    const own = await at.act(at.a.people.admin, 'SELECT id, state FROM public.tenant_directory()');
    expect(own).toEqual([{ id: at.a.id, state: 'open' }]);
    expect(await at.act(at.a.people.auditor, 'SELECT id FROM public.tenant_directory()')).toEqual([]);
    const all = await at.look('SELECT id FROM public.tenant_directory()');
    expect(all.map(({ id }) => id).sort()).toEqual([at.a.id, at.b.id].sort());
  });

  it('every guarded table asks', async () => {
    const rows = await at.look(
      `SELECT c.relname FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'stamp_row'
       WHERE c.relnamespace = $1::regnamespace AND NOT EXISTS (
         SELECT FROM pg_trigger o WHERE o.tgrelid = c.oid AND o.tgname = 'a_open_tenant' AND o.tgenabled = 'O')`,
      [at.a.schema],
    );
    expect(rows).toEqual([]);
  });
});
