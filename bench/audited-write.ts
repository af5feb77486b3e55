/**
 * What the trail costs: a change of one record and a bulk of 10,000, with the trail and in a second tenant whose trail triggers
 * are switched off; and eight writers of one tenant with a sealer at work, over without.
 */
import { createKeyPem, readPrivateKey } from '@main/trail/keys';
import { registerKey, sealChain } from '@main/trail/sealer';
import type pg from 'pg';
import { type BenchFigure, figureFrom, figureOf, median, progress } from './lib/figure';
import { type BenchPlace, withPlace } from './lib/place';

const CONTROLS = 2_000;
const BULK = 10_000;
const SINGLE_PAIRS = 400;
const BULK_PAIRS = 9;
const WRITERS = 8;
const ROUND_MS = 2_500;
const ROUNDS = 5;

interface Writable {
  readonly id: string;
  readonly schema: string;
  readonly client: pg.Client;
}

export async function run(): Promise<BenchFigure[]> {
  return withPlace(async (place) => {
    const audited = await furnish(place, 'audited');
    const plain = await furnish(place, 'plain');
    for (const trigger of ['trail_insert', 'trail_update', 'trail_delete'])
      await place.admin.query(`ALTER TABLE ${plain.schema}.controls DISABLE TRIGGER ${trigger}`);
    try {
      progress('single writes, bulk writes');
      const single = await pairs(SINGLE_PAIRS, 40, (tenant, at) => change(tenant, at), audited, plain);
      const bulk = await pairs(BULK_PAIRS, 2, (tenant) => insertMany(tenant), audited, plain);
      return [
        figureOf('audited-write-single', single.ours, single.floor),
        figureOf('audited-write-bulk', bulk.ours, bulk.floor),
        await sealing(place, audited),
      ];
    } finally {
      await audited.client.end();
      await plain.client.end();
    }
  });
}

async function furnish(place: BenchPlace, name: string): Promise<Writable> {
  const tenant = await place.tenant(name);
  await place.admin.query(
    `INSERT INTO ${tenant.schema}.controls (ref, name, family)
     SELECT 'C-' || n, 'Control number ' || n, 'F' || n % 20 FROM generate_series(1, ${CONTROLS}) n`,
  );
  await place.admin.query(`VACUUM ANALYZE ${tenant.schema}.controls`);
  const client = await place.connect();
  await asAuditor(client, tenant.schema);
  return { ...tenant, client };
}

const asAuditor = (client: pg.Client, schema: string) =>
  client.query(`SET ROLE ${schema}_auditor; SET search_path TO ${schema}, public, pg_temp; SET app.source = 'bench/0.1.0'`);

async function pairs(
  count: number,
  warmUps: number,
  write: (tenant: Writable, at: number) => Promise<number>,
  audited: Writable,
  plain: Writable,
): Promise<{ ours: number[]; floor: number[] }> {
  const times = { ours: [] as number[], floor: [] as number[] };
  for (let at = -warmUps; at < count; at++) {
    for (const side of at % 2 === 0 ? (['ours', 'floor'] as const) : (['floor', 'ours'] as const)) {
      const took = await write(side === 'ours' ? audited : plain, Math.abs(at));
      if (at >= 0) times[side].push(took);
    }
  }
  return times;
}

/** One record in a transaction of its own, committed. */
async function change({ client }: Writable, at: number): Promise<number> {
  const began = performance.now();
  await client.query(
    `UPDATE controls SET name = 'Changed ' || $1::text, priority = 1 + $1::integer % 4 WHERE ref = 'C-' || $1::text`,
    [1 + (at % CONTROLS)],
  );
  return performance.now() - began;
}

/** Rolled back, so that the next one meets the same table. */
async function insertMany({ client }: Writable): Promise<number> {
  await client.query('BEGIN');
  const began = performance.now();
  await client.query(
    `INSERT INTO controls (ref, name, description, family)
     SELECT 'B-' || n, 'Bulk ' || n, 'What is done and by whom', 'F' || n % 20 FROM generate_series(1, ${BULK}) n`,
  );
  const took = performance.now() - began;
  await client.query('ROLLBACK');
  return took;
}

/** Rounds with and without a sealer take turns; every writer changes records of its own. */
async function sealing(place: BenchPlace, tenant: Writable): Promise<BenchFigure> {
  progress('eight writers of one tenant, with and without sealing');
  const sealer = await place.connect();
  const key = readPrivateKey(createKeyPem().privatePem);
  await registerKey(sealer, key, 'bench');
  const writers: pg.Client[] = [];
  try {
    for (let n = 0; n < WRITERS; n++) {
      const client = await place.connect();
      await asAuditor(client, tenant.schema);
      writers.push(client);
    }
    const rates = { with: [] as number[], without: [] as number[] };
    for (let round = -1; round < ROUNDS; round++) {
      for (const kind of round % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const)) {
        // What the round before left is sealed first, so that each begins alike.
        await sealChain(sealer, tenant.id, { key });
        const until = performance.now() + ROUND_MS;
        const done = Promise.all(writers.map((client, n) => writeUntil(client, n, until)));
        if (kind === 'with') {
          while (performance.now() < until) {
            await sealChain(sealer, tenant.id, { key });
            await new Promise((rest) => setTimeout(rest, 500));
          }
        }
        const written = (await done).reduce((sum, one) => sum + one, 0);
        if (round >= 0) rates[kind].push(written / (ROUND_MS / 1_000));
      }
    }
    return figureFrom('sealing-throughput', median(rates.with), median(rates.without), ROUNDS);
  } finally {
    await Promise.all([sealer, ...writers].map((client) => client.end()));
  }
}

async function writeUntil(client: pg.Client, writer: number, until: number): Promise<number> {
  let written = 0;
  while (performance.now() < until) {
    const ref = 1 + ((written * WRITERS + writer) % CONTROLS);
    await client.query(
      `UPDATE controls SET priority = 1 + ($1::integer / 7) % 4, name = 'Written ' || $1::text WHERE ref = 'C-' || $2::text`,
      [written, ref],
    );
    written += 1;
  }
  return written;
}
