/**
 * The library over an administrator's connection: what there is, adding a version, giving it to tenants. One transaction touches the
 * library or one tenant's schema, never both, and a tenant's answer is counts and the library's own keys.
 */
import { type LoadDatabase, LoadRunner, TakenBack } from '@main/bulk/connection';
import { fromClient } from '@main/db/errors';
import { type AdminClient, asOwner, queryRows } from '@main/db/migrate/client';
import { CodedError } from '@shared/errors';
import { LIBRARY_KINDS, type LibraryDifference } from '@shared/wire/library';
import { z } from 'zod';
import { applyVersion, type LibraryVersion, lastReceipt } from './apply';
import { compareContents, type LibraryContent, readContent } from './content';

const itemRow = z.object({
  slug: z.string(),
  kind: z.enum(LIBRARY_KINDS),
  title: z.string(),
  versions: z.array(
    z.object({ version: z.string(), sha256: z.string(), size: z.number(), addedAt: z.string(), note: z.string().nullable() }),
  ),
  tenants: z.array(z.object({ id: z.string(), name: z.string(), version: z.string(), givenAt: z.string() })),
});
export type LibraryItem = z.output<typeof itemRow>;

const ITEMS = `SELECT i.slug, i.kind, i.title,
  coalesce((SELECT jsonb_agg(jsonb_build_object('version', v.version, 'sha256', v.sha256, 'size', v.size_bytes, 'addedAt', v.added_at,
    'note', v.note) ORDER BY v.added_at, v.id) FROM public.library_versions v WHERE v.item_id = i.id), '[]') AS versions,
  coalesce((SELECT jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'version', v.version, 'givenAt', s.given_at) ORDER BY t.name)
    FROM public.library_subscriptions s JOIN public.library_versions v ON v.id = s.version_id JOIN public.tenants t ON t.id = s.tenant_id
    WHERE s.item_id = i.id), '[]') AS tenants
  FROM public.library_items i`;

/** What the library holds. */
export function listItems(database: LoadDatabase): Promise<LibraryItem[]> {
  return asAdministrator(database, (client) => queryRows(client, itemRow, `${ITEMS} ORDER BY i.slug`));
}

/** One item with its versions and the tenants that were given one. NOT_FOUND. */
export async function showItem(database: LoadDatabase, slug: string): Promise<LibraryItem> {
  const [item] = await asAdministrator(database, (client) => queryRows(client, itemRow, `${ITEMS} WHERE i.slug = $1`, [slug]));
  if (item === undefined) throw new CodedError('NOT_FOUND', { what: `The library has no item ${slug}` });
  return item;
}

export interface Addition {
  readonly slug: string;
  readonly title: string;
  readonly version: string;
  readonly note: string | null;
  readonly text: string;
  readonly fileName: string;
}

/** Adds a version. The same again is the same; throws LIBRARY_FIXED for other content under its name, and what `readContent` throws. */
export async function addVersion(
  database: LoadDatabase,
  { slug, title, version, note, text, fileName }: Addition,
): Promise<{ readonly versionId: string; readonly added: boolean; readonly kind: string }> {
  const { kind } = readContent(text, fileName);
  const row = z.object({ version_id: z.string(), added: z.boolean() });
  try {
    const [made] = await asAdministrator(database, (client) =>
      queryRows(client, row, 'SELECT version_id, added FROM private.add_library_version($1, $2, $3, $4, $5, $6)', [
        slug,
        kind,
        title,
        version,
        text,
        note,
      ]),
    );
    if (made === undefined) throw new CodedError('INTERNAL', { reference: 'library-add' });
    return { versionId: made.version_id, added: made.added, kind };
  } catch (error) {
    if (error instanceof CodedError && error.details.constraint === 'library_fixed') {
      throw new CodedError('LIBRARY_FIXED', { what: `${slug} ${version}` }, { cause: error });
    }
    throw error;
  }
}

const versionRow = z.object({
  itemId: z.string(),
  versionId: z.string(),
  slug: z.string(),
  version: z.string(),
  sha256: z.string(),
  text: z.string(),
});

async function readVersion(client: AdminClient, where: string, values: unknown[]): Promise<LibraryVersion | null> {
  const [row] = await queryRows(
    client,
    versionRow,
    `SELECT i.id AS "itemId", v.id AS "versionId", i.slug, v.version, v.sha256, c.content AS text
     FROM public.library_versions v JOIN public.library_items i ON i.id = v.item_id
     JOIN private.library_contents c ON c.version_id = v.id WHERE ${where}`,
    values,
  );
  if (row === undefined) return null;
  const { text, ...version } = row;
  return { ...version, content: readContent(text, `${row.slug} ${row.version}`) };
}

/** A version with its content. NOT_FOUND. */
export async function findVersion(database: LoadDatabase, slug: string, version: string): Promise<LibraryVersion> {
  const found = await asAdministrator(database, (client) =>
    readVersion(client, 'i.slug = $1 AND v.version = $2', [slug, version]),
  );
  if (found === null) throw new CodedError('NOT_FOUND', { what: `The library has no ${slug} in version ${version}` });
  return found;
}

/** What differs between two versions, by the library's own keys. */
export async function diffVersions(database: LoadDatabase, slug: string, from: string, to: string) {
  const [before, after] = [await findVersion(database, slug, from), await findVersion(database, slug, to)];
  return compareContents(before.content, after.content);
}

export interface Publishing {
  readonly tenantId: string;
  /** Only gives it: the tenant's own people take it in. */
  readonly offerOnly?: boolean;
  /** Says what would change and writes nothing, neither here nor there. */
  readonly dryRun?: boolean;
}

/**
 * Gives a version to one tenant and takes it in there for nobody, as the system: the trail has the login, `library/<item> <version>`
 * as its source, and no person. Null where it was only given. Again, it changes nothing.
 */
export async function publishTo(
  database: LoadDatabase,
  version: LibraryVersion,
  { tenantId, offerOnly = false, dryRun = false }: Publishing,
): Promise<LibraryDifference | null> {
  if (!dryRun) {
    await asAdministrator(database, (client) =>
      client.query('SELECT private.give_library_version($1::uuid, $2::uuid)', [tenantId, version.versionId]),
    );
  }
  if (offerOnly) return null;
  const runner = new LoadRunner(database);
  const source = `library/${version.slug} ${version.version}`;
  const scope = { tenantId, function: 'compliance', source, reason: `Library: ${version.slug} ${version.version}` } as const;
  const receipt = await runner.withSystem(scope, (tx) => lastReceipt(tx, version.itemId));
  const base: LibraryContent | null =
    receipt === null
      ? null
      : ((await asAdministrator(database, (client) => readVersion(client, 'v.id = $1::uuid', [receipt.versionId])))?.content ??
        null);
  let result: LibraryDifference | null = null;
  try {
    await runner.withSystem(scope, async (tx) => {
      result = await applyVersion(tx, version, base);
      if (dryRun) throw new TakenBack();
    });
  } catch (error) {
    if (!dryRun || result === null || !(error instanceof TakenBack)) throw error;
  }
  return result;
}

/** One transaction with the rights of `kompl_owner`, which only an administrator's login may take on: ROLE_FORBIDS else. */
async function asAdministrator<T>(database: LoadDatabase, work: (client: AdminClient) => Promise<T>): Promise<T> {
  const client = await database.connectAdmin();
  try {
    return await asOwner(client, () => work(client));
  } catch (error) {
    throw fromClient(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
