/**
 * scoped-read-loopback, -direct (the same measurement held against another goal), -pgbouncer and -2ms: one record by its key
 * through `withTenant`, as a signed-in person with role, row security and context, over the same read by a bare pool query of a
 * login that knows no row security and needs no scope. Time is from the call to the row in hand. Both sides take turns; between
 * two measurements everything that was sent has been answered.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Database, openDatabase } from '@main/db/database';
import type { ServerTarget } from '@main/db/target';
import { startTcpProxy } from '@main/db/testing/tcp-proxy';
import pg from 'pg';
import { type BenchFigure, figureOf, progress } from './lib/figure';
import { type BenchPerson, type BenchPlace, bouncerAddress, withPlace } from './lib/place';

const ROWS = 2_000;
const WARM_UPS = 200;
const LOOPBACK_SAMPLES = 1_500;
const DELAYED_SAMPLES = 400;
/** In each direction, so that a round trip takes 2 ms longer. */
const DELAY_MS = 1;
const COLUMNS = 'id, ref, name, description, family, status, owner_id, next_test, row_version';

interface Place extends BenchPerson {
  readonly server: ServerTarget;
  /** Past row security, and no superuser: PgBouncer passes none through. */
  readonly bare: { readonly user: string; readonly password: string };
  readonly ids: readonly string[];
}

/** One tenant, one auditor, 2,000 controls, and a bare login that is gone afterwards. */
async function withReaders<T>(work: (place: Place) => Promise<T>): Promise<T> {
  return withPlace(async (place) => {
    const bare = { user: `bench_${randomBytes(6).toString('hex')}`, password: randomBytes(18).toString('base64url') };
    await place.admin.query(`CREATE ROLE ${bare.user} LOGIN BYPASSRLS PASSWORD '${bare.password}'`);
    try {
      return await work(await furnish(place, bare));
    } finally {
      await place.admin.query(`DROP OWNED BY ${bare.user}; DROP ROLE ${bare.user}`);
    }
  });
}

async function furnish(place: BenchPlace, bare: Place['bare']): Promise<Place> {
  const tenant = await place.tenant('bench');
  const person = await place.person(tenant, 'auditor');
  const { rows } = await place.admin.query<{ id: string }>(
    `INSERT INTO ${tenant.schema}.controls (ref, name, description, family)
     SELECT 'C-' || n, 'Control number ' || n, repeat('What is done and by whom. ', 8), 'F' || n % 20 FROM generate_series(1, ${ROWS}) n
     RETURNING id::text AS id`,
  );
  await place.admin.query(`VACUUM ANALYZE ${tenant.schema}.controls`);
  await place.admin.query(
    `GRANT USAGE ON SCHEMA ${tenant.schema} TO ${bare.user}; GRANT SELECT ON ${tenant.schema}.controls TO ${bare.user}`,
  );
  return { ...person, server: place.server, bare, ids: rows.map(({ id }) => id) };
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
  const bare = new pg.Pool({ ...at, ...place.bare, max: 6, ssl: false });
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
    timed(() => bare.query(`SELECT ${COLUMNS} FROM ${place.schema}.controls WHERE id = $1`, [key(index)]));
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
  return withReaders(async (place) => {
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
