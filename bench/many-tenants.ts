/**
 * A thousand tenants: the pages of persons in a database of a thousand against one of ten, and a migration of all.
 * The thousand are made as spaces by the product's own code over two connections and then claimed, with the server's fsync off
 * meanwhile; how long that took is told. Persons work as they do: each over connections of their own, in their own tenant, ten of
 * them at once on either side.
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '@main/db/database';
import { migrateAll } from '@main/db/migrate';
import type { CreatedTenant } from '@main/db/provision';
import { readPosture } from '@main/domains/home/posture';
import type { EntityContext } from '@main/entities/context';
import { listRecords } from '@main/entities/read';
import { type BenchFigure, figureFrom, figureOf, median, percentile, progress, timed } from './lib/figure';
import { type BenchPerson, type BenchPlace, migrationsFolder, withPlace } from './lib/place';

const MANY = Number(process.env.KOMPL_BENCH_TENANTS ?? 1_000);
const FEW = 10;
const PARALLEL = 2;
const CONTROLS = 100;
/** Tenants that one connection makes. */
const RENEWED = 10;
/** Persons at work at once on each side, as many rounds of other persons, pages that each of them loads in a round. */
const PERSONS = 10;
const ROUNDS = 10;
const PAGES = 12;

export async function run(): Promise<BenchFigure[]> {
  return withPlace((few) =>
    withPlace(async (many) => {
      const fewTenants = await furnish(few, FEW);
      const manyTenants = await furnish(many, MANY);
      progress('pages of persons');
      const pages = await readAll(few, fewTenants, many, manyTenants);
      progress('a migration of all of them');
      return [...pages, await migrateAllOf(many)];
    }),
  );
}

async function furnish(place: BenchPlace, count: number): Promise<CreatedTenant[]> {
  const began = performance.now();
  await place.admin.query('ALTER SYSTEM SET fsync = off');
  await place.admin.query('SELECT pg_reload_conf()');
  try {
    const tenants: CreatedTenant[] = [];
    let next = 0;
    await Promise.all(
      Array.from({ length: PARALLEL }, async () => {
        let client = await place.connect();
        for (let n = next++, made = 1; n < count; n = next++, made++) {
          // As the product does, whose every piece of work has a connection of its own: long sessions keep what they planned.
          if (made % RENEWED === 0) {
            await client.end();
            client = await place.connect();
          }
          await place.space(client);
          const tenant = await place.tenant(`t${n}`, client);
          await client.query(
            `INSERT INTO ${tenant.schema}.controls (ref, name, family)
             SELECT 'C-' || n, 'Control ' || n, 'F' || n % 10 FROM generate_series(1, ${CONTROLS}) n; ANALYZE ${tenant.schema}.controls`,
          );
          tenants.push(tenant);
          if (tenants.length % 100 === 0) progress(`${tenants.length} of ${count} tenants`);
        }
        await client.end();
      }),
    );
    progress(`${count} tenants made in ${Math.round((performance.now() - began) / 1000)} s`);
    // As a night leaves the catalogue; a person meets a database that is kept up.
    await place.admin.query('VACUUM (ANALYZE)');
    return tenants;
  } finally {
    await place.admin.query('ALTER SYSTEM RESET fsync');
    await place.admin.query('SELECT pg_reload_conf()');
    await place.admin.query('CHECKPOINT');
  }
}

interface Times {
  readonly list: number[];
  readonly page: number[];
  readonly first: number[];
}

interface AtWork {
  readonly database: Database;
  readonly ctx: EntityContext;
}

/** A person's workstation: their own login and connections. */
async function atWork(place: BenchPlace, person: BenchPerson): Promise<AtWork> {
  const database = openDatabase({ ...place.server, user: person.login.user, password: person.login.password });
  await database.ready();
  const ctx: EntityContext = {
    database,
    session: { personId: person.personId, tenantId: person.tenantId, functions: ['auditor'] },
    device: { id: 'bench', nextSeq: () => 1 },
    clock: { now: () => new Date('2026-06-01T12:00:00Z'), today: () => '2026-06-01' },
    source: 'bench/0.1.0',
  };
  return { database, ctx };
}

/** Rounds of ten persons on either side, of ten other tenants in each round where there are more; pages in turns. */
async function readAll(
  few: BenchPlace,
  fewTenants: readonly CreatedTenant[],
  many: BenchPlace,
  manyTenants: readonly CreatedTenant[],
): Promise<BenchFigure[]> {
  const sides = [
    { place: many, tenants: manyTenants, times: { list: [], page: [], first: [] } as Times },
    { place: few, tenants: fewTenants, times: { list: [], page: [], first: [] } as Times },
  ] as const;
  for (let round = 0; round < ROUNDS; round++) {
    const open: (AtWork & { readonly times: Times })[] = [];
    try {
      for (let n = 0; n < PERSONS; n++) {
        // The order of the sides changes, and tenants come in an order that jumps about.
        for (const side of n % 2 === 0 ? sides : [...sides].reverse()) {
          const tenant = side.tenants[((round * PERSONS + n) * 7919) % side.tenants.length];
          if (!tenant) throw new Error('no tenants');
          const person = await side.place.person(tenant, 'auditor');
          const own = { ...(await atWork(side.place, person)), times: side.times };
          own.times.first.push(
            await timed(async () => {
              await listRecords(own.ctx, 'controls', {});
              await readPosture(own.ctx);
            }),
          );
          open.push(own);
        }
      }
      for (let page = -2; page < PAGES; page++) {
        for (const { ctx, times } of page % 2 === 0 ? open : [...open].reverse()) {
          const list = await timed(() => listRecords(ctx, 'controls', {}));
          const dashboard = await timed(() => readPosture(ctx));
          // The pool opens its second connection within the first pages.
          if (page < 0) continue;
          times.list.push(list);
          times.page.push(dashboard);
        }
      }
    } finally {
      for (const { database } of open) await database.close();
    }
  }
  const [ours, floor] = sides;
  const p95 = (name: string, key: 'list' | 'page') =>
    figureFrom(name, percentile(ours.times[key], 0.95), percentile(floor.times[key], 0.95), ours.times[key].length);
  return [
    p95('list-1000-tenants', 'list'),
    p95('dashboard-1000-tenants', 'page'),
    figureOf('first-touch-1000-tenants', ours.times.first, floor.times.first),
  ];
}

/** The migrations of this version and one step more, by the real migrator. */
async function migrateAllOf(place: BenchPlace): Promise<BenchFigure> {
  const folder = await mkdtemp(join(tmpdir(), 'kompl-bench-'));
  try {
    await cp(migrationsFolder(), folder, { recursive: true });
    await writeFile(join(folder, 'tenant', '9999_bench.up.sql'), 'ALTER TABLE {{schema}}.risk_register ADD COLUMN bench text;\n');
    await writeFile(join(folder, 'tenant', '9999_bench.down.sql'), 'ALTER TABLE {{schema}}.risk_register DROP COLUMN bench;\n');
    const ones: number[] = [];
    const floor = async () => {
      for (let n = 0; n < 1_000; n++) ones.push(await timed(() => place.admin.query('SELECT 1')));
    };
    await floor();
    let tenants = 0;
    const took = await timed(async () => {
      const report = await migrateAll(() => place.connect(), { folder, now: () => performance.now(), parallel: PARALLEL });
      if (report.failures.length > 0) throw new Error(`${report.failures.length} tenants failed`);
      tenants = report.tenants;
    });
    await floor();
    return figureFrom('migrate-1000-tenants', took / tenants, median(ones), tenants);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
