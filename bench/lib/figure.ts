/** What a bench gives: a median held against the median of a floor that was measured in the same run, interleaved with it. */
import figures from '../figures.json';

export interface BenchFigure {
  readonly name: string;
  /** value / floor. */
  readonly ratio: number;
  readonly better: 'lower' | 'higher';
  /** What the ratio is held against; null where it is only reported. */
  readonly goal: number | null;
  /** Measurements on each side. */
  readonly samples: number;
  /** Median of the floor, ms. */
  readonly floor: number;
  /** Median of ours, ms. */
  readonly value: number;
}

/** How long it took, in ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The middle value, or the mean of the two in the middle. Throws RangeError where there is none. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('no samples');
  return (upper + lower) / 2;
}

/**
 * The figure of that name from `figures.json`, from both sides' samples in ms. Throws RangeError for a name that is not listed,
 * sides of unequal length, and times that are no positive numbers: a wrong measurement must not become a good ratio.
 */
export function figureOf(name: string, value: readonly number[], floor: readonly number[]): BenchFigure {
  const listed = figures.find((figure) => figure.name === name);
  if (!listed) throw new RangeError(`${name} is not in figures.json`);
  if (value.length !== floor.length) throw new RangeError(`${name}: ${value.length} samples against ${floor.length}`);
  if (![...value, ...floor].every((time) => Number.isFinite(time) && time > 0)) throw new RangeError(`${name}: a time of zero`);
  const of = { value: median(value), floor: median(floor) };
  return {
    name,
    ratio: of.value / of.floor,
    better: listed.better === 'higher' ? 'higher' : 'lower',
    goal: listed.goal,
    samples: value.length,
    ...of,
  };
}

/** As `figureOf`, from two numbers that are no medians: a p95, a rate, a count. `samples` is what each of them was made from. */
export function figureFrom(name: string, value: number, floor: number, samples: number): BenchFigure {
  return { ...figureOf(name, [value], [floor]), samples };
}

/** The time below which so large a part of the samples lies, 0 to 1. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)];
  if (at === undefined) throw new RangeError('no samples');
  return at;
}

/** Tells the one who waits how far it is; standard output holds results only. */
export function progress(text: string): void {
  process.stderr.write(`  ${text}\n`);
}
