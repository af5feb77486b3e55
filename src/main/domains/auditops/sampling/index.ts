/** Samples of a test: looking into a population, drawing, reading, and proving. */
import type { EntityContext } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readRow, readScope, recordIdSchema, selectRows } from '@main/entities/read';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { PopulationView, SampleOnSheet, SampleProof } from '@shared/wire/sampling';
import type { PopulationFile } from './draw-sample';
import { outlinePopulation } from './population';
import { manifestOf, type SampleManifest, verifySample } from './verify';

/** The file's outline, and whether a sample was drawn from other bytes under the same name. */
export async function lookIntoPopulation(
  ctx: EntityContext,
  file: PopulationFile,
  sheet: string | null,
): Promise<PopulationView> {
  const outline = await outlinePopulation(file.path, file.name, sheet);
  const otherBytes = await ctx.database.withTenant(readScope(ctx, ['samples']), async (tx) => {
    const { rows } = await tx.query<{ ref: string; drawnAt: string }>(
      `SELECT t.ref, t.created_at AS "drawnAt" FROM samples t
       WHERE t.population_name = $1::text AND t.population_sha256 <> $2::text ORDER BY t.created_at DESC, t.id LIMIT 1`,
      [file.name, outline.sha256],
    );
    return rows[0] ?? null;
  });
  return { ...outline, otherBytes };
}

/** Live samples of a test with their items, the oldest first. */
export async function samplesOfTest(ctx: EntityContext, testId: string): Promise<SampleOnSheet[]> {
  const id = parseInput(recordIdSchema, testId);
  return ctx.database.withTenant(readScope(ctx, ['samples', 'sampleItems']), async (tx) => {
    const samples = await selectRows<EntityRow<'samples'>>(
      tx,
      'samples',
      'WHERE t.control_test_id = $1::uuid AND t.archived_at IS NULL ORDER BY t.created_at, t.id',
      [id],
    );
    const items = await selectRows<EntityRow<'sampleItems'>>(
      tx,
      'sampleItems',
      'WHERE t.sample_id = ANY($1::uuid[]) ORDER BY t.position, t.id',
      [samples.map((sample) => sample.id)],
    );
    return samples.map((sample) => ({ sample, items: items.filter((item) => item.sampleId === sample.id) }));
  });
}

/** NOT_FOUND where there is no such sample. */
export async function readManifest(ctx: EntityContext, sampleId: string): Promise<SampleManifest> {
  const id = parseInput(recordIdSchema, sampleId);
  return ctx.database.withTenant(readScope(ctx, ['samples', 'sampleItems']), async (tx) => {
    const found = await readRow<EntityRow<'samples'>>(tx, 'samples', id);
    if (!found) throw new CodedError('NOT_FOUND', { entity: 'samples', id });
    const items = await selectRows<EntityRow<'sampleItems'>>(tx, 'sampleItems', 'WHERE t.sample_id = $1::uuid', [id]);
    return manifestOf(found.row, items);
  });
}

export async function proveSample(ctx: EntityContext, sampleId: string, file: PopulationFile): Promise<SampleProof> {
  return verifySample(await readManifest(ctx, sampleId), file);
}
