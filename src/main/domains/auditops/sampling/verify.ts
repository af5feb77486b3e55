/** Draws a recorded sample again from a file and says whether the same items come out. Needs nothing but the record and the file. */
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { drawingSchema, type SampleProof } from '@shared/wire/sampling';
import { z } from 'zod';
import { DrawFault, draw } from './draw';
import { ALGORITHM } from './generator';
import { type Population, readPopulation } from './population';

/** A sample as it travels to another machine: what is needed to draw it again, and what came out. */
export const sampleManifestSchema = z.object({
  ref: z.string(),
  algorithm: z.string(),
  method: drawingSchema.shape.method,
  seed: drawingSchema.shape.seed,
  populationName: z.string(),
  populationSha256: z.string(),
  contentSha256: z.string(),
  populationRows: z.int(),
  sheet: z.string().nullable(),
  keyColumn: z.string(),
  amountColumn: z.string().nullable(),
  stratumColumn: z.string().nullable(),
  parameters: z.object({ requestedSize: z.int(), decimalMark: z.enum(['.', ',']).nullable() }).loose(),
  items: z.array(z.object({ position: z.int(), key: z.string() })),
});
export type SampleManifest = z.output<typeof sampleManifestSchema>;

const MAX_DIFFERENCES = 20;

/** The manifest of a sample with its items. */
export function manifestOf(sample: EntityRow<'samples'>, items: readonly EntityRow<'sampleItems'>[]): SampleManifest {
  return sampleManifestSchema.parse({
    ...sample,
    items: [...items].sort((a, b) => a.position - b.position).map(({ position, itemKey }) => ({ position, key: itemKey })),
  });
}

/** Throws POPULATION_REFUSED where the file cannot be read as a population by the sample's columns. */
export async function verifySample(manifest: SampleManifest, file: { path: string; name: string }): Promise<SampleProof> {
  if (manifest.algorithm !== ALGORITHM) throw new CodedError('SAMPLE_UNKNOWN', { algorithm: manifest.algorithm });
  const population = await readPopulation(file.path, file.name, { ...manifest, decimalMark: manifest.parameters.decimalMark });
  const fileAgrees = population.sha256 === manifest.populationSha256;
  const contentAgrees = population.contentSha256 === manifest.contentSha256;
  const again = drawAgain(manifest, population);
  const drawn = 'reason' in again ? [] : again.items.map(({ key }) => key);
  const recorded = manifest.items.map(({ key }) => key);
  const differences = Array.from({ length: Math.max(drawn.length, recorded.length) }, (_, at) => ({
    position: at + 1,
    recorded: recorded[at] ?? null,
    drawn: drawn[at] ?? null,
  })).filter((one) => one.recorded !== one.drawn);
  return {
    ref: manifest.ref,
    fileName: file.name,
    fileAgrees,
    contentAgrees,
    itemsAgree: differences.length === 0,
    drawn: drawn.length,
    differences: differences.slice(0, MAX_DIFFERENCES),
    why: 'reason' in again ? again.reason : whyOf(contentAgrees, differences.length, population.items.length, manifest),
  };
}

function drawAgain(manifest: SampleManifest, population: Population) {
  try {
    return draw(population.items, manifest.method, manifest.parameters.requestedSize, manifest.seed);
  } catch (error) {
    if (error instanceof DrawFault) return { reason: `The file ${error.reason}.` };
    throw error;
  }
}

function whyOf(contentAgrees: boolean, differing: number, rows: number, manifest: SampleManifest): string | null {
  if (contentAgrees) return differing === 0 ? null : 'The recorded items are not those that the seed draws.';
  if (rows !== manifest.populationRows)
    return `The file holds ${rows} items; the sample was drawn from ${manifest.populationRows}.`;
  return 'The file holds other keys, amounts or strata than the population that was drawn from.';
}
