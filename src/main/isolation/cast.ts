/**
 * The people and records of one run: probe tenants of their own (or two given ones), a temporary person for each function in
 * each, and afterwards nothing of them. Names are recognisable, and a run holds a lock, so that the next run can sweep up after
 * one that was killed.
 */
import { randomBytes } from 'node:crypto';
import { type AdminClient, asOwner, inTransaction, queryRows } from '@main/db/migrate/client';
import type { MigrationSet } from '@main/db/migrate/files';
import { createPerson, createTenant } from '@main/db/provision';
import { CodedError } from '@shared/errors';
import { TENANT_FUNCTIONS, tenantSchema } from '@shared/roles';
import { z } from 'zod';
import type { ProbedTenant, Prober } from './types';

/** Where every temporary name of a run comes from; eight hex digits. */
export function newRun(): string {
  return randomBytes(4).toString('hex');
}

const domainOf = (run: string, label: string) => `isolation-probe-${run}-${label.toLowerCase()}.invalid`;
const mailDomain = (run: string) => `isolation-probe-${run}.invalid`;
export const scratchOf = (run: string) => `kompl_isolation_${run}`;

export interface Cast {
  readonly tenants: readonly [ProbedTenant, ProbedTenant];
  /** Six in each tenant. */
  readonly probers: readonly Prober[];
  /** A further person of the first tenant, who is given too much on purpose. */
  readonly control: Prober;
  /** What only one tenant knows, by label. */
  readonly secrets: Readonly<Record<'A' | 'B', readonly string[]>>;
  /** True where the tenants are real and nothing may be written. */
  readonly given: boolean;
}

export interface CastOptions {
  readonly run: string;
  readonly migrations: MigrationSet;
  /** Two ids or domains of tenants that exist. */
  readonly tenants: readonly [string, string] | null;
  readonly now: () => Date;
}

const found = z.object({ id: z.string(), name: z.string(), domain: z.string() });

async function givenTenant(client: AdminClient, wanted: string, label: 'A' | 'B'): Promise<ProbedTenant> {
  const rows = await asOwner(client, () =>
    queryRows(
      client,
      found,
      `SELECT id::text AS id, name::text AS name, domain::text AS domain FROM public.tenants
       WHERE NOT is_deleted AND (id::text = lower($1) OR domain = lower($1))`,
      [wanted],
    ),
  );
  const [tenant] = rows;
  if (!tenant) throw new CodedError('NOT_FOUND', { what: `There is no tenant ${wanted}` });
  return { ...tenant, label, schema: tenantSchema(tenant.id) };
}

async function probeTenant(client: AdminClient, label: 'A' | 'B', options: CastOptions): Promise<ProbedTenant> {
  const { run, migrations, now } = options;
  const name = `Probe ${label} ${randomBytes(6).toString('hex')}`;
  const domain = domainOf(run, label);
  const day = (offset: number) => new Date(now().getTime() + offset * 86_400_000).toISOString().slice(0, 10);
  const licence = { type: 'standard', startDate: day(-2), endDate: day(2) };
  const { id, schema } = await createTenant(client, { name, domain, config: {}, licence }, { migrations });
  return { label, id, schema, name, domain };
}

async function prober(
  client: AdminClient,
  run: string,
  tenant: ProbedTenant,
  fn: Prober['function'],
  word: string,
): Promise<Prober> {
  const password = randomBytes(18).toString('base64url');
  const email = `${word}-${tenant.label.toLowerCase()}@${mailDomain(run)}`;
  const made = await createPerson(client, {
    email,
    password,
    tenantId: tenant.id,
    function: fn,
    firstName: null,
    lastName: null,
  });
  return { personId: made.id, email, login: made.dbRole, password, function: fn, tenant };
}

/** Makes everybody. What was made before a failure is taken away by `strike`. */
export async function assemble(client: AdminClient, options: CastOptions): Promise<Cast> {
  const { run, tenants: wanted } = options;
  const tenants: [ProbedTenant, ProbedTenant] =
    wanted === null
      ? [await probeTenant(client, 'A', options), await probeTenant(client, 'B', options)]
      : [await givenTenant(client, wanted[0], 'A'), await givenTenant(client, wanted[1], 'B')];
  if (tenants[0].id === tenants[1].id) throw new CodedError('INPUT_INVALID', { field: 'tenants' });
  const probers: Prober[] = [];
  for (const tenant of tenants) for (const fn of TENANT_FUNCTIONS) probers.push(await prober(client, run, tenant, fn, fn));
  const control = await prober(client, run, tenants[0], 'viewer', 'control');
  const known = (label: 'A' | 'B') => [
    ...(wanted === null ? tenants.filter((one) => one.label === label).flatMap(({ name, domain }) => [name, domain]) : []),
    ...probers.filter(({ tenant }) => tenant.label === label).map(({ email }) => email),
  ];
  return { tenants, probers, control, secrets: { A: known('A'), B: known('B') }, given: wanted !== null };
}

const named = z.object({ name: z.string() });
const person = z.object({ id: z.string(), role: z.string() });

