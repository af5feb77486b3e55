/**
 * The statistics of audit sampling, exact where they can be: binomial and hypergeometric tails for attributes, Poisson factors for
 * monetary units. Sources: AICPA Audit Guide, Audit Sampling, chapters on tests of controls and on monetary unit sampling;
 * Clopper and Pearson (1934) for the upper deviation limit; Stringer (1963) for the upper misstatement limit. `confidence`, and
 * every rate, is a part of one.
 */

/** Sizes above this are no samples any more. */
export const MAX_SAMPLE = 10_000;

const logFactorials: number[] = [0];
function logFactorial(n: number): number {
  for (let at = logFactorials.length; at <= n; at++) logFactorials.push((logFactorials[at - 1] ?? 0) + Math.log(at));
  return logFactorials[n] ?? 0;
}
const logChoose = (n: number, k: number) => logFactorial(n) - logFactorial(k) - logFactorial(n - k);

/** P(X ≤ k) of a binomial distribution with n draws and probability p. */
export function binomialAtMost(k: number, n: number, p: number): number {
  if (k >= n || p <= 0) return 1;
  if (p >= 1) return 0;
  let sum = 0;
  for (let at = 0; at <= k; at++) sum += Math.exp(logChoose(n, at) + at * Math.log(p) + (n - at) * Math.log1p(-p));
  return Math.min(1, sum);
}

/** P(X ≤ k) where n of N items are drawn without return and D of the N deviate. */
export function hypergeometricAtMost(k: number, n: number, population: number, deviating: number): number {
  const least = Math.max(0, n - (population - deviating));
  if (k < least) return 0;
  let sum = 0;
  for (let at = least; at <= Math.min(k, n, deviating); at++) {
    sum += Math.exp(logChoose(deviating, at) + logChoose(population - deviating, n - at) - logChoose(population, n));
  }
  return Math.min(1, sum);
}

export interface AttributePlan {
  readonly confidence: number;
  readonly tolerable: number;
  readonly expected: number;
}

export interface AttributeSize {
  readonly size: number;
  /** So many deviations still support the tolerable rate. */
  readonly allowed: number;
}

/**
 * The smallest sample in which the expected number of deviations (rate × size, rounded up) would still leave no more than the
 * risk that the true rate is above the tolerable one: P(X ≤ expected | size, tolerable) ≤ 1 − confidence, by the binomial
 * distribution, as in the AICPA's tables. Null where no sample of up to MAX_SAMPLE is large enough.
 */
export function attributeSize({ confidence, tolerable, expected }: AttributePlan): AttributeSize | null {
  if (expected >= tolerable) return null;
  for (let size = 1; size <= MAX_SAMPLE; size++) {
    const allowed = Math.max(0, Math.ceil(size * expected - 1e-9));
    if (binomialAtMost(allowed, size, tolerable) <= 1 - confidence + 1e-12) return { size, allowed };
  }
  return null;
}

/** One-sided Clopper–Pearson limit: the largest rate under which k or fewer deviations in n are not rarer than 1 − confidence. */
export function upperDeviationLimit(deviations: number, size: number, confidence: number): number {
  if (deviations >= size) return 1;
  return bisect((rate) => binomialAtMost(deviations, size, rate) > 1 - confidence, deviations / size, 1);
}

/** The same for a finite population, by the hypergeometric distribution: a number of items over the number of them. */
export function upperDeviationLimitFinite(deviations: number, size: number, population: number, confidence: number): number {
  let low = deviations;
  let high = population - size + deviations;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (hypergeometricAtMost(deviations, size, population, middle) > 1 - confidence) low = middle;
    else high = middle - 1;
  }
  return low / population;
}

/** The Poisson factor: the mean under which `errors` or fewer are exactly 1 − confidence likely (95 %, none: 2.9957). */
export function poissonFactor(errors: number, confidence: number): number {
  const atMost = (mean: number) => {
    let term = Math.exp(-mean);
    let sum = term;
    for (let at = 1; at <= errors; at++) {
      term *= mean / at;
      sum += term;
    }
    return sum;
  };
  return bisect((mean) => atMost(mean) > 1 - confidence, 0, 50 + errors * 3);
}

/** The largest value between the two for which the condition, true at first, still holds. */
function bisect(holds: (value: number) => boolean, low: number, high: number): number {
  let [from, to] = [low, high];
  for (let step = 0; step < 200 && to - from > 1e-12 * Math.max(1, to); step++) {
    const middle = (from + to) / 2;
    if (holds(middle)) from = middle;
    else to = middle;
  }
  return from;
}

/** Expansion factors for expected misstatement by the risk of incorrect acceptance (AICPA Audit Guide, Audit Sampling). */
const EXPANSION: readonly (readonly [confidence: number, factor: number])[] = [
  [0.99, 1.9],
  [0.95, 1.6],
  [0.9, 1.5],
  [0.85, 1.4],
  [0.8, 1.3],
  [0.75, 1.25],
  [0.7, 1.2],
  [0.63, 1.15],
  [0.5, 1],
];

/**
 * Size of a monetary-unit sample: book value × factor for no error ÷ (tolerable − expected × expansion), rounded up. Null where
 * what is expected leaves nothing of what is tolerable. A confidence between two of the table takes the larger expansion.
 */
export function monetaryUnitSize(book: number, tolerable: number, expected: number, confidence: number): number | null {
  const expansion = [...EXPANSION].reverse().find(([known]) => known >= confidence - 1e-9)?.[1] ?? 1.9;
  const room = tolerable - expected * expansion;
  if (room <= 0 || book <= 0) return null;
  const size = Math.ceil((book * poissonFactor(0, confidence)) / room - 1e-9);
  return size > MAX_SAMPLE ? null : Math.max(1, size);
}
