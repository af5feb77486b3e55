/**
 * Draws a sample from a population. A population is a set: its items are put in the order of their keys first, so the order of the
 * file's rows changes nothing. The same population, method, size and seed give the same items on every machine (docs/sampling.md).
 */
import { amountOf, amountText } from '@shared/sampling/amounts';
import { BY_INTERVAL, HIGH_VALUE } from '@shared/sampling/evaluate';
import { createGenerator, type Generator } from './generator';

export interface PopulationItem {
  readonly key: string;
  /** Canonical text; null where the population has no amounts. */
  readonly amount: string | null;
  readonly stratum: string | null;
}

export type DrawMethod = 'random' | 'systematic' | 'monetary_unit' | 'attribute' | 'stratified';

export interface DrawnItem extends PopulationItem {
  /** From 1, in the order in which they were drawn. */
  readonly position: number;
}

export interface Drawn {
  readonly items: readonly DrawnItem[];
  /** What a reader of the sample needs to know beside its size: interval, random start, allocation, what was left out. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Why a draw cannot be: the field of the form, and the reason. */
export class DrawFault extends Error {
  constructor(
    readonly field: string,
    readonly reason: string,
  ) {
    super('DrawFault');
    this.name = 'DrawFault';
  }
}

/** `items` are in the order of their keys (population.ts puts them so), each key once. Throws DrawFault. */
export function draw(items: readonly PopulationItem[], method: DrawMethod, size: number, seed: string): Drawn {
  const generator = createGenerator(seed);
  if (items.length === 0) throw new DrawFault('grantId', 'has no items');
  if (method === 'monetary_unit') return drawMonetaryUnits(items, size, generator);
  if (size > items.length) throw new DrawFault('size', `is more than the ${items.length} items that there are`);
  if (method === 'systematic') return drawSystematic(items, size, generator);
  if (method === 'stratified') return drawStratified(items, size, generator);
  return { items: numbered(choose(items, size, generator)), facts: {} };
}

function numbered(items: readonly PopulationItem[]): DrawnItem[] {
  return items.map((item, at) => ({ ...item, position: at + 1 }));
}

/** The first `size` steps of a Fisher–Yates shuffle; places that were never touched are not stored. */
function choose<T>(items: readonly T[], size: number, generator: Generator): T[] {
  const moved = new Map<number, T>();
  const chosen: T[] = [];
  for (let at = 0; at < size; at++) {
    const from = at + Number(generator.below(BigInt(items.length - at)));
    const value = moved.get(from) ?? items[from];
    const displaced = moved.get(at) ?? items[at];
    if (value === undefined || displaced === undefined) throw new RangeError('outside of the population');
    chosen.push(value);
    moved.set(from, displaced);
  }
  return chosen;
}

/** A fractional interval: item floor((start + i × N) ÷ n) for a random start below N, so that every item is as likely as any other. */
function drawSystematic(items: readonly PopulationItem[], size: number, generator: Generator): Drawn {
  const start = generator.below(BigInt(items.length));
  const chosen = Array.from({ length: size }, (_, at) => {
    const item = items[Number((start + BigInt(at) * BigInt(items.length)) / BigInt(size))];
    if (item === undefined) throw new RangeError('outside of the population');
    return item;
  });
  return { items: numbered(chosen), facts: { interval: `${items.length}/${size}`, start: Number(start) } };
}

/**
 * Every `interval`-th unit of money from a random start is drawn with the item that it lies in. Items of the interval or more are
 * all drawn, first; then those among the others in which a unit falls. What is zero or negative holds no unit to be drawn: it is
 * counted and left out, and said so.
 */
function drawMonetaryUnits(items: readonly PopulationItem[], size: number, generator: Generator): Drawn {
  const withAmounts = items.map((item) => ({ item, amount: item.amount === null ? 0n : amountOf(item.amount) }));
  const positive = withAmounts.filter(({ amount }) => amount > 0n);
  const total = positive.reduce((sum, { amount }) => sum + amount, 0n);
  const interval = total / BigInt(size);
  if (positive.length === 0) throw new DrawFault('amountColumn', 'has no amount above zero');
  if (interval < 1n) throw new DrawFault('size', 'is more than the units of money that there are');
  const start = generator.below(interval);
  const high = positive.filter(({ amount }) => amount >= interval).map(({ item }) => ({ ...item, stratum: HIGH_VALUE }));
  const drawn: PopulationItem[] = [];
  let passed = 0n;
  let unit = start;
  for (const { item, amount } of positive) {
    if (amount >= interval) continue;
    passed += amount;
    if (unit >= passed) continue;
    // an item below the interval holds one unit at most
    drawn.push({ ...item, stratum: BY_INTERVAL });
    unit += interval;
  }
  const negative = withAmounts.filter(({ amount }) => amount < 0n);
  return {
    items: numbered([...high, ...drawn]),
    facts: {
      interval: amountText(interval),
      start: amountText(start),
      bookValue: amountText(total),
      highValueItems: high.length,
      zeroItems: withAmounts.length - positive.length - negative.length,
      negativeItems: negative.length,
      negativeTotal: amountText(negative.reduce((sum, { amount }) => sum + amount, 0n)),
    },
  };
}

/** The size is shared out by the strata's numbers of items (largest remainders), then each stratum is drawn from, in order of name. */
function drawStratified(items: readonly PopulationItem[], size: number, generator: Generator): Drawn {
  const strata = new Map<string, PopulationItem[]>();
  for (const item of items) {
    const stratum = item.stratum ?? '';
    const members = strata.get(stratum);
    if (members) members.push(item);
    else strata.set(stratum, [item]);
  }
  const names = [...strata.keys()].sort(compareKeys);
  const shares = allocate(
    names.map((name) => strata.get(name)?.length ?? 0),
    size,
  );
  const chosen = names.flatMap((name, at) => choose(strata.get(name) ?? [], shares[at] ?? 0, generator));
  return {
    items: numbered(chosen),
    facts: Object.fromEntries(names.map((name, at) => [`stratum ${name}`, `${shares[at]} of ${strata.get(name)?.length}`])),
  };
}

/** Shares of `size` by weight: whole parts first, then the largest remainders, ties by place. Never more than the weight itself. */
export function allocate(weights: readonly number[], size: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => Math.floor((size * weight) / total));
  const remainders = weights.map((weight, at) => ({ at, remainder: (size * weight) % total }));
  remainders.sort((a, b) => b.remainder - a.remainder || a.at - b.at);
  let left = size - shares.reduce((sum, share) => sum + share, 0);
  for (const { at } of remainders) {
    if (left === 0) break;
    shares[at] = (shares[at] ?? 0) + 1;
    left -= 1;
  }
  return shares;
}

/** The order of the bytes of UTF-8, which is the order of code points. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  if (/[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
