/**
 * What the trail costs: a change of one record and a bulk of 10,000, with the trail and in a second tenant whose trail triggers
 * are switched off; and eight writers of one tenant with a sealer at work, over without.
 */
import { createKeyPem, readPrivateKey } from '@main/trail/keys';
import { pauseFor } from '@main/trail/pause';
import { registerKey, sealChain } from '@main/trail/sealer';
import { watchAndSeal } from '@main/trail/watch';
import type pg from 'pg';
import { type BenchFigure, figureFrom, figureOf, progress } from './lib/figure';
import { type BenchPlace, withPlace } from './lib/place';

const CONTROLS = 2_000;
const BULK = 10_000;
const SINGLE_PAIRS = 1_200;
const BULK_PAIRS = 9;
const WRITERS = 8;
const ROUND_MS = 2_000;
const ROUNDS = 16;

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

/**
 * Eight writers, each of records of its own, and the sealer as it runs in the workstation and in `kompl audit seal`, with its own
 * manners. Short rounds with and without it take turns; between its rounds the sealer's clock stands still. Everything that was
 * written counts, over all the time that it took: a median of rounds would pass over those in which much was sealed.
 */
async function sealing(place: BenchPlace, tenant: Writable): Promise<BenchFigure> {
  progress('eight writers of one tenant, with and without sealing');
  const client = await place.connect();
  const key = readPrivateKey(createKeyPem().privatePem);
  await registerKey(client, key, 'bench');
  await sealChain(client, tenant.id, { key });
  const turns = new Turns();
  const stopping = new AbortController();
  let sealed = 0;
  const sealer = watchAndSeal(client, {
    key,
    chain: tenant.id,
    signal: stopping.signal,
    now: () => performance.now(),
    sleep: (ms, signal) => turns.sleep(ms, signal),
    onSealed: (_chain, rows) => {
      sealed += rows;
    },
  });
  const writers: pg.Client[] = [];
  try {
    for (let n = 0; n < WRITERS; n++) {
      const writer = await place.connect();
      await asAuditor(writer, tenant.schema);
      writers.push(writer);
    }
    const totals = { with: { written: 0, ms: 0 }, without: { written: 0, ms: 0 } };
    for (let round = -1; round < ROUNDS; round++) {
      for (const kind of round % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const)) {
        let over = false;
        const began = performance.now();
        const done = Promise.all(writers.map((writer, n) => writeWhile(writer, n, () => !over)));
        if (kind === 'with') turns.begin();
        await pauseFor(ROUND_MS, stopping.signal);
        // A batch that is under way is part of the round.
        if (kind === 'with') await turns.end();
        over = true;
        const written = (await done).reduce((sum, one) => sum + one, 0);
        if (round < 0) sealed = 0;
        else {
          totals[kind].written += written;
          totals[kind].ms += performance.now() - began;
        }
      }
    }
    if (sealed === 0) throw new Error('nothing was sealed');
    progress(`${sealed} of ${totals.with.written + totals.without.written} rows were sealed meanwhile`);
    const rate = ({ written, ms }: { written: number; ms: number }) => (written / ms) * 1_000;
    return figureFrom('sealing-throughput', rate(totals.with), rate(totals.without), ROUNDS);
  } finally {
    stopping.abort();
    turns.begin();
    await sealer;
    await Promise.all([client, ...writers].map((each) => each.end()));
  }
}

/** Time that goes by in some rounds only. Whoever sleeps is at rest; `end` waits for that. */
class Turns {
  #running = false;
  #resting = false;

  begin(): void {
    this.#running = true;
  }

  async end(): Promise<void> {
    while (!this.#resting) await pauseFor(1, NEVER);
    this.#running = false;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.#resting = true;
    for (let left = ms; left > 0 && !signal.aborted; ) {
      const step = Math.min(left, STEP_MS);
      await pauseFor(step, signal);
      if (this.#running) left -= step;
    }
    // Not before its time runs again.
    while (!this.#running && !signal.aborted) await pauseFor(STEP_MS, signal);
    this.#resting = false;
  }
}

const NEVER = new AbortController().signal;
const STEP_MS = 10;

async function writeWhile(client: pg.Client, writer: number, goOn: () => boolean): Promise<number> {
  let written = 0;
  while (goOn()) {
    const ref = 1 + ((written * WRITERS + writer) % CONTROLS);
    await client.query(
      `UPDATE controls SET priority = 1 + ($1::integer / 7) % 4, name = 'Written ' || $1::text WHERE ref = 'C-' || $2::text`,
      [written, ref],
    );
    written += 1;
  }
  return written;
}
