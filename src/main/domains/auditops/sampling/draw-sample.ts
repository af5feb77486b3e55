/** Draws a sample for a control test: one operation, the sample with all its items or nothing. */
import { createHash } from 'node:crypto';
import { functionFor } from '@main/entities/access';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { invalid, parseInput } from '@main/entities/faults';
import { parseStored } from '@main/entities/results';
import { withLedger } from '@main/sync/ledger';
import { CodedError } from '@shared/errors';
import { type Drawing, type DrawResult, drawInputSchema } from '@shared/wire/sampling';
import { z } from 'zod';
import { DrawFault, draw } from './draw';
import { ALGORITHM } from './generator';
import { type Population, readPopulation } from './population';
import { parametersOf, sizeOf } from './size';

const inputSchema = drawInputSchema.omit({ grantId: true });
export type DrawSampleInput = z.input<typeof inputSchema>;

export interface PopulationFile {
  readonly path: string;
  readonly name: string;
}

const resultSchema: z.ZodType<DrawResult> = z.object({ sampleId: z.guid(), ref: z.string(), items: z.int() });

/**
 * Reads the population, draws, and writes sample and items. The population stays where it is; its drawn rows alone go to the
 * database. Throws POPULATION_REFUSED, INPUT_INVALID (a size or column that cannot be), REFERENCE_MISSING, STATE_FORBIDS (settled
 * audit, approved test), TEAM_FORBIDS, ROLE_FORBIDS.
 */
export async function drawSample(ctx: EntityContext, input: DrawSampleInput, file: PopulationFile): Promise<DrawResult> {
  const asked = parseInput(inputSchema, input);
  const fn = functionFor(ctx.session, [['controlTests', 'update']]);
  const population = await readPopulation(file.path, file.name, asked.drawing);
  const drawn = await prepare(asked, population);
  const { result, repeated } = await withLedger<DrawResult>(
    ctx,
    {
      opId: asked.opId,
      body: { command: 'drawSample', ...asked, population: [population.sha256, population.contentSha256] },
      entity: 'samples',
      entityId: asked.sampleId,
      function: fn,
    },
    (stored) => parseStored(resultSchema, stored),
    (tx) => write(tx, asked.controlTestId, drawn),
  );
  if (!repeated) ctx.onChanged?.(['samples', 'sampleItems', 'controlTests']);
  return result;
}

interface Prepared {
  readonly sample: Readonly<Record<string, unknown>>;
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

async function prepare(asked: z.output<typeof inputSchema>, population: Population): Promise<Prepared> {
  const { drawing } = asked;
  const { drawn, sized } = drawOrRefuse(drawing, population);
  const details = await population.details(new Set(drawn.items.map((item) => item.key)));
  return {
    sample: {
      id: asked.sampleId,
      control_test_id: asked.controlTestId,
      title: asked.title,
      method: drawing.method,
      algorithm: ALGORITHM,
      seed: drawing.seed,
      population_name: population.name.slice(0, 255),
      population_sha256: population.sha256,
      content_sha256: population.contentSha256,
      population_rows: population.items.length,
      sheet: drawing.sheet,
      key_column: drawing.keyColumn,
      amount_column: drawing.amountColumn,
      stratum_column: drawing.stratumColumn,
      population_total: population.total,
      sample_size: drawn.items.length,
      parameters: parametersOf(drawing, sized, drawn.facts),
    },
    items: drawn.items.map((item) => ({
      id: itemId(asked.sampleId, item.position),
      position: item.position,
      item_key: item.key,
      amount: item.amount,
      stratum: item.stratum?.slice(0, 255) ?? null,
      details: details.get(item.key) ?? null,
    })),
  };
}

/** A fault of the drawing stands at the field of the form. */
export function drawOrRefuse(drawing: Drawing, population: Pick<Population, 'items'>) {
  try {
    if (drawing.method === 'monetary_unit' && drawing.amountColumn === null)
      throw new DrawFault('amountColumn', 'needs a column');
    if (drawing.method === 'stratified' && drawing.stratumColumn === null) throw new DrawFault('stratumColumn', 'needs a column');
    const sized = sizeOf(drawing, population.items);
    return { sized, drawn: draw(population.items, drawing.method, sized.size, drawing.seed) };
  } catch (error) {
    if (error instanceof DrawFault) throw invalid([{ path: `drawing.${error.field}`, message: error.reason }]);
    throw error;
  }
}

async function write(tx: SqlClient, testId: string, { sample, items }: Prepared): Promise<DrawResult> {
  const { rows: tests } = await tx.query('SELECT id FROM control_tests WHERE id = $1::uuid AND archived_at IS NULL', [testId]);
  if (tests.length === 0) throw new CodedError('REFERENCE_MISSING', { entity: 'samples', field: 'controlTestId' });
  await tx.query('SELECT draw_sample($1::jsonb, $2::jsonb)', [JSON.stringify(sample), JSON.stringify(items)]);
  const { rows } = await tx.query<{ id: string; ref: string }>('SELECT id, ref FROM samples WHERE id = $1::uuid', [sample.id]);
  const made = rows[0];
  if (!made) throw new CodedError('NOT_FOUND', { entity: 'samples' });
  return { sampleId: made.id, ref: made.ref, items: items.length };
}

/** The same item has the same id on every try: a UUID of version 8 from the sample's id and the position. */
function itemId(sampleId: string, position: number): string {
  const digest = createHash('sha256').update(`${sampleId}/${position}`).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
