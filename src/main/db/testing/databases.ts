/**
 * For tests only: the databases that integration tests run against. The embedded server always; PostgreSQL directly and through
 * PgBouncer where the environment names them (KOMPL_TEST_PG_URL, KOMPL_TEST_PGBOUNCER_HOST and _PORT). Each test file gets a
 * database of its own; nothing is shared and nothing is left.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { EmbeddedClient } from '../embedded/client';
import { clusterFolder } from '../embedded/engine';
import { inProcessTransport } from '../embedded/transport';
import type { EmbeddedTarget, ServerTarget, Target } from '../target';

export interface TestDatabase {
  readonly kind: 'embedded' | 'server' | 'pgbouncer';
  /** As an administrator: superuser of a server, the one login of the embedded engine. */
  readonly target: Target;
  /** The same database as another login; on the embedded engine there is only the one. */
  as(user: string, password: string): Target;
  drop(): Promise<void>;
}

/** The same settings as `dev-servers.mjs` prints; null where no server was named, which is an error when it was required. */
function serverUrl(): URL | null {
  const text = process.env.KOMPL_TEST_PG_URL;
  if (text) return new URL(text);
  if (process.env.KOMPL_TEST_REQUIRE) throw new Error('KOMPL_TEST_PG_URL is missing');
  return null;
}

function bouncer(): { host: string; port: number } | null {
  const { KOMPL_TEST_PGBOUNCER_HOST: host, KOMPL_TEST_PGBOUNCER_PORT: port } = process.env;
  return host && port ? { host, port: Number(port) } : null;
}

/** The kinds of database this run can test against. */
export function testKinds(): TestDatabase['kind'][] {
  const kinds: TestDatabase['kind'][] = ['embedded'];
  if (serverUrl()) kinds.push('server');
  if (serverUrl() && bouncer()) kinds.push('pgbouncer');
  return kinds;
}

/** A new, empty database. `pgbouncer` gives the administrator a direct way and `as` the way through PgBouncer. */
export async function createTestDatabase(kind: TestDatabase['kind']): Promise<TestDatabase> {
  return kind === 'embedded' ? await createEmbedded() : await createOnServer(kind);
}

/** A folder with a ready, empty cluster, copied from one that is made once for each version of the engine. */
export async function embeddedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kompl-test-'));
  await cp(await templateCluster(), clusterFolder(folder), { recursive: true });
  return folder;
}

let made: Promise<string> | null = null;

function templateCluster(): Promise<string> {
  made ??= makeTemplate();
  return made;
}

/** Made aside and moved in, so that test processes that run at once never see half of one. */
async function makeTemplate(): Promise<string> {
  const cache = resolve(import.meta.dirname, '../../../../node_modules/.cache/kompl-test');
  const template = join(cache, `cluster-${engineVersion()}`);
  if (existsSync(template)) return template;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'making-'));
  const client = await EmbeddedClient.start(inProcessTransport(), { dataDir: folder });
  await client.stop();
  try {
    await rename(clusterFolder(folder), template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  }
  await rm(folder, { recursive: true, force: true });
  return template;
}

function engineVersion(): string {
  const manifest: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../../../package.json'), 'utf8'),
  );
  return manifest.dependencies['@electric-sql/pglite'] ?? 'unknown';
}

async function createEmbedded(): Promise<TestDatabase> {
  const dataDir = await embeddedFolder();
  const target: EmbeddedTarget = { kind: 'embedded', dataDir, transport: inProcessTransport() };
  return {
    kind: 'embedded',
    target,
    as: () => target,
    drop: async () => {
      if (existsSync(dataDir)) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function createOnServer(kind: 'server' | 'pgbouncer'): Promise<TestDatabase> {
  const url = serverUrl();
  const through = kind === 'pgbouncer' ? bouncer() : null;
  if (!url || (kind === 'pgbouncer' && !through)) throw new Error(`no ${kind} to test against`);
  const database = `test_${randomBytes(8).toString('hex')}`;
  await asSuperuser(url, `CREATE DATABASE ${database}`);
  const direct: ServerTarget = {
    kind: 'server',
    host: url.hostname,
    port: Number(url.port),
    database,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    tls: { mode: 'disable' },
  };
  return {
    kind,
    target: direct,
    as: (user, password) => ({ ...direct, ...(through ?? {}), user, password }),
    drop: () => asSuperuser(url, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
  };
}

async function asSuperuser(url: URL, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
