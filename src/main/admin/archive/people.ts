/**
 * The people of an archive in the database it is imported into: matched by their e-mail, or made anew, suspended and without a
 * password that would fit, unless the archive holds their logins.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type AdminClient, queryRows } from '../../db/migrate/client';
import { FILES } from './manifest';
import { quoted } from './rows';
import type { TarReader } from './tar';
import { parse } from './verify';

const text = z.string();
const optional = z.string().nullable().optional();

const personSchema = z.object({
  id: z.uuid(),
  email: text,
  password_hash: optional,
  first_name: optional,
  last_name: optional,
  role: text,
  status: z.enum(['active', 'suspended']),
  created_at: text,
  deleted_at: optional,
  is_deleted: text,
  db_role: z.string().regex(/^u_[0-9a-f]{32}$/),
});
type Person = z.infer<typeof personSchema>;

const membershipSchema = z.record(z.string(), z.string().nullable());

export interface ImportedPeople {
  /** Ids of the archive → ids here. */
  readonly ids: ReadonlyMap<string, string>;
  readonly matched: number;
  readonly made: number;
}

/** A verifier that no password fits, of the form that PostgreSQL keeps. */
const NO_PASSWORD = `SCRAM-SHA-256$4096:${Buffer.alloc(16, 7).toString('base64')}$${Buffer.alloc(32).toString('base64')}:${Buffer.alloc(32).toString('base64')}`;

/** As `kompl_owner`, in the transaction of the import. */
export async function importPeople(client: AdminClient, reader: TarReader, tenantId: string): Promise<ImportedPeople> {
  const ids = new Map<string, string>();
  let [matched, made] = [0, 0];
  for await (const line of reader.lines(FILES.people)) {
    const person = parse(personSchema, line, FILES.people);
    const [known] = await queryRows(
      client,
      z.object({ id: z.string() }),
      'SELECT id::text AS id FROM public.users WHERE email = $1',
      [person.email],
    );
    if (known) {
      ids.set(person.id, known.id);
      matched += 1;
    } else {
      ids.set(person.id, await makePerson(client, person, tenantId));
      made += 1;
    }
  }
  return { ids, matched, made };
}

async function makePerson(client: AdminClient, person: Person, tenantId: string): Promise<string> {
  const removed = person.is_deleted === 'true';
  const verifier = person.password_hash ?? NO_PASSWORD;
  const active = person.password_hash != null && person.status === 'active' && !removed;
  const [row] = await queryRows(
    client,
    z.object({ id: z.string() }),
    `INSERT INTO public.users (id, tenant_id, email, password_hash, first_name, last_name, role, status, created_at, deleted_at,
       is_deleted, db_role)
     SELECT CASE WHEN EXISTS (SELECT FROM public.users WHERE id = $1::uuid) THEN $2::uuid ELSE $1::uuid END,
       CASE WHEN $10 THEN NULL ELSE $3::uuid END, $4, $5, $6, $7, $8, $9, $11::timestamptz, $12::timestamptz, $10, $13
     RETURNING id::text AS id`,
    [
      person.id,
      randomUUID(),
      tenantId,
      person.email,
      verifier,
      person.first_name ?? null,
      person.last_name ?? null,
      person.role,
      active ? 'active' : 'suspended',
      removed,
      person.created_at,
      person.deleted_at ?? null,
      person.db_role,
    ],
  );
  if (!removed) {
    const login = z.object({ there: z.boolean() });
    const [there] = await queryRows(client, login, 'SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS there', [
      person.db_role,
    ]);
    // A login that another database of the cluster made stays as it is.
    if (there?.there !== true) {
      await client.query(
        `CREATE ROLE ${person.db_role} ${active ? 'LOGIN' : 'NOLOGIN'} NOINHERIT PASSWORD '${verifier.replaceAll("'", "''")}'`,
      );
    }
  }
  return row?.id ?? person.id;
}

/** Memberships as they were, ended ones too; whoever is active here has their functions at once. Returns how many. */
export async function importMemberships(
  client: AdminClient,
  reader: TarReader,
  tenantId: string,
  ids: ReadonlyMap<string, string>,
): Promise<number> {
  let count = 0;
  for await (const line of reader.lines(FILES.memberships)) {
    const row = parse(membershipSchema, line, FILES.memberships);
    const values: Record<string, string | null> = {
      ...row,
      tenant_id: tenantId,
      user_id: ids.get(row.user_id ?? '') ?? null,
    };
    if ('granted_by' in row) values.granted_by = ids.get(row.granted_by ?? '') ?? null;
    const columns = Object.keys(values).map(quoted).join(', ');
    await client.query(
      `INSERT INTO public.tenant_memberships (${columns})
       SELECT ${columns} FROM json_populate_record(NULL::public.tenant_memberships, $1::json)`,
      [JSON.stringify(values)],
    );
    count += 1;
  }
  await client.query(
    `DO $grants$
     DECLARE live record;
     BEGIN
       FOR live IN SELECT m.function, u.db_role FROM public.tenant_memberships m JOIN public.users u ON u.id = m.user_id
         WHERE m.tenant_id = '${tenantId}'::uuid AND u.status = 'active' AND NOT u.is_deleted
           AND (m.expires_at IS NULL OR m.expires_at > now())
       LOOP
         EXECUTE format('GRANT %I TO %I', public.tenant_role('${tenantId}'::uuid, live.function), live.db_role);
       END LOOP;
     END
     $grants$`,
  );
  return count;
}
