/** `kompl user …` in this process, over an administrator's connection and over a person's own. */
import { randomUUID } from 'node:crypto';
import { openDatabase } from '@main/db/database';
import { inProcessTransport } from '@main/db/embedded/transport';
import { loadMigrations, migrate } from '@main/db/migrate';
import { CLOCK, LICENCE, MIGRATIONS_FOLDER } from '@main/db/migrate/testing';
import { type CreatedPerson, createPerson, createTenant } from '@main/db/provision';
import { createTestDatabase, type TestDatabase, testKinds } from '@main/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from './run';

const PASSWORD = 'a long enough password';
const OTHER = 'another long password';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('people by the command line on %s', (kind) => {
  let place: TestDatabase;
  let tenant: string;
  let boss: CreatedPerson;
  const serial = randomUUID();
  const newcomer = `new-${serial}@cli.example`;
  const domain = `people-${serial.slice(0, 8)}.example`;

  async function kompl(args: readonly string[], own?: readonly [CreatedPerson, string], input = PASSWORD): Promise<Outcome> {
    const said = { out: '', err: '' };
    const { target } = place;
    const where =
      target.kind === 'embedded'
        ? ['--data-dir', target.dataDir]
        : ['--database', `postgres://${target.host}:${target.port}/${target.database}?user=${own ? own[0].dbRole : target.user}`];
    const password = target.kind === 'embedded' ? PASSWORD : target.password;
    const code = await runCommandLine([...args, ...where, '--json'], {
      io: {
        out: (text) => {
          said.out += text;
        },
        err: (text) => {
          said.err += text;
        },
        env: own ? { KOMPL_PASSWORD: own[1] } : { PGPASSWORD: password },
        readStdin: async () => `${input}\n`,
        askPassword: async () => null,
        now: () => new Date(),
      },
      embedded: inProcessTransport(),
      folder: MIGRATIONS_FOLDER,
    });
    return { code, ...said };
  }
  const json = async (...given: Parameters<typeof kompl>) => {
    const outcome = await kompl(...given);
    if (outcome.code !== 0) throw new Error(outcome.err);
    return JSON.parse(outcome.out);
  };

  beforeAll(async () => {
    place = await createTestDatabase(kind);
    const database = openDatabase(place.target);
    await database.admin(async (client) => {
      await migrate(client, CLOCK);
      const migrations = await loadMigrations(MIGRATIONS_FOLDER);
      tenant = (await createTenant(client, { name: 'People AG', domain, config: {}, licence: LICENCE }, { migrations })).id;
      const email = `boss-${serial}@cli.example`;
      boss = await createPerson(client, { email, password: PASSWORD, tenantId: tenant, function: 'admin' });
    });
    await database.close();
  });
  afterAll(async () => {
    if (kind === 'server') {
      const database = openDatabase(place.target);
      await database.admin(async (client) => {
        const { rows } = await client.query<{ role: string }>(
          `SELECT rolname AS role FROM pg_roles WHERE rolname IN (SELECT db_role FROM public.users) OR rolname LIKE $1`,
          [`tenant\\_${tenant.replaceAll('-', '')}\\_%`],
        );
        for (const { role } of rows) await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      });
      await database.close();
    }
    await place?.drop();
  });

  it('goes through a life, as the platform', async () => {
    const at = ['--tenant', domain, '--email', newcomer];
    await json(['user', 'create', ...at, '--role', 'viewer', '--password-stdin']);
    await json(['user', 'grant', ...at, '--role', 'risk', '--until', '2030-12-31', '--reason', 'Stands in']);
    const listed = async () =>
      (await json(['user', 'list', '--tenant', domain])).people.find((one: { email: string }) => one.email === newcomer);
    expect(await listed()).toMatchObject({
      status: 'active',
      memberships: [{ function: 'risk', expiresAt: '2030-12-31T23:59:59.999Z', reason: 'Stands in' }, { function: 'viewer' }],
    });
    await json(['user', 'revoke', ...at, '--role', 'risk']);
    expect((await kompl(['user', 'revoke', ...at, '--role', 'risk'])).code).toBe(1);
    for (const [change, status] of [
      ['suspend', 'suspended'],
      ['resume', 'active'],
      ['unlock', 'active'],
    ]) {
      expect(await json(['user', change ?? '', '--email', newcomer])).toMatchObject({ email: newcomer, change });
      expect((await listed()).status).toBe(status);
    }
    expect(await json(['user', 'password', '--email', newcomer, '--password-stdin'], undefined, OTHER)).toEqual({
      email: newcomer,
      own: false,
    });
    await json(['user', 'remove', '--email', newcomer]);
    expect((await listed()).status).toBe('removed');
    expect(await kompl(['user', 'suspend', '--email', newcomer])).toMatchObject({ code: 1, out: '' });
  });

  it('says why not, in one sentence', async () => {
    const refusals = [
      [['user', 'remove', '--email', boss.email], 1, 'last administrator'],
      [['user', 'suspend', '--email', `nobody-${serial}@cli.example`], 1, 'No person is called'],
      [['user', 'grant', '--tenant', domain, '--email', boss.email, '--role', 'boss'], 2, '--role is one of'],
      [['user', 'grant', '--tenant', domain, '--email', boss.email, '--role', 'risk', '--until', 'soon'], 2, '--until is a date'],
      [
        ['user', 'grant', '--tenant', domain, '--email', boss.email, '--role', 'risk', '--until', '2001-01-01'],
        1,
        'does not take',
      ],
    ] as const;
    for (const [args, code, words] of refusals) {
      expect(await kompl(args)).toMatchObject({ code, out: '', err: expect.stringContaining(words) });
    }
    expect(await kompl(['user', 'password', '--email', boss.email, '--password-stdin'], undefined, 'short')).toMatchObject({
      code: 1,
      err: expect.stringContaining('at least 12 characters'),
    });
  });

  it.skipIf(kind === 'embedded')('gives a person their own rights: their own password, their own tenant', async () => {
    expect(await json(['user', 'password', '--email', boss.email, '--password-stdin'], [boss, PASSWORD], OTHER)).toEqual({
      email: boss.email,
      own: true,
    });
    expect((await kompl(['user', 'list', '--tenant', tenant], [boss, PASSWORD])).code).toBe(1);
    expect((await json(['user', 'list', '--tenant', tenant], [boss, OTHER])).people).toHaveLength(2);
    const grant = ['user', 'grant', '--tenant', tenant, '--email', boss.email, '--role', 'privacy'];
    expect(await kompl(grant, [boss, OTHER])).toMatchObject({ code: 1, err: expect.stringContaining('does not allow') });
  });
});
