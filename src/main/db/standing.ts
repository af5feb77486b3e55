/**
 * How a database stands to the program that uses it. A schema that is newer or older than the program knows is read and never
 * written: the program would not know what it leaves out. Said once at sign-in, held by everything that goes through the database.
 */
import { CodedError, type CodedErrorData } from '@shared/errors';
import { z } from 'zod';
import type { Database } from './database';
import type { MigrationSet, Scope } from './migrate/files';

/** The newest version of each scope. */
export type SchemaVersions = Readonly<Record<Scope, string>>;

/** What a program was built with. */
export function newestVersions(files: MigrationSet): SchemaVersions {
  const newest = (scope: Scope) => files[scope].at(-1)?.version ?? '0000';
  return { public: newest('public'), private: newest('private'), tenant: newest('tenant') };
}

const row = z.object({ scope: z.enum(['public', 'private', 'tenant']), version: z.string() });

export interface StandingQuestion {
  readonly personId: string | null;
  /** Null asks for what is shared only. */
  readonly tenantId: string | null;
  readonly source: string;
  readonly expected: SchemaVersions;
}

/** SCHEMA_NEWER or SCHEMA_OLDER as data, with scope, found and expected; null where the database is what the program knows. */
export async function readStanding(database: Database, question: StandingQuestion): Promise<CodedErrorData | null> {
  const { personId, tenantId, source, expected } = question;
  const text = 'SELECT scope, version FROM public.schema_versions() WHERE tenant_id IS NULL OR tenant_id = $1::uuid';
  const answer = await database.withPerson({ personId, source, readOnly: true }, (tx) => tx.query(text, [tenantId]));
  const rows = z.array(row).parse(answer.rows);
  const found = new Map(rows.map(({ scope, version }) => [scope, version]));
  const scopes: readonly Scope[] = tenantId === null ? ['public', 'private'] : ['public', 'private', 'tenant'];
  const standing = (code: 'SCHEMA_NEWER' | 'SCHEMA_OLDER', differs: (version: string, scope: Scope) => boolean) => {
    const scope = scopes.find((one) => differs(found.get(one) ?? '0000', one));
    if (scope === undefined) return null;
    return new CodedError(code, { scope, found: found.get(scope) ?? '0000', expected: expected[scope] }).toData();
  };
  return (
    standing('SCHEMA_NEWER', (version, scope) => version > expected[scope]) ??
    standing('SCHEMA_OLDER', (version, scope) => version < expected[scope])
  );
}

/**
 * The same database, which refuses every transaction that may write, with the reason. Reads go through. What needs an
 * administrator's connection of its own is refused too, for nobody can say whether it writes.
 */
export function readOnlyDatabase(database: Database, reason: CodedErrorData): Database {
  const refuse = () => Promise.reject(new CodedError(reason.code, reason.details));
  const guarded: Pick<Database, 'withTenant' | 'withPerson' | 'admin' | 'connectAdmin'> = {
    withTenant: (scope, work) => (scope.readOnly === true ? database.withTenant(scope, work) : refuse()),
    withPerson: (scope, work) => (scope.readOnly === true ? database.withPerson(scope, work) : refuse()),
    admin: refuse,
    connectAdmin: refuse,
  };
  return new Proxy(database, {
    get(target, key) {
      if (typeof key === 'string' && Object.hasOwn(guarded, key)) return Reflect.get(guarded, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The database as a program may use it: itself, or open for reading only. */
export async function openFor(
  database: Database,
  question: StandingQuestion,
): Promise<{ readonly database: Database; readonly readOnly: CodedErrorData | null }> {
  const readOnly = await readStanding(database, question);
  return { database: readOnly === null ? database : readOnlyDatabase(database, readOnly), readOnly };
}
