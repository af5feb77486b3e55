/**
 * For tests only: the databases that integration tests run against. The embedded server always; PostgreSQL directly and through
 * PgBouncer where the environment names them (KOMPL_TEST_PG_URL, KOMPL_TEST_PGBOUNCER_HOST and _PORT). Each test file gets a
 * database of its own, empty or as a copy of a template; nothing is shared and nothing is left.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { clusterFolder } from '../embedded/engine';
import { inProcessTransport } from '../embedded/transport';
import type { EmbeddedTarget, ServerTarget, Target } from '../target';
import type { Furniture } from './furniture';
import { type Content, embeddedTemplate, serverTemplate } from './templates';

export interface TestDatabase {
  readonly kind: 'embedded' | 'server' | 'pgbouncer';
  /** As an administrator: superuser of a server, the one login of the embedded engine. */
  readonly target: Target;
  /** The same database as another login; on the embedded engine there is only the one. */
  as(user: string, password: string): Target;
  /** The tenants that a furnished copy came with; null where they are still to be made. */
  readonly furniture: Furniture | null;
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

/**
 * A new database: empty, or with what `content` says. On a server `furnished` gives a migrated one, whose tenants are still to be
 * made. `pgbouncer` gives the administrator a direct way and `as` the way through PgBouncer.
 */
export async function createTestDatabase(kind: TestDatabase['kind'], content: Content = 'empty'): Promise<TestDatabase> {
  return kind === 'embedded' ? await createEmbedded(content) : await createOnServer(kind, content);
}

/** A folder with a ready cluster, copied from a template. */
export async function embeddedFolder(content: Content = 'empty'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kompl-test-'));
  await cp((await embeddedTemplate(content)).folder, clusterFolder(folder), { recursive: true });
  return folder;
}

async function createEmbedded(content: Content): Promise<TestDatabase> {
  const dataDir = await embeddedFolder(content);
  const { furniture } = await embeddedTemplate(content);
  const target: EmbeddedTarget = { kind: 'embedded', dataDir, transport: inProcessTransport() };
  return {
    kind: 'embedded',
    target,
    as: () => target,
    furniture,
    drop: async () => {
      if (existsSync(dataDir)) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function createOnServer(kind: 'server' | 'pgbouncer', content: Content): Promise<TestDatabase> {
  const url = serverUrl();
  const through = kind === 'pgbouncer' ? bouncer() : null;
  if (!url || (kind === 'pgbouncer' && !through)) throw new Error(`no ${kind} to test against`);
  const database = `test_${randomBytes(8).toString('hex')}`;
  await asSuperuser(url, `CREATE DATABASE ${database}${content === 'empty' ? '' : ` TEMPLATE ${await serverTemplate(url)}`}`);
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
    furniture: null,
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
