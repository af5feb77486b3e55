/** The proof of isolation on every kind of database: everything denied, the control caught, nothing left, breaches named. */
import { TENANT_FUNCTIONS } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../db/database';
import { asOwner, loadMigrations, type MigrationSet, migrate } from '../db/migrate';
import { CLOCK, MIGRATIONS_FOLDER } from '../db/migrate/testing';
import { createTenant } from '../db/provision';
import { createTestDatabase, type TestDatabase, testKinds } from '../db/testing/databases';
import { type Findings, type ProofOptions, proveIsolation } from './prove';
import { reportOf } from './report';

/** Roles belong to the whole server, where other tests may prove things of their own. */
const OWN_RUNS = '^kompl_isolation_(0badbeef|deadbeef|feedbeef|beefbeef)_';

const LEFT = `
  SELECT 'role ' || rolname AS what FROM pg_roles
  WHERE rolname ~ $1 OR rolname IN (SELECT db_role FROM public.users)
    OR EXISTS (SELECT FROM public.tenants t WHERE starts_with(rolname, 'tenant_' || replace(t.id::text, '-', '')))
  UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname LIKE 'kompl\\_isolation\\_%' OR nspname LIKE 'tenant\\_%'
  UNION ALL SELECT 'tenant ' || domain FROM public.tenants WHERE NOT is_deleted
  UNION ALL SELECT 'person ' || email FROM public.users WHERE NOT is_deleted
  UNION ALL SELECT 'membership' FROM public.tenant_memberships`;

describe.each(testKinds())('the proof on %s', (kind) => {
  let home: TestDatabase;
  let database: Database;
  let migrations: MigrationSet;
  let findings: Findings;
  const people = () => {
    const place = home.as('nobody', 'nothing');
    return place.kind === 'server' ? { host: place.host, port: place.port } : {};
  };
  const options = (more: Partial<ProofOptions> = {}): ProofOptions => ({
    migrations,
    tenants: null,
    connect: (user, password) => database.connectAs({ user, password, ...people() }),
    now: () => new Date(),
    progress: () => undefined,
    ...more,
  });
  const left = () =>
    database.admin(async (client) => (await client.query<{ what: string }>(LEFT, [OWN_RUNS])).rows.map(({ what }) => what));

  beforeAll(async () => {
    home = await createTestDatabase(kind);
    database = openDatabase(home.target);
    await database.ready();
    await database.admin((client) => migrate(client, CLOCK));
    migrations = await loadMigrations(MIGRATIONS_FOLDER);
    findings = await proveIsolation(database, options({ run: '0badbeef' }));
  }, 600_000);

  afterAll(async () => {
    await database?.close();
    await home?.drop();
  });

  it('tries thousands of things as everybody, and all are denied', () => {
    const through = findings.attempts.filter(({ verdict }) => verdict !== 'denied');
    expect(through.map(({ as, statement, verdict, answer }) => `${verdict}: ${as}: ${statement}: ${answer}`)).toEqual([]);
    expect(findings.attempts.length).toBeGreaterThan(5_000);
    expect(new Set(findings.attempts.map(({ as }) => as)).size).toBe(12);
  });

  it('catches the role that has too much', () => {
    expect(findings.control.filter(({ caught }) => !caught)).toEqual([]);
    expect(findings.control.length).toBeGreaterThanOrEqual(15);
    expect(reportOf(findings, 'test', 'test').verdict).toBe('isolated');
  });

  it('leaves nothing behind', async () => expect(await left()).toEqual([]));

  it('sweeps up after a run that was cut off, and leaves one alone that still runs', async () => {
    let during: string[] = [];
    const cut = proveIsolation(
      database,
      options({
        run: 'deadbeef',
        onReady: async () => {
          // A second run sees the first one's things and its lock.
          if (kind !== 'embedded') {
            const inner = proveIsolation(database, options({ run: 'feedbeef', onReady: () => Promise.reject(new Error('cut')) }));
            await expect(inner).rejects.toThrow('cut');
          }
          during = await left();
          throw new Error('cut off');
        },
      }),
    );
    await expect(cut).rejects.toThrow('cut off');
    expect(during.filter((what) => what.includes('deadbeef')).length).toBeGreaterThan(0);
    expect(await left()).toEqual([]);
  }, 600_000);

  it('finds a door that somebody left open between two given tenants, and changes nothing in them', async () => {
    const licence = { type: 'standard', startDate: '2026-01-01', endDate: '2099-12-31' };
    const [a, b] = await database.admin(async (client) => {
      const make = (name: string) =>
        createTenant(client, { name, domain: `${name}-${kind}.example`, config: {}, licence }, { migrations });
      return [await make('left'), await make('right')] as const;
    });
    const state = () =>
      database.admin(async (client) => {
        const { rows } = await client.query(
          `SELECT (SELECT count(*) FROM ${b.schema}.audit_log WHERE action IN ('insert', 'update', 'delete'))
               + (SELECT count(*) FROM ${a.schema}.audit_log WHERE action IN ('insert', 'update', 'delete')) AS trail,
             (SELECT count(*) FROM public.tenants WHERE NOT is_deleted) AS tenants, (SELECT count(*) FROM ${b.schema}.people) AS people`,
        );
        return rows;
      });
    await database.admin((client) =>
      client.query(
        `GRANT USAGE ON SCHEMA ${b.schema} TO ${a.schema}_risk; GRANT UPDATE ON ${b.schema}.controls TO ${a.schema}_risk`,
      ),
    );
    const before = await state();
    const found = await proveIsolation(database, options({ run: 'beefbeef', tenants: [a.id, `right-${kind}.example`] }));
    // A statement prepared through the open door outlives its transaction; on the embedded server all share one session.
    const open = found.attempts.filter(({ verdict, group }) => verdict === 'open' && group !== 'statements');
    expect(reportOf(found, 'test', 'test').verdict).toBe('not isolated');
    expect(new Set(open.map(({ as }) => as))).toEqual(new Set(['risk of A']));
    expect(open.some(({ statement }) => statement === `LOCK TABLE ${b.schema}.controls IN ACCESS EXCLUSIVE MODE NOWAIT`)).toBe(
      true,
    );
    expect(found.control.every(({ caught }) => caught)).toBe(true);
    expect(await state()).toEqual(before);
    await database.admin((client) =>
      asOwner(client, async () => {
        for (const { schema } of [a, b]) await client.query(`DROP SCHEMA ${schema} CASCADE`);
        for (const { id, schema } of [a, b]) {
          for (const fn of TENANT_FUNCTIONS)
            await client.query(`GRANT ${schema}_${fn} TO CURRENT_USER; DROP OWNED BY ${schema}_${fn}; DROP ROLE ${schema}_${fn}`);
          await client.query('UPDATE public.tenants SET is_deleted = true WHERE id = $1', [id]);
        }
      }),
    );
    expect(await left()).toEqual([]);
  }, 600_000);
});
