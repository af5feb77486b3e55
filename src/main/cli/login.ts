/**
 * Who speaks: whose login the connection is, which person acts, and whether they may work in the tenant. PostgreSQL decides in
 * the end; this finds out early, to refuse with a sentence.
 */
import { randomBytes } from 'node:crypto';
import { type Database, openDatabase } from '@main/db/database';
import { toCodedError } from '@main/db/errors';
import { loadMigrations } from '@main/db/migrate';
import { dbRoleOf, normaliseEmail } from '@main/db/provision';
import { newestVersions, openFor } from '@main/db/standing';
import type { Target } from '@main/db/target';
import { calendarDate, type EntityContext, systemClock } from '@main/entities/context';
import { refusalOf, type WorkspaceRow, workspaceRowSchema } from '@main/identity/workspaces';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import type { CommandContext } from './command';
import { migrationsFolder } from './folders';
import type { CommandIo } from './io';
import type { ChosenTarget } from './target';
import { UsageError } from './usage';
import { SOURCE } from './version';

/** What kind of login a connection is. */
export interface Login {
  readonly kind: 'administrator' | 'person' | 'other';
  readonly role: string;
}

export interface Person {
  readonly id: string;
  readonly email: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Stands for nobody, for reading over an administrator's connection; no record bears it. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

const loginRow = z.object({ role: z.string(), personal: z.boolean(), administrator: z.boolean() });

async function loginOf(database: Database): Promise<Login> {
  const { rows } = await database.withPerson({ personId: null, source: SOURCE, readOnly: true }, (tx) =>
    tx.query(
      `SELECT session_user::text AS role, session_user LIKE 'u\\_%' AS personal,
         current_setting('is_superuser') = 'on'
           OR coalesce(pg_has_role(to_regrole('kompl_owner')::oid, 'MEMBER'), false) AS administrator`,
    ),
  );
  const { role, personal, administrator } = loginRow.parse(rows[0]);
  return { role, kind: personal ? 'person' : administrator ? 'administrator' : 'other' };
}

export interface Opened {
  readonly database: Database;
  readonly login: Login;
}

/** Opens the database with the login of the URL, or with the person's own (`--as` and KOMPL_PASSWORD or the prompt). */
export async function openTarget(chosen: ChosenTarget, as: string | undefined, io: CommandIo): Promise<Opened> {
  if (chosen.kind === 'embedded') return opened(chosen.target);
  const email = as === undefined ? undefined : normaliseEmail(as);
  const { server } = chosen;
  if (chosen.user === undefined) {
    if (email === undefined) throw new UsageError('the database URL names no user; add one, or --as EMAIL');
    return opened({ ...server, user: dbRoleOf(email), password: await passwordOf(email, io) });
  }
  const personal = chosen.user.startsWith('u_');
  const password = chosen.password ?? (personal ? await passwordOf(email ?? 'this person', io) : (io.env.PGPASSWORD ?? ''));
  const first = await opened({ ...server, user: chosen.user, password });
  if (email === undefined || first.login.kind === 'administrator' || first.login.role === dbRoleOf(email)) return first;
  // A login that may not act for others: the person signs in themselves.
  await first.database.close();
  return opened({ ...server, user: dbRoleOf(email), password: await passwordOf(email, io) });
}

async function opened(target: Target): Promise<Opened> {
  const database = openDatabase(target);
  try {
    await database.ready();
    const login = await loginOf(database);
    // A person writes nothing into a schema of another version; an administrator is who brings it up to date.
    return { database: login.kind === 'person' ? await asKnown(database, null, null) : database, login };
  } catch (error) {
    const cause = database.state.error;
    await database.close();
    // What the first connection met is more exact than that there is none.
    const exact = cause === null ? toCodedError(error) : new CodedError(cause.code, cause.details, { cause: error });
    if (target.kind === 'embedded') throw exact;
    throw new CodedError(exact.code, { host: target.host, database: target.database, ...exact.details }, { cause: exact.cause });
  }
}

/** The database, open for reading only where its schema is not the one that this program knows. */
export async function asKnown(database: Database, personId: string | null, tenantId: string | null): Promise<Database> {
  const expected = newestVersions(await loadMigrations(migrationsFolder()));
  return (await openFor(database, { personId, tenantId, source: SOURCE, expected })).database;
}

async function passwordOf(who: string, io: CommandIo): Promise<string> {
  const password = io.env.KOMPL_PASSWORD ?? (await io.askPassword(`Password of ${who}`));
  if (password === null || password === '') throw new CodedError('SIGN_IN_REFUSED', { missing: 'password' });
  return password;
}

const personRow = z.object({ id: z.string(), email: z.string(), status: z.string() });

/** The person who acts: of `--as` over an administrator's connection, else of the login. Null: an administrator for nobody. */
export async function findPerson({ database, login }: Opened, as: string | undefined): Promise<Person | null> {
  if (login.kind === 'administrator') {
    if (as === undefined) return null;
    const email = normaliseEmail(as);
    const { rows } = await database.withPerson({ personId: null, source: SOURCE, readOnly: true }, (tx) =>
      tx.query('SELECT id, $1::text AS email, status FROM public.person_for_sign_in($1)', [email]),
    );
    return active(rows[0], email);
  }
  const { rows } = await database.withPerson({ personId: null, source: SOURCE, readOnly: true }, (tx) =>
    tx.query('SELECT id, email, status FROM public.me()'),
  );
  return active(rows[0], as ?? 'this login');
}

function active(row: unknown, who: string): Person {
  if (row === undefined) throw new CodedError('NOT_FOUND', { what: `No person is called ${who}` });
  const { id, email, status } = personRow.parse(row);
  if (status !== 'active') throw new CodedError('PERSON_SUSPENDED', { email });
  return { id, email };
}

/** The person's context in a tenant (by id or domain). Throws NO_MEMBERSHIP, NOT_FOUND, LICENCE_…, TENANT_SUSPENDED. */
export async function contextOf(opened: Opened, person: Person, tenant: string, io: CommandIo): Promise<CommandContext> {
  const { rows } = await opened.database.withPerson({ personId: person.id, source: SOURCE, readOnly: true }, (tx) =>
    tx.query('SELECT * FROM public.my_workspaces()'),
  );
  const workspaces = z.array(workspaceRowSchema).parse(rows);
  const own = workspaces.find((row) => isTenant(row, tenant));
  if (own === undefined) throw await noMembership(opened, person, tenant);
  const refusal = refusalOf(own, calendarDate(io.now()));
  if (refusal) throw refusal;
  const database = await asKnown(opened.database, person.id, own.tenant_id);
  return context(database, { personId: person.id, tenantId: own.tenant_id, functions: own.functions });
}

function isTenant(row: Pick<WorkspaceRow, 'tenant_id' | 'domain'>, tenant: string): boolean {
  return row.tenant_id === tenant.toLowerCase() || row.domain === tenant.toLowerCase();
}

async function noMembership(opened: Opened, person: Person, tenant: string): Promise<CodedError> {
  if (opened.login.kind === 'administrator') {
    const found = await findTenant(opened.database, tenant);
    return new CodedError('NO_MEMBERSHIP', { email: person.email, tenant: found.name });
  }
  return new CodedError('NO_MEMBERSHIP', { email: person.email, tenant });
}

export interface TenantRecord {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly status: string;
}

const tenantRow = z.object({ id: z.string(), name: z.string(), domain: z.string(), status: z.string() });

/** All tenants, over an administrator's connection. */
export async function listTenantRecords(database: Database): Promise<TenantRecord[]> {
  return database.admin(async (client) => {
    const there = await client.query("SELECT to_regclass('public.tenants') IS NOT NULL AS there");
    if (there.rows[0]?.there !== true) throw new CodedError('SCHEMA_MISSING');
    await client.query('BEGIN READ ONLY; SET LOCAL ROLE kompl_owner');
    const { rows } = await client.query(
      'SELECT id::text AS id, name, domain, status FROM public.tenants WHERE NOT is_deleted ORDER BY name, id',
    );
    await client.query('COMMIT');
    return z.array(tenantRow).parse(rows);
  });
}

async function findTenant(database: Database, tenant: string): Promise<TenantRecord> {
  const found = (await listTenantRecords(database)).find((row) => isTenant({ tenant_id: row.id, domain: row.domain }, tenant));
  if (found === undefined) throw new CodedError('NOT_FOUND', { what: `There is no tenant ${tenant}` });
  return found;
}

/** A context that can only read, for an administrator who acts for nobody: the viewer's role, no person. */
export async function readingContextOf(database: Database, tenant: string): Promise<EntityContext> {
  const { id } = await findTenant(database, tenant);
  return context(database, { personId: NOBODY, tenantId: id, functions: ['viewer'] });
}

/** The tenant's id, checked as far as the login can see. */
export async function tenantIdOf(opened: Opened, tenant: string): Promise<string> {
  if (opened.login.kind === 'administrator') return (await findTenant(opened.database, tenant)).id;
  if (!UUID.test(tenant)) throw new CodedError('NOT_FOUND', { what: `There is no tenant ${tenant}` });
  return tenant.toLowerCase();
}

function context(database: Database, session: EntityContext['session']): CommandContext {
  let last = 0;
  return {
    database,
    session,
    // Every run is a device of its own, so that its count can begin at one.
    device: {
      id: `kompl-cli-${randomBytes(8).toString('hex')}`,
      nextSeq: () => {
        last += 1;
        return last;
      },
    },
    clock: systemClock,
    source: SOURCE,
  };
}