async function names(client: AdminClient, sql: string, values: unknown[]): Promise<string[]> {
  return (await queryRows(client, named, sql, values)).map(({ name }) => name);
}

/** Deletes the row, or, where the trail points to it and must go on doing so, closes it for good. */
async function deleteOrClose(client: AdminClient, table: 'users' | 'tenants', id: string, close: string): Promise<void> {
  await client.query('SAVEPOINT row_of_probe');
  try {
    await client.query(`DELETE FROM public.${table} WHERE id = $1::uuid`, [id]);
  } catch {
    await client.query('ROLLBACK TO SAVEPOINT row_of_probe');
    await client.query(`UPDATE public.${table} SET ${close} WHERE id = $1::uuid`, [id]);
  }
  await client.query('RELEASE SAVEPOINT row_of_probe');
}

/** Takes away everything that a run made; safe to call again, and after a run that was killed at any moment. */
export async function strike(client: AdminClient, run: string): Promise<void> {
  const people = await asOwner(client, () =>
    queryRows(
      client,
      person,
      "SELECT id::text AS id, db_role::text AS role FROM public.users WHERE email LIKE '%@' || $1 AND NOT is_deleted",
      [mailDomain(run)],
    ),
  );
  for (const { id, role } of people) {
    await asOwner(client, async () => {
      const there = await names(client, 'SELECT rolname::text AS name FROM pg_roles WHERE rolname = $1', [role]);
      if (there.length > 0) {
        await client.query(`ALTER ROLE ${role} NOLOGIN`);
        await client.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid()',
          [role],
        );
        await client.query(`DROP ROLE ${role}`);
      }
      // The trail of a given tenant says that they came; it says that they left, too.
      await client.query("SELECT public.note_person_event($1::uuid, 'person.remove')", [id]);
      await client.query('DELETE FROM public.tenant_memberships WHERE user_id = $1::uuid', [id]);
      await deleteOrClose(client, 'users', id, "is_deleted = true, deleted_at = now(), status = 'suspended', tenant_id = NULL");
    });
  }
  const tenants = await asOwner(client, () =>
    names(client, 'SELECT id::text AS name FROM public.tenants WHERE domain = ANY ($1) AND NOT is_deleted', [
      [domainOf(run, 'a'), domainOf(run, 'b')],
    ]),
  );
  for (const id of tenants) {
    await asOwner(client, async () => {
      await client.query(`DROP SCHEMA IF EXISTS ${tenantSchema(id)} CASCADE`);
      await dropRoles(client, `${tenantSchema(id)}\\_%`);
      await deleteOrClose(client, 'tenants', id, "is_deleted = true, deleted_at = now(), status = 'closed'");
    });
  }
  await inTransaction(client, async () => {
    await client.query(`SET LOCAL client_min_messages = 'warning'; DROP SCHEMA IF EXISTS ${scratchOf(run)} CASCADE`);
    await dropRoles(client, `${scratchOf(run).replaceAll('_', '\\_')}\\_%`);
  });
}

async function dropRoles(client: AdminClient, pattern: string): Promise<void> {
  const roles = await names(client, 'SELECT rolname::text AS name FROM pg_roles WHERE rolname LIKE $1', [pattern]);
  // Only a role whose privileges one has lets go of its own; the owner may take on a tenant's roles but does not inherit them.
  for (const role of roles) await client.query(`GRANT ${role} TO CURRENT_USER; DROP OWNED BY ${role}; DROP ROLE ${role}`);
}

const LOCK = "hashtextextended('kompl.isolation.' || $1, 0)";

/** Held by the administrator's connection as long as the run lives; ends with it, also when it is killed. */
export async function holdRun(client: AdminClient, run: string): Promise<void> {
  await client.query(`SELECT pg_advisory_lock(${LOCK})`, [run]);
}

/** Sweeps up after runs whose process is no more. Gives their names. */
export async function sweep(client: AdminClient, own: string): Promise<readonly string[]> {
  const traces = await asOwner(client, () =>
    names(
      client,
      `SELECT DISTINCT run AS name FROM (
         SELECT substring(domain FROM '^isolation-probe-([0-9a-f]{8})-[ab]\\.invalid$') AS run FROM public.tenants WHERE NOT is_deleted
         UNION ALL SELECT substring(email FROM '@isolation-probe-([0-9a-f]{8})\\.invalid$') FROM public.users WHERE NOT is_deleted
         UNION ALL SELECT substring(nspname::text FROM '^kompl_isolation_([0-9a-f]{8})$') FROM pg_namespace) traces
       WHERE run IS NOT NULL AND run <> $1`,
      [own],
    ),
  );
  const swept: string[] = [];
  const free = z.object({ free: z.boolean() });
  for (const run of traces) {
    const [lock] = await queryRows(client, free, `SELECT pg_try_advisory_lock(${LOCK}) AS free`, [run]);
    if (!lock?.free) continue;
    await strike(client, run);
    await client.query(`SELECT pg_advisory_unlock(${LOCK})`, [run]);
    swept.push(run);
  }
  return swept;
}
