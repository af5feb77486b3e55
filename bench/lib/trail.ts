/**
 * What the trail costs: single and bulk writes with its triggers and without, and the throughput of several writers with a sealer
 * at work beside them and without. Each call measures one side once; whoever calls interleaves them.
 */

import type { AdminClient, OwnedClient } from '../../src/main/db/migrate';
import { createKeyPem, readPrivateKey } from '../../src/main/trail/keys';
import { pauseFor } from '../../src/main/trail/pause';
import { registerKey } from '../../src/main/trail/sealer';
import { watchAndSeal } from '../../src/main/trail/watch';

/** Switches the trail's triggers of one table; nothing else about the table changes. */
export async function setAudited(admin: AdminClient, schema: string, table: string, on: boolean): Promise<void> {
  for (const trigger of ['trail_insert', 'trail_update', 'trail_delete']) {
    await admin.query(`ALTER TABLE ${schema}.${table} ${on ? 'ENABLE' : 'DISABLE'} TRIGGER ${trigger}`);
  }
}

/** Milliseconds of one single-row INSERT into controls, mean of `count` of them, each a transaction of its own. */
export async function singleWriteMs(client: AdminClient, schema: string, count: number): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < count; n += 1) {
    await client.query(`INSERT INTO ${schema}.controls (name, description, family) VALUES ($1, $2, 'AC')`, [
      `Control ${n}`,
      'x'.repeat(200),
    ]);
  }
  return (performance.now() - began) / count;
}

/** Milliseconds of one INSERT of `rows` rows. */
export async function bulkWriteMs(client: AdminClient, schema: string, rows: number): Promise<number> {
  const began = performance.now();
  await client.query(
    `INSERT INTO ${schema}.controls (name, description, family) SELECT 'Control ' || n, repeat('x', 200), 'AC' FROM generate_series(1, $1) n`,
    [rows],
  );
  return performance.now() - began;
}

export interface WritersOptions {
  readonly connect: () => Promise<OwnedClient>;
  readonly tenant: { readonly id: string; readonly schema: string };
  readonly writers: number;
  readonly forMs: number;
  /** A sealer with its usual manners works at the tenant's chain meanwhile. */
  readonly sealing: boolean;
}

/** Single writes a second of all writers together; with sealing, also the rows that were sealed meanwhile. */
export async function writesPerSecond(options: WritersOptions): Promise<{ readonly perSecond: number; readonly sealed: number }> {
  const { connect, tenant, forMs } = options;
  const clients = await Promise.all(Array.from({ length: options.writers }, connect));
  const stop = new AbortController();
  let sealed = 0;
  const sealer = options.sealing ? await connect() : null;
  const key = readPrivateKey(createKeyPem().privatePem);
  if (sealer) await registerKey(sealer, key, 'bench');
  const sealing = sealer
    ? watchAndSeal(sealer, {
        key,
        chain: tenant.id,
        signal: stop.signal,
        now: () => performance.now(),
        sleep: pauseFor,
        onSealed: (_chain, rows) => {
          sealed += rows;
        },
      })
    : Promise.resolve();
  const until = performance.now() + forMs;
  let writes = 0;
  const began = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < until) {
        await singleWriteMs(client, tenant.schema, 1);
        writes += 1;
      }
    }),
  );
  const perSecond = (writes * 1000) / (performance.now() - began);
  stop.abort();
  await sealing;
  await Promise.all([...clients, ...(sealer ? [sealer] : [])].map((client) => client.end()));
  return { perSecond, sealed };
}
