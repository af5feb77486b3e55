/**
 * What must be there before the first migration: the extension, the owner of everything, the platform's role, and a closed
 * door for everyone else. Asks first and changes only what is missing, so that on a prepared server a member of `kompl_owner`
 * without further rights passes.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { CATALOGUE_OPEN, CLOSE_CATALOGUE } from '../hardening';
import { type AdminClient, inTransaction, queryRows, sqlState } from './client';

const OLDEST_SERVER = 140_000;

const found = z.object({
  server: z.coerce.number(),
  owner: z.boolean(),
  platform: z.boolean(),
  member: z.boolean(),
  superuser: z.boolean(),
  database: z.string(),
  createInDatabase: z.boolean(),
  createInPublic: z.boolean(),
  temporary: z.boolean(),
  publicOpen: z.boolean(),
  databaseOpen: z.boolean(),
  functionsOpen: z.boolean(),
  catalogueOpen: z.boolean(),
  signals: z.boolean(),
  vectorSchema: z.string().nullable(),
  vectorAvailable: z.boolean(),
});
type Found = z.infer<typeof found>;

const QUESTION = `
SELECT current_setting('server_version_num') AS server,
  o.oid IS NOT NULL AS owner,
  EXISTS (SELECT FROM pg_roles WHERE rolname = 'kompl_platform') AS platform,
  coalesce(pg_has_role(current_user, o.oid, 'MEMBER'), false) AS member,
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
  current_database()::text AS database,
  coalesce(has_database_privilege(o.oid, current_database(), 'CREATE'), false) AS "createInDatabase",
  coalesce(has_schema_privilege(o.oid, 'public', 'CREATE') AND has_schema_privilege(o.oid, 'public', 'USAGE'), false)
    AS "createInPublic",
  coalesce(has_database_privilege(o.oid, current_database(), 'TEMPORARY'), false) AS temporary,
  EXISTS (SELECT FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
    WHERE n.nspname = 'public' AND a.grantee = 0 AND a.privilege_type = 'CREATE') AS "publicOpen",
  EXISTS (SELECT FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
    WHERE d.datname = current_database() AND a.grantee = 0 AND a.privilege_type IN ('TEMPORARY', 'CREATE')) AS "databaseOpen",
  NOT EXISTS (SELECT FROM pg_default_acl d WHERE d.defaclrole = o.oid AND d.defaclnamespace = 0 AND d.defaclobjtype = 'f'
    AND NOT EXISTS (SELECT FROM aclexplode(d.defaclacl) a WHERE a.grantee = 0)) AS "functionsOpen",
  ${CATALOGUE_OPEN} AS "catalogueOpen",
  coalesce(pg_has_role(o.oid, 'pg_signal_backend', 'USAGE'), false) AS signals,
  (SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector')
    AS "vectorSchema",
  EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') AS "vectorAvailable"
FROM (VALUES (1)) one (n) LEFT JOIN pg_roles o ON o.rolname = 'kompl_owner'`;

/**
 * Makes the database ready for migrations. Idempotent; safe against another database of the same cluster doing the same.
 * @throws CodedError SERVER_TOO_OLD, EXTENSION_MISSING (with the reason), MIGRATION_FAILED (a right that the login lacks)
 */
export async function bootstrap(client: AdminClient): Promise<void> {
  const before = await ask(client);
  if (before.server < OLDEST_SERVER) {
    throw new CodedError('SERVER_TOO_OLD', { version: Math.floor(before.server / 10_000), needed: OLDEST_SERVER / 10_000 });
  }
  await extension(client, before);
  // Roles are shared by all databases of a cluster; two bootstraps at once may meet in the catalogue (XX000) or at a name.
  for (let attempt = 1; ; attempt += 1) {
    try {
      await inTransaction(client, async () => {
        for (const statement of missing(await ask(client))) await client.query(statement);
        // In its own round, for membership may only just have been granted.
        for (const statement of missingOfOwner(await ask(client))) await client.query(statement);
      });
      return;
    } catch (error) {
      const state = sqlState(error);
      if (attempt < 5 && (state === 'XX000' || state === '42710' || state === '23505' || state === '40001')) {
        await pause(50 * attempt);
        continue;
      }
      if (state === null || error instanceof CodedError) throw error;
      throw new CodedError(
        'MIGRATION_FAILED',
        { step: 'bootstrap', sqlstate: state, reason: error instanceof Error ? error.message : '' },
        { cause: error },
      );
    }
  }
}

