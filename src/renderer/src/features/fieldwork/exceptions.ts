/** What exceptions of samples stand for in their population, in words. Figures only where the sampling method supports them. */
import { formatNumber } from '@renderer/lib/format';
import { amountText, amountWords } from '@shared/sampling/amounts';
import { itemsStoodFor, projectionOf } from '@shared/sampling/evaluate';
import type { SampleOnSheet } from '@shared/wire/sampling';
import { z } from 'zod';

/** An item with the sample that it was drawn in. */
export interface Drawn extends SampleOnSheet {
  readonly item: SampleOnSheet['items'][number];
}

export function drawnItems(samples: readonly SampleOnSheet[]): ReadonlyMap<string, Drawn> {
  return new Map(samples.flatMap((one) => one.items.map((item) => [item.id, { ...one, item }] as const)));
}

/** An amount computed from others, to the hundredth. */
export const money = (value: number) => amountWords(amountText(BigInt(Math.round(value * 100)) * 100n));

const intervalSchema = z.object({ facts: z.object({ interval: z.string() }) });

export interface ProjectedWords {
  readonly text: string;
  readonly title: string;
  /** Something is lacking before it can be projected. */
  readonly missing: boolean;
}

/** Null where the method does not support a projection. */
export function projectedWords({ sample, items, item }: Drawn): ProjectedWords | null {
  if (sample.method === 'monetary_unit') {
    const parameters = intervalSchema.safeParse(sample.parameters);
    if (!parameters.success) return null;
    const { interval } = parameters.data.facts;
    const projected = projectionOf(item, interval);
    if (projected === null) return { text: 'no audited amount yet', title: 'The sheet takes it beside the item', missing: true };
    return {
      text: `projected ${money(projected)}`,
      title: `Its tainting times the interval of ${amountWords(interval)}, or its own error where it was drawn for its value`,
      missing: false,
    };
  }
  const stoodFor = itemsStoodFor(sample.method, items, sample.populationRows);
  if (stoodFor === null) return null;
  return {
    text: `projected ${formatNumber(Math.round(stoodFor))} of ${formatNumber(sample.populationRows)}`,
    title: 'The population over the tested items: so many items one exception stands for',
    missing: false,
  };
}
