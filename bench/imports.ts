/**
 * Imports over what the same rows cost without us. `import-50k-controls`: a file of 50,000 controls through the engine (reading, judging,
 * references, rights, ledger, trail) against COPY of these rows into the same table with its triggers; as rows a second.
 * `import-nist-low`: the trial and the import of NIST's LOW baseline by the services that the window calls, against parsing the same
 * JSON and inserting the same rows into the same tables by plain multi-row statements. Interleaved.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LoadTransaction } from '@main/bulk/connection';
import { inspectFile } from '@main/bulk/import/inspect';
import { runImport } from '@main/bulk/import/run';
import { copyText } from '@main/bulk/stage';
import { type Database, openDatabase } from '@main/db/database';
import { applyImport, parseCatalog, previewCatalog } from '@main/domains/regops/oscal';
import { type EntityContext, systemClock } from '@main/entities/context';
import type { ImportPlace } from '@shared/wire/imports';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { type BenchFigure, figureFrom, figureOf, median, progress, timed } from './lib/figure';
import { type BenchPerson, type BenchPlace, withPlace } from './lib/place';

const ROWS = 50_000;
const PAIRS = 3;
const NIST = ['data', 'oscal', 'NIST_SP-800-53_rev5_LOW-baseline-resolved-profile_catalog-min.json'];
const PLACE: ImportPlace = { sheet: null, headerLine: null, delimiter: null, encoding: null };
/** What a catalogue fills, those first that others refer to. */
const CATALOGUE = ['regulations', 'requirements', 'control_sets', 'controls', 'control_requirements'] as const;

export async function run(): Promise<BenchFigure[]> {
  return withPlace(async (place) => {
    progress(`${ROWS} controls by the import and by COPY, ${PAIRS} times each`);
    const figures = [await controls(place)];
    const path = resolve(process.env.KOMPL_SHARED ?? resolve('..', 'shared'), ...NIST);
    if (!existsSync(path)) {
      progress('import-nist-low is skipped: the catalogue of NIST does not lie beside the project');
      return figures;
    }
    progress('NIST LOW by the services of the window and by plain inserts');
    return [...figures, await catalogue(place, path)];
  });
}

function contextOf(person: BenchPerson, database: Database): EntityContext {
  let last = 0;
  return {
    database,
    session: { personId: person.personId, tenantId: person.tenantId, functions: [person.function] },
    device: { id: `bench-${randomBytes(6).toString('hex')}`, nextSeq: () => (last += 1) },
    clock: systemClock,
    source: 'bench/0.1.0',
  };
}

async function controls(place: BenchPlace): Promise<BenchFigure> {
  const tenant = await place.tenant('imports');
  const person = await place.person(tenant, 'auditor');
  const database = openDatabase({ ...place.server, ...person.login });
  const bare = await place.connect();
  const folder = await mkdtemp(join(tmpdir(), 'kompl-bench-import-'));
  const times = { ours: [] as number[], floor: [] as number[] };
  try {
    await database.ready();
    await bare.query(`SET search_path TO ${tenant.schema}, public, pg_temp; SET app.person = '${person.personId}'`);
    const ctx = contextOf(person, database);
    for (let at = 0; at < PAIRS; at += 1) {
      const path = join(folder, `controls-${at}.csv`);
      const record = (side: string, row: number) => [
        `${side}${at}-${row}`,
        `Control ${row} of the import`,
        'What is done',
        'AC',
        'active',
        '2026-12-31',
      ];
      const lines = Array.from({ length: ROWS }, (_, row) => record('I', row).join(','));
      await writeFile(path, `ref,name,description,family,status,next test\n${lines.join('\n')}\n`);
      const { map, headerLine } = await inspectFile(ctx, { path, name: 'controls.csv' }, 'controls', PLACE);
      times.ours.push(
        await timed(async () => {
          const settings = { entity: 'controls', place: { ...PLACE, headerLine }, map, corrections: [], rows: 'all' as const };
          const { counts, written } = await runImport(ctx, database, { path, name: 'controls.csv' }, settings, null, uuidv7());
          if (!written || counts.created !== ROWS) throw new Error('the import did not write every row');
        }),
      );
      const text = Array.from({ length: ROWS }, (_, row) => `${[uuidv7(), ...record('C', row)].map(copyText).join('\t')}\n`).join(
        '',
      );
      const copying = new LoadTransaction(bare, tenant.id);
      times.floor.push(
        await timed(() => copying.copy('COPY controls (id, ref, name, description, family, status, next_test) FROM STDIN', text)),
      );
    }
    // Rows a second of both, so that more is better.
    const perSecond = (milliseconds: readonly number[]) => (ROWS / median(milliseconds)) * 1000;
    return figureFrom('import-50k-controls', perSecond(times.ours), perSecond(times.floor), PAIRS);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await bare.end();
    await database.close();
  }
}

async function catalogue(place: BenchPlace, path: string): Promise<BenchFigure> {
  const bare = await place.connect();
  const times = { ours: [] as number[], floor: [] as number[] };
  try {
    for (let at = 0; at < PAIRS; at += 1) {
      // A tenant of its own each time: an import of what is there already is another thing.
      const ours = await place.tenant(`nist${at}`);
      const person = await place.person(ours, 'auditor');
      const database = openDatabase({ ...place.server, ...person.login });
      try {
        await database.ready();
        const ctx = contextOf(person, database);
        times.ours.push(
          await timed(async () => {
            await previewCatalog(ctx, parseCatalog(await readFile(path), { fileName: 'low.json' }));
            await applyImport(ctx, uuidv7(), parseCatalog(await readFile(path), { fileName: 'low.json' }));
          }),
        );
      } finally {
        await database.close();
      }
      const statements = await plainInserts(bare, ours.schema);
      const floor = await place.tenant(`plain${at}`);
      await bare.query(`SET search_path TO ${floor.schema}, public, pg_temp; SET app.person = '${person.personId}'`);
      times.floor.push(
        await timed(async () => {
          JSON.parse(await readFile(path, 'utf8'));
          await bare.query('BEGIN');
          for (const statement of statements) await bare.query(statement);
          await bare.query('COMMIT');
        }),
      );
    }
    return figureOf('import-nist-low', times.ours, times.floor);
  } finally {
    await bare.end();
  }
}

/** The rows that the import made, as statements of 500 rows each. */
async function plainInserts(bare: pg.Client, schema: string): Promise<string[]> {
  const statements: string[] = [];
  for (const table of CATALOGUE) {
    const { rows: columns } = await bare.query<{ name: string }>(
      `SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = '${schema}.${table}'::regclass AND attnum > 0 AND NOT attisdropped
         AND attgenerated = '' AND attname NOT IN ('tenant_id', 'created_by', 'updated_by') ORDER BY attnum`,
    );
    const names = columns.map(({ name }) => name);
    const { rows } = await bare.query<{ line: string }>(
      `SELECT '(' || concat_ws(', ', ${names.map((name) => `quote_nullable(t.${name})`).join(', ')}) || ')' AS line FROM ${schema}.${table} t ORDER BY created_at, id`,
    );
    // A requirement may stand before the one that it is a part of: the key is asked at the end of a statement.
    const size = table === 'requirements' ? rows.length : 500;
    for (let at = 0; at < rows.length; at += size) {
      statements.push(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES ${rows
          .slice(at, at + size)
          .map(({ line }) => line)
          .join(', ')}`,
      );
    }
  }
  return statements;
}
