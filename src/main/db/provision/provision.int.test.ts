/** Onboarding: all or nothing, whatever the name, and persons whose verifier the real server accepts. */
import { randomBytes } from 'node:crypto';
import { CodedError } from '@shared/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMigrations, type MigrationSet, migrate } from '../migrate';
import { TABLES } from '../migrate/attacks';
import { CLOCK, LICENCE, MIGRATIONS_FOLDER, TEST_PASSWORD, type TestDatabase, testServers } from '../migrate/testing';
import { type CreatedTenant, createPerson, createTenant, dbRoleOf, type NewPerson, type NewTenant, verifyScram } from '.';

const migrations = await loadMigrations(MIGRATIONS_FOLDER);

function unique(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}.example`;
}

async function refusal(work: Promise<unknown>): Promise<CodedError> {
  const error = await work.catch((e: unknown) => e);
  if (error instanceof CodedError) return error;
  throw new Error('not refused', { cause: error });
}

describe.each(testServers(['embedded', 'server']))('on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let home: CreatedTenant;

  const create = (tenant: Partial<NewTenant>, set: MigrationSet = migrations) =>
    createTenant(
      database.admin,
      { name: 'Acme', domain: unique('acme'), config: {}, licence: LICENCE, ...tenant },
      { migrations: set },
    );
  const person = (given: Partial<NewPerson>) =>
    createPerson(database.admin, {
      email: `p@${unique('p')}`,
      password: TEST_PASSWORD,
      tenantId: home.id,
      function: 'viewer',
      ...given,
    });
  const rows = async (text: string, values: unknown[] = []) => (await database.admin.query(text, values)).rows;
  /** Rows, roles and schemas: what a failed onboarding must not leave. */
  const leftovers = () =>
    rows(`SELECT (SELECT count(*) FROM public.tenants)::integer AS tenants, (SELECT count(*) FROM public.licenses)::integer AS licences,
      (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'tenant\\_%')::integer AS schemas,
      (SELECT count(*) FROM public.users)::integer AS users, (SELECT count(*) FROM private.migration_history)::integer AS steps`);

  beforeAll(async () => {
    database = await open('migrated');
    await migrate(database.admin, CLOCK);
    home = await create({});
  });
  afterAll(() => database?.close());

  it('a tenant has its record, licence, roles, schema and every table', async () => {
    const tenant = await create({
      name: '  Acme Ltd  ',
      domain: unique('Acme').toUpperCase(),
      config: { sign: 'AC', colour: 'teal' },
    });
    expect(tenant.schema).toBe(`tenant_${tenant.id.replaceAll('-', '')}`);
    const [row] = await rows(
      'SELECT t.name, t.domain, t.config, l.type FROM public.tenants t JOIN public.licenses l ON l.tenant_id = t.id WHERE t.id = $1',
      [tenant.id],
    );
    expect(row).toMatchObject({
      name: 'Acme Ltd',
      domain: expect.stringMatching(/^acme-/),
      config: { sign: 'AC', colour: 'teal' },
      type: 'standard',
    });
    expect(await rows("SELECT count(*)::integer AS n FROM pg_roles WHERE rolname LIKE $1 || '\\_%'", [tenant.schema])).toEqual([
      { n: 6 },
    ]);
    const tables = await rows('SELECT tablename AS name FROM pg_tables WHERE schemaname = $1', [tenant.schema]);
    expect(tables).toEqual(expect.arrayContaining([...TABLES, 'audit_log', 'sync_ops'].map((name) => ({ name }))));
    const history = "SELECT count(*)::integer AS n FROM private.migration_history WHERE tenant_id = $1 AND status = 'success'";
    expect(await rows(history, [tenant.id])).toEqual([{ n: migrations.tenant.length }]);
  });

  it.each([
    "O'Brien; DROP SCHEMA private CASCADE; --",
    'Größe "AG" \\ $$ {{schema}}',
    '株式会社コンプライアンス 🏛️',
    'x'.repeat(255),
    '%s %I %L',
  ])('a tenant may be called %j', async (name) => {
    const { id } = await create({ name });
    expect(await rows('SELECT name FROM public.tenants WHERE id = $1', [id])).toEqual([{ name }]);
  });

  it.each([
    ['an empty name', { name: ' ' }, 'name'],
    ['too long a name', { name: 'x'.repeat(256) }, 'name'],
    ['a name with a control character', { name: 'a\u0000b' }, 'name'],
    ['a domain with a space', { domain: 'acme example' }, 'domain'],
    ['a domain with a quote', { domain: "acme'.example" }, 'domain'],
    ['too long a label', { domain: `${'a'.repeat(64)}.example` }, 'domain'],
    ['a licence that ends before it starts', { licence: { ...LICENCE, endDate: '2020-01-01' } }, 'licence.endDate'],
    ['a date that is none', { licence: { ...LICENCE, startDate: '2026-02-30' } }, 'licence.startDate'],
  ])('%s is refused by field', async (_, given, path) => {
    const before = await leftovers();
    const error = await refusal(create(given));
    expect(error.code).toBe('INPUT_INVALID');
    expect(error.faults.map((fault) => fault.path)).toContain(path);
    expect(await leftovers()).toEqual(before);
  });

  it('a domain in another script is kept as DNS writes it', async () => {
    const { id } = await create({ domain: `müller-${randomBytes(4).toString('hex')}.example` });
    const [row] = await rows('SELECT domain FROM public.tenants WHERE id = $1', [id]);
    expect(row).toEqual({ domain: expect.stringMatching(/^xn--mller-/) });
  });

  it('a domain that is taken is refused, in any case of letters', async () => {
    const domain = unique('twice');
    await create({ domain });
    const before = await leftovers();
    const error = await refusal(create({ domain: domain.toUpperCase() }));
    expect(error).toMatchObject({ code: 'DUPLICATE', details: { field: 'domain', value: domain } });
    expect(await leftovers()).toEqual(before);
  });

  it('a migration that fails takes record, roles and schema with it', async () => {
    const before = await leftovers();
    const [last] = migrations.tenant.slice(-1);
    if (!last) throw new Error('no migrations');
    const broken = { ...migrations, tenant: [...migrations.tenant, { ...last, version: '0999', up: 'SELECT 1 / 0;' }] };
    await expect(create({}, broken)).rejects.toMatchObject({ code: '22012' });
    expect(await leftovers()).toEqual(before);
    await create({});
  });

  it.skipIf(kind === 'embedded')('of two onboardings of one domain at once, one wins', async () => {
    const domain = unique('race');
    const other = await database.connect();
    const make = (client: typeof other) =>
      createTenant(client, { name: 'x', domain, config: {}, licence: LICENCE }, { migrations });
    const outcomes = await Promise.allSettled([make(database.admin), make(other)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: 'DUPLICATE' });
  });

  it('a person has a login that inherits nothing and only the role of the membership', async () => {
    const email = `Ann.Lee@${unique('acme')}`;
    const made = await person({ email, function: 'auditor', firstName: "Ann'; --", lastName: 'Lee' });
    expect(made).toEqual({ id: made.id, email: email.toLowerCase(), dbRole: dbRoleOf(email) });
    expect(await rows('SELECT rolcanlogin, rolinherit FROM pg_roles WHERE rolname = $1', [made.dbRole])).toEqual([
      { rolcanlogin: true, rolinherit: false },
    ]);
    expect(
      await rows('SELECT roleid::regrole::text AS role FROM pg_auth_members WHERE member = $1::regrole', [made.dbRole]),
    ).toEqual([{ role: `${home.schema}_auditor` }]);
    const [found] = (await rows('SELECT password_hash FROM public.person_for_sign_in($1)', [email])) as {
      password_hash: string;
    }[];
    expect(verifyScram(TEST_PASSWORD, found?.password_hash ?? '')).toBe(true);
    expect(await rows(`SELECT display_name FROM ${home.schema}.people WHERE id = $1`, [made.id])).toEqual([
      { display_name: "Ann'; -- Lee" },
    ]);
  });

  it.skipIf(kind === 'embedded')('signs in with the password and no other, also beyond ASCII', async () => {
    for (const password of [
      TEST_PASSWORD,
      'Ich esse gern Käse ½',
      'пароль пароль',
      'ﬁnal\u00ADcountdown…',
      '🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑',
      "quote ' and \\ slash",
    ]) {
      const { dbRole, id } = await person({ password });
      const client = await database.signIn?.(dbRole, password);
      expect((await client?.query('SELECT public.current_person() AS id'))?.rows).toEqual([{ id }]);
      await expect(database.signIn?.(dbRole, `${password}x`)).rejects.toThrow();
    }
  });

  it('an e-mail that is taken is refused, in any case of letters, and changes nothing', async () => {
    const { email } = await person({});
    const before = await leftovers();
    const error = await refusal(person({ email: email.toUpperCase(), password: 'another password' }));
    expect(error).toMatchObject({ code: 'DUPLICATE', details: { field: 'email', value: email } });
    const [found] = (await rows('SELECT password_hash FROM public.person_for_sign_in($1)', [email])) as {
      password_hash: string;
    }[];
    expect(verifyScram(TEST_PASSWORD, found?.password_hash ?? '')).toBe(true);
    expect(await leftovers()).toEqual(before);
  });

  it('a short password, no password, a foreign verifier, an unknown tenant are refused', async () => {
    expect((await refusal(person({ password: 'short' }))).faults).toEqual([
      { path: 'password', message: 'at least 12 characters' },
    ]);
    expect((await refusal(person({ password: undefined }))).faults[0]?.path).toBe('verifier');
    expect((await refusal(person({ password: undefined, verifier: 'md5abc' }))).faults[0]?.path).toBe('verifier');
    const before = await leftovers();
    const unknown = await refusal(person({ tenantId: '00000000-0000-4000-8000-000000000000' }));
    expect(unknown.code).toBe('NOT_FOUND');
    expect(await leftovers()).toEqual(before);
  });

  it('a person of two tenants sees both workspaces, with functions and licence, and none when suspended', async () => {
    const second = await create({ name: 'Second', config: { sign: 'SE' } });
    const { id } = await person({ function: 'admin' });
    await rows('SELECT public.grant_membership($1, $2, $3)', [id, second.id, 'auditor']);
    await rows('SELECT public.grant_membership($1, $2, $3)', [id, second.id, 'risk']);
    const mine = async () => {
      await database.admin.query(`BEGIN; SET LOCAL app.person = '${id}'`);
      const found = await rows(
        'SELECT tenant_id, schema_name, name, config, functions, licence_status FROM public.my_workspaces()',
      );
      await database.admin.query('COMMIT');
      return found;
    };
    expect(await mine()).toMatchObject([
      { tenant_id: home.id, schema_name: home.schema, functions: ['admin'] },
      { tenant_id: second.id, name: 'Second', config: { sign: 'SE' }, functions: ['auditor', 'risk'], licence_status: 'active' },
    ]);
    await rows('SELECT public.suspend_person($1)', [id]);
    expect(await mine()).toEqual([]);
    expect(
      await rows('SELECT status FROM public.person_for_sign_in((SELECT email FROM public.users WHERE id = $1))', [id]),
    ).toEqual([{ status: 'suspended' }]);
    await rows('SELECT public.resume_person($1)', [id]);
    expect((await mine()).length).toBe(2);
  });

  it('acting for a person counts as that person and no more', async () => {
    const { id } = await person({ function: 'auditor' });
    await database.admin.query(`BEGIN; SET LOCAL app.person = '${id}'`);
    await expect(database.admin.query('SELECT public.suspend_person($1)', [id])).rejects.toMatchObject({ code: '42501' });
    await database.admin.query('ROLLBACK');
  });
});
