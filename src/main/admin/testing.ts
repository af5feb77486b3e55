/** For tests only: a migrated database on each kind of server, opened as the program opens it, and looks past all guards. */
import { randomBytes } from 'node:crypto';
import { CodedError } from '@shared/errors';
import { type Database, openDatabase } from '../db/database';
import { loadMigrations, type MigrationSet, migrateAll } from '../db/migrate';
import { MIGRATIONS_FOLDER, TEST_PASSWORD } from '../db/migrate/testing';
import type { ServerTarget } from '../db/target';
import { createTestDatabase, type TestDatabase } from '../db/testing';
import { type Onboarding, onboardTenant } from './onboarding';
import { ownerRunner, type Runner } from './runner';

export const SOURCE = 'test/1.0.0';
export const LICENCE = { type: 'standard', startDate: '2026-01-01', endDate: '2029-12-31' };

export function unique(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}.example`;
}

export function onboarding(given: Partial<Onboarding> = {}): Onboarding {
  const domain = given.domain ?? unique('acme');
  return {
    name: 'Acme',
    domain,
    config: { sign: 'AC' },
    licence: LICENCE,
    starter: 'standard',
    administrator: { email: `admin@${domain}`, password: TEST_PASSWORD },
    ...given,
  };
}

export async function refusal(work: Promise<unknown>): Promise<CodedError> {
  const error = await work.catch((e: unknown) => e);
  if (error instanceof CodedError) return error;
  throw new Error('not refused', { cause: error });
}

/** A database with the administrator's runner. */
export class AdminDesk {
  private constructor(
    readonly server: TestDatabase,
    readonly database: Database,
    readonly migrations: MigrationSet,
    readonly runner: Runner,
  ) {}

  static async open(kind: TestDatabase['kind']): Promise<AdminDesk> {
    const server = await createTestDatabase(kind, 'migrated');
    const database = openDatabase(server.target);
    await migrateAll(() => database.connectAdmin(), { folder: MIGRATIONS_FOLDER, now: () => performance.now() });
    const runner = ownerRunner(database, { personId: null, source: SOURCE });
    return new AdminDesk(server, database, await loadMigrations(MIGRATIONS_FOLDER), runner);
  }

  onboard(given: Partial<Onboarding> = {}, runner = this.runner) {
    return onboardTenant(runner, onboarding(given), { migrations: this.migrations });
  }

  /** The administrator's view, past all guards. */
  async look<Row extends Record<string, unknown> = Record<string, unknown>>(
    text: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    return this.database.admin(async (client) => (await client.query<Row>(text, values)).rows);
  }

  /** What an onboarding makes, counted. */
  async footprint(): Promise<Record<string, unknown> | undefined> {
    const [row] = await this.look(
      `SELECT (SELECT count(*) FROM public.tenants) AS tenants, (SELECT count(*) FROM public.licenses) AS licences,
         (SELECT count(*) FROM public.users) AS users, (SELECT count(*) FROM public.tenant_config) AS settings,
         (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'tenant\\_%') AS schemas,
         (SELECT count(*) FROM private.migration_history) AS steps, (SELECT count(*) FROM private.audit_logs) AS events`,
    );
    return row;
  }

  /** Another database on the same server, opened over another way to it. */
  through(more: Partial<ServerTarget>): Database {
    const { target } = this.server;
    if (target.kind !== 'server') throw new TypeError('not a server');
    return openDatabase({ ...target, ...more }, { backoffMs: { first: 30, longest: 120 } });
  }

  async close(): Promise<void> {
    const roles = await this.look<{ name: string }>(
      `SELECT rolname AS name FROM pg_roles WHERE rolname IN (SELECT db_role FROM public.users)
       UNION ALL SELECT rolname FROM pg_roles WHERE rolname ~ '^tenant_[0-9a-f]{32}_[a-z]+$'
         AND (substr(rolname, 8, 32) IN (SELECT replace(id::text, '-', '') FROM public.tenants)
           OR left(rolname, 39) IN (SELECT nspname FROM pg_namespace))`,
    );
    await this.database.close();
    await this.server.drop();
    if (this.server.kind === 'embedded' || roles.length === 0) return;
    // Roles belong to the whole server and would outlive their database.
    const { target } = this.server;
    if (target.kind !== 'server') return;
    const server = openDatabase({ ...target, database: 'postgres' });
    await server.admin((client) => client.query(`DROP ROLE IF EXISTS ${roles.map(({ name }) => name).join(', ')}`));
    await server.close();
  }
}