/** What `bootstrap` would run on this server, for a dry run. Throws SERVER_TOO_OLD, EXTENSION_MISSING. */
export async function bootstrapStatements(client: AdminClient): Promise<readonly string[]> {
  const state = await ask(client);
  if (state.server < OLDEST_SERVER) {
    throw new CodedError('SERVER_TOO_OLD', { version: Math.floor(state.server / 10_000), needed: OLDEST_SERVER / 10_000 });
  }
  const create = state.vectorSchema === null ? ['CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public'] : [];
  return [...create, ...missing(state), ...missingOfOwner(state)];
}

async function ask(client: AdminClient): Promise<Found> {
  const [row] = await queryRows(client, found, QUESTION);
  if (!row) throw new CodedError('INTERNAL', { reference: 'bootstrap' });
  return row;
}

async function extension(client: AdminClient, state: Found): Promise<void> {
  if (state.vectorSchema === 'public') return;
  if (state.vectorSchema !== null) {
    throw new CodedError('EXTENSION_MISSING', { extension: 'vector', reason: 'other schema', schema: state.vectorSchema });
  }
  if (!state.vectorAvailable) {
    throw new CodedError('EXTENSION_MISSING', { extension: 'vector', reason: 'not installed on the server' });
  }
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public');
  } catch (error) {
    const sqlstate = sqlState(error);
    if (sqlstate === null) throw error;
    // Somebody else created it meanwhile; IF NOT EXISTS does not see that.
    if ((await ask(client)).vectorSchema === 'public') return;
    const reason = sqlstate === '42501' ? 'this login may not create extensions' : 'the server refused to create it';
    throw new CodedError('EXTENSION_MISSING', { extension: 'vector', reason, sqlstate }, { cause: error });
  }
}

/** Statements that an administrator's login runs by itself. */
function* missing(state: Found): Generator<string> {
  if (!state.owner) yield 'CREATE ROLE kompl_owner NOLOGIN CREATEROLE';
  if (!state.platform) yield 'CREATE ROLE kompl_platform NOLOGIN';
  // A managed server's administrator is no superuser and must be a member to act as the owner.
  if (!state.superuser && !state.member) yield 'GRANT kompl_owner TO CURRENT_USER';
  if (!state.createInDatabase) yield `GRANT CREATE ON DATABASE ${quoteName(state.database)} TO kompl_owner`;
  if (!state.createInPublic) yield 'GRANT USAGE, CREATE ON SCHEMA public TO kompl_owner';
  if (state.publicOpen) {
    yield 'REVOKE ALL ON SCHEMA public FROM PUBLIC';
    yield 'GRANT USAGE ON SCHEMA public TO PUBLIC';
  }
  // For the stages of a first load, which the owner makes; what PUBLIC may is taken away in the next line.
  if (!state.temporary || state.databaseOpen) yield `GRANT TEMPORARY ON DATABASE ${quoteName(state.database)} TO kompl_owner`;
  if (state.databaseOpen) yield `REVOKE CREATE, TEMPORARY ON DATABASE ${quoteName(state.database)} FROM PUBLIC`;
  // Ends a suspended person's open connections; only a superuser can give it away.
  if (state.superuser && !state.signals) yield 'GRANT pg_signal_backend TO kompl_owner';
}

function* missingOfOwner(state: Found): Generator<string> {
  if (state.functionsOpen) yield 'ALTER DEFAULT PRIVILEGES FOR ROLE kompl_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC';
  if (state.superuser && state.catalogueOpen) yield CLOSE_CATALOGUE;
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
