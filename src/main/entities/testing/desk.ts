/**
 * For tests only: a database of each kind with two tenants and a person for each function, and the context each of them works
 * in. On a server every person has a connection of their own login; the embedded one has a single login for all.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { type Database, openDatabase } from '@main/db/database';
import { TEST_PASSWORD, type TestPerson, type TestTenant, Workplace } from '@main/db/migrate/testing';
import { createTestDatabase, type TestDatabase } from '@main/db/testing/databases';
import type { EntityName } from '@shared/entities/registry';
import type { Operation } from '@shared/operations';
import type { TenantFunction } from '@shared/roles';
import { v7 as uuidv7 } from 'uuid';
import type { Clock, EntityContext } from '../context';

export const TODAY = '2026-03-01';
export const NOW = '2026-03-01T12:00:00.000Z';
export const testClock: Clock = { now: () => new Date(NOW), today: () => TODAY };

export interface Desk {
  readonly kind: TestDatabase['kind'];
  readonly a: TestTenant;
  readonly b: TestTenant;
  /** The context of a person of tenant a (or another tenant); `changed` collects what was announced. */
  ctx(fn: TenantFunction, options?: ContextOptions): Promise<EntityContext & { readonly changed: (readonly EntityName[])[] }>;
  /** Past all guards. */
  look<Row extends Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A further connection of the administrator; the caller ends it. The embedded server takes turns between them. */
  connect(): ReturnType<Database['connectAdmin']>;
  close(): Promise<void>;
}

interface ContextOptions {
  readonly tenant?: TestTenant;
  /** Functions the app believes the person has; theirs when left out. The database knows better. */
  readonly claims?: readonly TenantFunction[];
  readonly deviceId?: string;
}

export async function openDesk(kind: TestDatabase['kind']): Promise<Desk> {
  const server = await createTestDatabase(kind, 'furnished');
  const root = openDatabase(server.target);
  await root.ready();
  const admin = await root.connectAdmin();
  const place = await Workplace.open({
    kind,
    admin,
    connect: () => root.connectAdmin(),
    signIn: null,
    furnished: async () => server.furniture,
    close: async () => undefined,
  });
  const own = new Map<string, Database>();
  const databaseOf = async (person: TestPerson): Promise<Database> => {
    if (kind === 'embedded') return root;
    const known = own.get(person.dbRole);
    if (known) return known;
    const database = openDatabase(server.as(person.dbRole, TEST_PASSWORD));
    await database.ready();
    own.set(person.dbRole, database);
    return database;
  };
  const devices = new Map<string, number>();
  return {
    kind,
    a: place.a,
    b: place.b,
    async ctx(fn, { tenant = place.a, claims = [fn], deviceId = `desk-${randomBytes(4).toString('hex')}` } = {}) {
      const person = tenant.people[fn];
      const changed: (readonly EntityName[])[] = [];
      return {
        database: await databaseOf(person),
        session: { personId: person.id, tenantId: tenant.id, functions: claims },
        device: {
          id: deviceId,
          nextSeq: () => {
            const next = (devices.get(deviceId) ?? 0) + 1;
            devices.set(deviceId, next);
            return next;
          },
        },
        clock: testClock,
        source: `workstation/0.1.0 ${deviceId}`,
        onChanged: (names) => changed.push(names),
        changed,
      };
    },
    async look(text, values = []) {
      const { rows } = await admin.query(text, [...values]);
      return rows;
    },
    connect: () => root.connectAdmin(),
    async close() {
      await Promise.all([...own.values()].map((database) => database.close()));
      if (kind !== 'embedded') await dropRoles(admin);
      await admin.end();
      await root.close();
      await server.drop();
    },
  };
}

interface Admin {
  query(text: string): Promise<{ rows: { rolname?: string }[] }>;
}

/** Roles belong to the whole server and would outlive their database. */
async function dropRoles(admin: Admin): Promise<void> {
  const { rows } = await admin.query(
    `SELECT rolname FROM pg_roles WHERE rolname IN (SELECT db_role FROM public.users)
     UNION ALL SELECT r.rolname FROM pg_roles r JOIN public.tenants t
       ON r.rolname ~ ('^tenant_' || replace(t.id::text, '-', '') || '_[a-z]+$')`,
  );
  for (const { rolname } of rows) await admin.query(`DROP OWNED BY "${rolname}" CASCADE`);
  for (const { rolname } of rows) await admin.query(`DROP ROLE "${rolname}"`);
}

export const newId = (): string => randomUUID();
export const newOpId = (): string => uuidv7();

type Fields = Operation['patch'];

export function creation(entity: EntityName, patch: Fields, entityId = newId(), opId = newOpId()): Operation {
  return { opId, entity, entityId, kind: 'create', baseVersion: null, base: {}, patch };
}

/** A change as a form sends it: the row that was seen, and what is wanted of it. */
export function change(entity: EntityName, seen: { id: string; rowVersion: number }, patch: Fields, reason?: string): Operation {
  const base: Fields = {};
  for (const key of Object.keys(patch)) {
    const value: unknown = Reflect.get(seen, key);
    base[key] = value === undefined ? null : JSON.parse(JSON.stringify(value));
  }
  const operation: Operation = {
    opId: newOpId(),
    entity,
    entityId: seen.id,
    kind: 'update',
    baseVersion: seen.rowVersion,
    base,
    patch,
  };
  return reason === undefined ? operation : { ...operation, reason };
}
