/**
 * For tests only: databases that are ready to be copied, so that no test file has to migrate one and to make its tenants again.
 * Made once for each state of what makes them (migrations, migrator, provisioning, engine, month) and kept: the embedded ones
 * in `node_modules/.cache`, on a server as a template database. A copy is nobody else's: what a test does to it, nobody sees.
 *
 * Two tenants with their people stand in the embedded copies only: roles belong to a whole server, and two files that run at
 * once may not share them.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, openAsBlob, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { vector } from '@electric-sql/pglite-pgvector';
import pg from 'pg';
import { openDatabase } from '../database';
import { clusterFolder } from '../embedded/engine';
import { inProcessTransport } from '../embedded/transport';
import { migrate } from '../migrate';
import { CLOCK, type Furniture, furnish, MIGRATIONS_FOLDER, PgliteClient } from './furniture';

/** What a copy holds: nothing, everything shared, or two tenants with their people too. */
export type Content = 'empty' | 'migrated' | 'furnished';

const ROOT = resolve(import.meta.dirname, '../../../..');
const CACHE = join(ROOT, 'node_modules/.cache/kompl-test');
/** Whatever makes a template, beside the engine and the month whose partitions it has. */
const SOURCES = ['migrations', 'src/main/db/migrate', 'src/main/db/provision', 'src/main/db/testing', 'src/shared/roles.ts'];

/** As PGlite is opened in memory by tests. */
export const PGLITE_EXTENSIONS = { extensions: { vector, pg_trgm } };

export interface TemplateFolder {
  readonly folder: string;
  /** Null where it holds no tenants. */
  readonly furniture: Furniture | null;
}

let stamp: string | null = null;

/** A short name for the state of everything that a template is made from. */
function templateStamp(): string {
  if (stamp !== null) return stamp;
  const hash = createHash('sha256').update(engineVersion()).update(new Date().toISOString().slice(0, 7));
  for (const source of SOURCES) for (const path of filesOf(join(ROOT, source))) hash.update(path).update(readFileSync(path));
  stamp = hash.digest('hex').slice(0, 16);
  return stamp;
}

function filesOf(path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => (name.endsWith('.sql') || name.endsWith('.ts')) && !name.includes('.test.'))
    .sort()
    .map((name) => join(path, name));
}

function engineVersion(): string {
  const manifest: { dependencies: Record<string, string> } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return manifest.dependencies['@electric-sql/pglite'] ?? 'unknown';
}

/** Makes something aside and moves it in whole, so that processes that run at once never see half of it. */
async function once(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const place = join(CACHE, name);
  if (existsSync(place)) return place;
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, 'making-'));
  try {
    await make(folder);
    await rename(folder, place);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}

const FURNITURE = 'furniture.json';

async function furnitureOf(place: string): Promise<Furniture> {
  return JSON.parse(await readFile(join(place, FURNITURE), 'utf8'));
}

const folders = new Map<Content, Promise<TemplateFolder>>();

/** A ready cluster of the embedded server to copy; read only. */
export function embeddedTemplate(content: Content): Promise<TemplateFolder> {
  const known = folders.get(content) ?? makeFolder(content);
  folders.set(content, known);
  return known;
}

async function makeFolder(content: Content): Promise<TemplateFolder> {
  const name = content === 'empty' ? `empty-${engineVersion()}` : `${content}-${templateStamp()}`;
  const place = await once(name, async (folder) => {
    const database = openDatabase({ kind: 'embedded', dataDir: folder, transport: inProcessTransport() });
    try {
      await database.ready();
      if (content !== 'empty') await database.admin((client) => migrate(client, CLOCK));
      if (content === 'furnished') {
        const furniture = await database.admin((client) => furnish(client, 'template'));
        await writeFile(join(folder, FURNITURE), JSON.stringify(furniture));
      }
    } finally {
      await database.close();
    }
  });
  return { folder: clusterFolder(place), furniture: content === 'furnished' ? await furnitureOf(place) : null };
}

const images = new Map<Content, Promise<Image>>();

interface Image {
  readonly data: Blob;
  /** Null where it holds no tenants. */
  readonly furniture: Furniture | null;
}

/** A migrated or furnished database for PGlite in memory. */
export function memoryTemplate(content: Exclude<Content, 'empty'>): Promise<Image> {
  const known = images.get(content) ?? makeImage(content);
  images.set(content, known);
  return known;
}

async function makeImage(content: Content): Promise<Image> {
  const place = await once(`memory-${content}-${templateStamp()}`, async (folder) => {
    const database = await PGlite.create(PGLITE_EXTENSIONS);
    try {
      const client = new PgliteClient(database);
      await migrate(client, CLOCK);
      if (content === 'furnished') await writeFile(join(folder, FURNITURE), JSON.stringify(await furnish(client, 'template')));
      // What was written is in its files, so that a copy has nothing to recover.
      await client.query('CHECKPOINT');
      const data = await database.dumpDataDir('none');
      await writeFile(join(folder, 'data.tar'), Buffer.from(await data.arrayBuffer()));
    } finally {
      await database.close();
    }
  });
  return {
    data: await openAsBlob(join(place, 'data.tar')),
    furniture: content === 'furnished' ? await furnitureOf(place) : null,
  };
}

/** Held while a template is looked for or made; any number that nothing else on a test server uses. */
const TEMPLATE_LOCK = 7_120_045;

/** The name of a migrated database on that server, to be copied by CREATE DATABASE … TEMPLATE. Nobody can connect to it. */
export async function serverTemplate(url: URL): Promise<string> {
  const name = `kompl_template_${templateStamp()}`;
  const postgres = await connect(url);
  try {
    await postgres.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const found = await postgres.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await makeServerTemplate(postgres, url, name);
    return name;
  } finally {
    await postgres.end();
  }
}

async function makeServerTemplate(postgres: pg.Client, url: URL, name: string): Promise<void> {
  const making = `making_${randomBytes(6).toString('hex')}`;
  await postgres.query(`CREATE DATABASE ${making}`);
  try {
    const inside = await connect(new URL(`/${making}`, url));
    try {
      await migrate(inside, { ...CLOCK, folder: MIGRATIONS_FOLDER });
    } finally {
      await inside.end();
    }
    await postgres.query(`ALTER DATABASE ${making} WITH ALLOW_CONNECTIONS false`);
    await postgres.query(`ALTER DATABASE ${making} RENAME TO ${name}`);
  } catch (error) {
    await postgres.query(`DROP DATABASE IF EXISTS ${making} WITH (FORCE)`);
    throw error;
  }
}

async function connect(url: URL): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  return client;
}
