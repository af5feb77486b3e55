/**
 * A thousand tenants: onboarding one, a list and the first page over all of them against ten, and a migration of all. The ten
 * live in a database of their own, so that both sides take turns. The thousand are made by real provisioning, with the server's
 * fsync off while they are made and on again before anything is measured.
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '@main/db/database';
import { migrateAll } from '@main/db/migrate';
import { readPosture } from '@main/domains/home/posture';
import type { EntityContext } from '@main/entities/context';
import { listRecords } from '@main/entities/read';
import { type BenchFigure, figureFrom, figureOf, median, percentile, progress } from './lib/figure';
import { type BenchPlace, migrationsFolder, withPlace } from './lib/place';

const MANY = Number(process.env.KOMPL_BENCH_TENANTS ?? 1_000);
const FEW = 10;
const ONBOARDED = 8;
const READS = 1_000;
const PARALLEL = 2;
const CONTROLS = 100;

export async function run(): Promise<BenchFigure[]> {
  return withPlace((few) =>
    withPlace(async (many) => {
      const onboarding = await onboard(many);
      progress(`${MANY} tenants`);
      const fewTenants = await furnish(few, FEW);
      const manyTenants = await furnish(many, MANY);
      progress('a list and the first page over all of them');
      const reads = await readAll(few, fewTenants, many, manyTenants);
      progress('a migration of all of them');
      return [onboarding, ...reads, await migrateAllOf(many)];
    }),
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const selectOne = (place: BenchPlace) => timed(() => place.admin.query('SELECT 1'));

/** Each new tenant beside a hundred times `select 1` on the same connection. */
async function onboard(place: BenchPlace): Promise<BenchFigure> {
  progress('onboarding');
  const ours: number[] = [];
  const floor: number[] = [];
  for (let at = -1; at < ONBOARDED; at++) {
    const ones: number[] = [];
    for (let n = 0; n < 100; n++) ones.push(await selectOne(place));
    const took = await timed(() => place.tenant(`onboarded${at + 1}`));
    if (at < 0) continue;
    ours.push(took);
    floor.push(median(ones));
  }
  return figureOf('onboarding-tenant', ours, floor);
}

async function furnish(place: BenchPlace, count: number): Promise<string[]> {
  await place.admin.query('ALTER SYSTEM SET fsync = off');
  await place.admin.query('SELECT pg_reload_conf()');
  try {
    const ids: string[] = [];
    let next = 0;
    await Promise.all(
      Array.from({ length: PARALLEL }, async () => {
        const client = await place.connect();
        for (let n = next++; n < count; n = next++) {
          const { id, schema } = await place.tenant(`t${n}`, client);
          await client.query(
            `INSERT INTO ${schema}.controls (ref, name, family)
             SELECT 'C-' || n, 'Control ' || n, 'F' || n % 10 FROM generate_series(1, ${CONTROLS}) n; ANALYZE ${schema}.controls`,
          );
          ids.push(id);
          if (ids.length % 100 === 0) progress(`${ids.length} of ${count}`);
        }
        await client.end();
      }),
    );
    return ids;
  } finally {
    await place.admin.query('ALTER SYSTEM RESET fsync');
    await place.admin.query('SELECT pg_reload_conf()');
    await place.admin.query('CHECKPOINT');
  }
}

/** As an administrator who acts for a person of each tenant, so that one pool serves all of them, as PgBouncer would. */
async function readAll(few: BenchPlace, fewTenants: string[], many: BenchPlace, manyTenants: string[]): Promise<BenchFigure[]> {
  const person = '00000000-0000-4000-8000-000000000001';
  const sides = [
    { database: openDatabase(many.server), tenants: manyTenants, list: [] as number[], page: [] as number[] },
    { database: openDatabase(few.server), tenants: fewTenants, list: [] as number[], page: [] as number[] },
  ] as const;
  const contextOf = (database: Database, tenantId: string): EntityContext => ({
    database,
    session: { personId: person, tenantId, functions: ['auditor'] },
    device: { id: 'bench', nextSeq: () => 1 },
    clock: { now: () => new Date('2026-06-01T12:00:00Z'), today: () => '2026-06-01' },
    source: 'bench/0.1.0',
  });
  try {
    for (const { database } of sides) await database.ready();
    for (let at = -MANY; at < READS; at++) {
      for (const side of at % 2 === 0 ? sides : [...sides].reverse()) {
        // Every tenant once to warm up, then in an order that jumps about.
        const ctx = contextOf(side.database, side.tenants[(Math.abs(at) * 7919) % side.tenants.length] ?? '');
        const list = await timed(() => listRecords(ctx, 'controls', {}));
        const page = await timed(() => readPosture(ctx));
        if (at < 0) continue;
        side.list.push(list);
        side.page.push(page);
      }
    }
    const [ours, floor] = sides;
    const p95 = (name: string, key: 'list' | 'page') =>
      figureFrom(name, percentile(ours[key], 0.95), percentile(floor[key], 0.95), READS);
    return [p95('list-1000-tenants', 'list'), p95('dashboard-1000-tenants', 'page')];
  } finally {
    for (const { database } of sides) await database.close();
  }
}

/** The migrations of this version and one step more, by the real migrator. */
async function migrateAllOf(place: BenchPlace): Promise<BenchFigure> {
  const folder = await mkdtemp(join(tmpdir(), 'kompl-bench-'));
  try {
    await cp(migrationsFolder(), folder, { recursive: true });
    await writeFile(join(folder, 'tenant', '9999_bench.up.sql'), 'ALTER TABLE {{schema}}.risk_register ADD COLUMN bench text;\n');
    await writeFile(join(folder, 'tenant', '9999_bench.down.sql'), 'ALTER TABLE {{schema}}.risk_register DROP COLUMN bench;\n');
    const ones: number[] = [];
    for (let n = 0; n < 2_000; n++) ones.push(await selectOne(place));
    let tenants = 0;
    const took = await timed(async () => {
      const report = await migrateAll(() => place.connect(), { folder, now: () => performance.now(), parallel: PARALLEL });
      if (report.failures.length > 0) throw new Error(`${report.failures.length} tenants failed`);
      tenants = report.tenants;
    });
    return figureFrom('migrate-1000-tenants', took / tenants, median(ones), tenants);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
