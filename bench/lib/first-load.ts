/**
 * Rows of a first load over bare COPY, for a bench: the same rows, once by the whole of `kompl load` (reading, judging, references,
 * rights, trail, ledger) and once copied into a table that knows nothing. Interleaved; times in milliseconds.
 */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadTransaction } from '@main/bulk/connection';
import { findFiles } from '@main/bulk/files';
import { loadFiles } from '@main/bulk/load';
import { copyText } from '@main/bulk/stage';
import { openDatabase } from '@main/db/database';
import { type EntityContext, systemClock } from '@main/entities/context';
import { v7 as uuidv7 } from 'uuid';
import { timed } from './figure';
import type { BenchPlace } from './place';

export interface LoadTimes {
  readonly ours: number[];
  readonly floor: number[];
}

const HEADER = 'risk,category,likelihood,impact,mitigation';

/** Loads `rows` risks `pairs` times, each time other ones. */
export async function firstLoadPairs(place: BenchPlace, rows: number, pairs: number): Promise<LoadTimes> {
  const tenant = await place.tenant('load');
  const { personId, tenantId, login } = await place.person(tenant, 'risk');
  const database = openDatabase({ ...place.server, ...login });
  const bare = await place.connect();
  const folder = await mkdtemp(join(tmpdir(), 'kompl-bench-load-'));
  const times: LoadTimes = { ours: [], floor: [] };
  let last = 0;
  const ctx: EntityContext = {
    database,
    session: { personId, tenantId, functions: ['risk'] },
    device: { id: `bench-${randomBytes(6).toString('hex')}`, nextSeq: () => (last += 1) },
    clock: systemClock,
    source: 'bench/0.1.0',
  };
  try {
    await database.ready();
    await bare.query('CREATE TABLE bare_load (id uuid, risk text, category text, likelihood text, impact text, mitigation text)');
    for (let at = 0; at < pairs; at += 1) {
      const records = Array.from({ length: rows }, (_, row) => [
        `Risk ${at}-${row}`,
        `Category ${row % 20}`,
        3,
        4,
        'What is done about it',
      ]);
      const path = join(folder, 'risk_register.csv');
      await writeFile(path, `${HEADER}\n${records.map((cells) => cells.join(',')).join('\n')}\n`);
      times.ours.push(
        await timed(async () => {
          const { report } = await loadFiles(ctx, database, uuidv7(), await findFiles([path]));
          if (report.files[0]?.created !== rows) throw new Error('the load did not write every row');
        }),
      );
      const text = records.map((cells) => `${[uuidv7(), ...cells].map(copyText).join('\t')}\n`).join('');
      const copying = new LoadTransaction(bare, tenantId);
      times.floor.push(await timed(() => copying.copy('COPY bare_load FROM STDIN', text)));
    }
    return times;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await bare.end();
    await database.close();
  }
}
