/**
 * scoped-read-loopback, -direct (the same measurement held against another goal), -pgbouncer and -2ms: one record by its key through `withTenant`, as a signed-in person with role, row
 * security and context, over the same read by a bare pool query of a superuser, who has none of these. Time is from the call to
 * the row in hand. Both sides take turns; between two measurements everything that was sent has been answered.
 */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Database, openDatabase } from '@main/db/database';
import { loadMigrations, migrate } from '@main/db/migrate';
import { createPerson, createTenant } from '@main/db/provision';
import type { ServerTarget } from '@main/db/target';
import { startTcpProxy } from '@main/db/testing/tcp-proxy';
import { tenantSchema } from '@shared/roles';
import pg from 'pg';
import { type BenchFigure, figureOf, progress } from './lib/figure';
import { bouncerAddress } from './lib/place';

const ROWS = 2_000;
const WARM_UPS = 200;
const LOOPBACK_SAMPLES = 1_500;
const DELAYED_SAMPLES = 400;
/** In each direction, so that a round trip takes 2 ms longer. */
const DELAY_MS = 1;
const COLUMNS = 'id, ref, name, description, family, status, owner_id, next_test, row_version';

interface Place {
  readonly server: ServerTarget;
  readonly login: { readonly user: string; readonly password: string };
  readonly tenantId: string;
  readonly personId: string;
  readonly ids: readonly string[];
}

/** A new database with one tenant, one auditor and 2,000 controls; `work` done, everything of it is removed. */
async function withPlace<T>(work: (place: Place) => Promise<T>): Promise<T> {
  const url = new URL(process.env.KOMPL_TEST_PG_URL ?? '');
  const database = `bench_${randomBytes(6).toString('hex')}`;
  const server: ServerTarget = {
    kind: 'server',
    host: url.hostname,
    port: Number(url.port),
    database,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    tls: { mode: 'disable' },
  };
  const first = new pg.Client({ connectionString: url.href });
  await first.connect();
  await first.query(`CREATE DATABASE ${database}`);
  const admin = openDatabase(server);
  try {
    return await work(await admin.admin((client) => furnish(client, server)));
  } finally {
    await admin.admin(async (client) => {
      const { rows } = await client.query<{ role: string }>(
        `SELECT rolname AS role FROM pg_roles WHERE rolname ~ '^tenant_' AND pg_has_role(rolname, 'USAGE')
         AND EXISTS (SELECT FROM public.tenants t WHERE rolname LIKE 'tenant\\_' || replace(t.id::text, '-', '') || '%')
         UNION SELECT db_role FROM public.users`,
      );
      for (const { role } of rows) await client.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
    });
    await admin.close();
    await first.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await first.end();
  }
}

async function furnish(client: pg.Client, server: ServerTarget): Promise<Place> {
  const folder = resolve('migrations');
  await migrate(client, { folder, now: () => performance.now() });
  const { id: tenantId, schema } = await createTenant(
    client,
    {
      name: 'Bench',
      domain: 'bench.example.org',
      config: {},
      licence: { type: 'standard', startDate: '2026-01-01', endDate: '2099-12-31' },
    },
    { migrations: await loadMigrations(folder) },
  );
  const password = randomBytes(18).toString('base64url');
  const email = `bench-${randomBytes(4).toString('hex')}@example.org`;
  const person = await createPerson(client, { email, password, tenantId, function: 'auditor', firstName: null, lastName: null });
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO ${schema}.controls (ref, name, description, family)
     SELECT 'C-' || n, 'Control number ' || n, repeat('What is done and by whom. ', 8), 'F' || n % 20 FROM generate_series(1, ${ROWS}) n
     RETURNING id::text AS id`,
  );
  await client.query(`VACUUM ANALYZE ${schema}.controls`);
  return {
    server,
    login: { user: person.dbRole, password },
    tenantId,
    personId: person.id,
    ids: rows.map(({ id }) => id),
  };
}

async function timed(work: () => Promise<{ readonly rows: readonly unknown[] }>): Promise<number> {
  const began = performance.now();
  const { rows } = await work();
  const took = performance.now() - began;
  if (rows.length !== 1) throw new Error('the read found nothing');
  return took;
}

/** Both sides in turn, the first of a pair alternating. */
async function measure(
  place: Place,
  address: { readonly host: string; readonly port: number },
  samples: number,
  restMs: number,
): Promise<{ ours: number[]; floor: number[] }> {
  const at = { ...place.server, ...address };
  const database: Database = openDatabase({ ...at, ...place.login });
  const bare = new pg.Pool({ ...at, max: 6, ssl: false });
  const schema = tenantSchema(place.tenantId);
  const scope = {
    tenantId: place.tenantId,
    personId: place.personId,
    function: 'auditor',
    source: 'bench/0.1.0',
    readOnly: true,
  } as const;
  const key = (index: number) => place.ids[(index * 7919) % place.ids.length] ?? '';
  const scoped = (index: number) =>
    timed(() => database.withTenant(scope, ({ query }) => query(`SELECT ${COLUMNS} FROM controls WHERE id = $1`, [key(index)])));
  const plain = (index: number) =>
    timed(() => bare.query(`SELECT ${COLUMNS} FROM ${schema}.controls WHERE id = $1`, [key(index)]));
  try {
    await database.ready();
    const ours: number[] = [];
    const floor: number[] = [];
    for (let index = -WARM_UPS; index < samples; index++) {
      const sides = index % 2 === 0 ? ([scoped, plain] as const) : ([plain, scoped] as const);
      for (const side of sides) {
        const took = await side(Math.abs(index));
        // The COMMIT of a read is answered after its row; it must not fall into the next measurement.
        await pause(restMs);
        if (index >= 0) (side === scoped ? ours : floor).push(took);
      }
    }
    return { ours, floor };
  } finally {
    await database.close();
    await bare.end();
  }
}

/** Measures both figures against the server that KOMPL_TEST_PG_URL names. */
export async function run(): Promise<BenchFigure[]> {
  return withPlace(async (place) => {
    progress('scoped read on loopback');
    const near = await measure(place, place.server, LOOPBACK_SAMPLES, 1);
    progress('scoped read through PgBouncer');
    const pooled = await measure(place, bouncerAddress(), LOOPBACK_SAMPLES, 1);
    progress('scoped read with 2 ms of added delay');
    const proxy = await startTcpProxy(place.server);
    proxy.delayMs = DELAY_MS;
    try {
      const far = await measure(place, { host: '127.0.0.1', port: proxy.port }, DELAYED_SAMPLES, 8);
      return [
        figureOf('scoped-read-loopback', near.ours, near.floor),
        figureOf('scoped-read-direct', near.ours, near.floor),
        figureOf('scoped-read-pgbouncer', pooled.ours, pooled.floor),
        figureOf('scoped-read-2ms', far.ours, far.floor),
      ];
    } finally {
      await proxy.stop();
    }
  });
}
