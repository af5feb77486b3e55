/**
 * Sampling as properties: in bounds, no item twice, the same again, high values always in, whatever order the file has; and the
 * same items as an implementation in Python that was written from docs/sampling.md.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@shared/errors';
import { amountOf, amountText } from '@shared/sampling/amounts';
import { HIGH_VALUE } from '@shared/sampling/evaluate';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allocate, compareKeys, type DrawMethod, draw, type PopulationItem } from './draw';
import { createGenerator } from './generator';
import { readPopulation } from './population';

const SEED = createHash('sha256').update('kompl').digest('hex');
const METHODS: readonly DrawMethod[] = ['random', 'systematic', 'monetary_unit', 'attribute', 'stratified'];

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const items = fc
  .uniqueArray(
    fc.record({
      key: fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'B', '7', 'ü', '–', '漢', '😀') }),
      amount: fc.bigInt({ min: -5_000_000n, max: 90_000_000n }).map(amountText),
      stratum: fc.constantFrom('north', 'south', 'Ost', ''),
    }),
    { selector: (item) => item.key, minLength: 1, maxLength: 120 },
  )
  .map((list): PopulationItem[] => list.sort((a, b) => compareKeys(a.key, b.key)));

/** A drawing that can be: where no money is, there is nothing to draw by it. */
const drawings = fc.record({
  items,
  seed: seeds,
  method: fc.constantFrom(...METHODS),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});
const sizeOf = (count: number, share: number) => Math.max(1, Math.ceil(count * share));
const hasMoney = (list: readonly PopulationItem[], method: DrawMethod) =>
  method !== 'monetary_unit' || list.some((item) => amountOf(item.amount ?? '0') > 1_000_000n);

describe('the generator', () => {
  it('gives the numbers of the documentation', () => {
    const generator = createGenerator(SEED);
    expect([100n, 100n, 100n, 7n, 1n << 64n].map((bound) => generator.below(bound))).toMatchInlineSnapshot(`
      [
        77n,
        56n,
        23n,
        5n,
        11367149499413813490n,
      ]
    `);
  });

  it('stays below its bound, for every bound, and is the same again', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.bigInt({ min: 1n, max: 1n << 64n }), { minLength: 1, maxLength: 50 }), (seed, bounds) => {
        const [first, second] = [createGenerator(seed), createGenerator(seed)];
        for (const bound of bounds) {
          const value = first.below(bound);
          expect(value >= 0n && value < bound).toBe(true);
          expect(second.below(bound)).toBe(value);
        }
      }),
    );
  });

  it('favours no number', () => {
    const generator = createGenerator(SEED);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let at = 0; at < 20_000; at++) {
      const value = Number(generator.below(10n));
      counts[value] = (counts[value] ?? 0) + 1;
    }
    // chi-squared with 9 degrees of freedom: 27.9 is one in a thousand; the seed is fixed, so this never flickers
    expect(counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(27.9);
    expect(() => generator.below(0n)).toThrow(RangeError);
    expect(() => createGenerator('xyz')).toThrow(TypeError);
  });
});

describe('every method', () => {
  it('draws items of the population, none twice, numbered from 1, the same again', () => {
    fc.assert(
      fc.property(drawings, ({ items: list, seed, method, share }) => {
        fc.pre(hasMoney(list, method));
        const size = sizeOf(list.length, share);
        const drawn = draw(list, method, size, seed);
        const keys = drawn.items.map((item) => item.key);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.every((key) => list.some((item) => item.key === key))).toBe(true);
        expect(drawn.items.map((item) => item.position)).toEqual(keys.map((_, at) => at + 1));
        if (method !== 'monetary_unit') expect(keys).toHaveLength(size);
        else expect(keys.length).toBeLessThanOrEqual(size + 1);
        expect(draw(list, method, size, seed)).toEqual(drawn);
      }),
    );
  });

  it('gives every item the same chance, within what chance allows', () => {
    const list = Array.from(
      { length: 20 },
      (_, at): PopulationItem => ({ key: `k${at + 10}`, amount: '10', stratum: at < 5 ? 'a' : 'b' }),
    );
    for (const method of METHODS) {
      const counts = new Map<string, number>();
      for (let round = 0; round < 2000; round++) {
        const seed = createHash('sha256').update(`${method}${round}`).digest('hex');
        for (const { key } of draw(list, method, 4, seed).items) counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      // 2000 draws of 4 out of 20: 400 each, standard deviation 18
      expect(Math.min(...counts.values()), method).toBeGreaterThan(320);
      expect(Math.max(...counts.values()), method).toBeLessThan(480);
    }
  });
});

describe('monetary units', () => {
  it('always draw what is as large as the interval, never what is zero or less, and say so', () => {
    fc.assert(
      fc.property(items, seeds, fc.integer({ min: 1, max: 60 }), (list, seed, size) => {
        fc.pre(hasMoney(list, 'monetary_unit'));
        const { items: drawn, facts } = draw(list, 'monetary_unit', size, seed);
        const interval = amountOf(String(facts.interval));
        const keys = new Set(drawn.map((item) => item.key));
        const amounts = list.map((item) => ({ key: item.key, amount: amountOf(item.amount ?? '0') }));
        expect(amounts.filter(({ amount }) => amount >= interval && interval > 0n).every(({ key }) => keys.has(key))).toBe(true);
        expect(amounts.filter(({ amount }) => amount <= 0n).some(({ key }) => keys.has(key))).toBe(false);
        expect(drawn.filter((item) => item.stratum === HIGH_VALUE)).toHaveLength(Number(facts.highValueItems));
        expect(facts.zeroItems).toBe(amounts.filter(({ amount }) => amount === 0n).length);
        expect(facts.negativeItems).toBe(amounts.filter(({ amount }) => amount < 0n).length);
      }),
    );
  });

  it('refuse a population without money', () => {
    const none = [{ key: 'a', amount: '0', stratum: null }];
    expect(() => draw(none, 'monetary_unit', 1, SEED)).toThrow('DrawFault');
    expect(() => draw([], 'random', 1, SEED)).toThrow('DrawFault');
    expect(() => draw(none, 'random', 2, SEED)).toThrow('DrawFault');
  });
});

it('shares a size out exactly, never more than there is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (weights, share) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const size = sizeOf(total, share);
        const shares = allocate(weights, size);
        expect(shares.reduce((sum, one) => sum + one, 0)).toBe(size);
        expect(shares.every((one, at) => one <= (weights[at] ?? 0))).toBe(true);
      },
    ),
  );
});

const python = spawnSync('python3', ['--version']).status === 0;
describe.skipIf(!python)('another implementation, from the documentation alone (skipped where there is no python3)', () => {
  it('draws the same items by every method', () => {
    const script = join(import.meta.dirname, 'redraw.py');
    const cases = fc.sample(drawings, { numRuns: 40, seed: 7 }).filter((one) => hasMoney(one.items, one.method));
    expect(new Set(cases.map((one) => one.method)).size).toBe(METHODS.length);
    for (const { items: list, seed, method, share } of cases) {
      const size = sizeOf(list.length, share);
      const lines = list.map((item) => `${item.key}\t${amountOf(item.amount ?? '0')}\t${item.stratum ?? ''}`);
      // in another order than the keys'
      const input = [...lines].reverse().join('\n');
      const out = execFileSync('python3', [script, method, String(size), seed], { input, encoding: 'utf8' });
      expect(out.split('\n').filter(Boolean), method).toEqual(draw(list, method, size, seed).items.map((item) => item.key));
    }
    // forty starts of an interpreter, on a machine that has other work
  }, 120_000);
});

describe('a population', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kompl-population-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const columns = { sheet: null, keyColumn: 'no', amountColumn: 'amount', stratumColumn: null, decimalMark: null } as const;
  const read = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFile(path, text);
    return readPopulation(path, name, columns);
  };
  const refusal = async (text: string) => {
    try {
      await read('bad.csv', text);
    } catch (error) {
      if (error instanceof CodedError) return [error.code, error.details.line, error.details.reason];
      throw error;
    }
    return 'read';
  };

  it('is the same in any order and format, and another file when a byte differs', async () => {
    const csv = await read('a.csv', 'no,amount,who\nA-1,10.50,x\nB-2,7,y\n');
    const turned = await read('b.csv', 'who;amount;no\r\ny;7,00;B-2\r\nx;10,5;A-1\r\n');
    const json = await read('c.json', '[{"no":"B-2","amount":7},{"no":" A-1 ","amount":"10.5000"}]');
    expect(csv.total).toBe('17.5');
    expect(csv.items.map((item) => item.key)).toEqual(['A-1', 'B-2']);
    expect([turned.contentSha256, json.contentSha256]).toEqual([csv.contentSha256, csv.contentSha256]);
    expect(turned.sha256).not.toBe(csv.sha256);
    const other = await read('a.csv', 'no,amount,who\nA-1,10.51,x\nB-2,7,y\n');
    expect(other.contentSha256).not.toBe(csv.contentSha256);
    expect(await csv.details(new Set(['B-2']))).toEqual(new Map([['B-2', { no: 'B-2', amount: '7', who: 'y' }]]));
  });

  it('names the row of what is wrong', async () => {
    expect(await refusal('no,amount\nA,1\nA,2\n')).toEqual(['POPULATION_REFUSED', 3, 'has the same no as row 2: A']);
    expect(await refusal('no,amount\nA,1\n,2\n')).toEqual(['POPULATION_REFUSED', 3, 'has no no']);
    expect(await refusal('no,amount\nA,1x\n')).toEqual(['POPULATION_REFUSED', 2, 'amount: is no amount']);
    expect(await refusal('no,amount\nA,\n')).toEqual(['POPULATION_REFUSED', 2, 'has no amount']);
    expect(await refusal('no,amount\nA,"1,234"\n')).toEqual(['POPULATION_REFUSED', 2, expect.stringContaining('two ways')]);
    expect(await refusal('no,sum\nA,1\n')).toEqual(['POPULATION_REFUSED', 1, 'has no column “amount”']);
    expect(await refusal('')).toEqual(
      ['POPULATION_REFUSED', expect.anything(), expect.anything()].map((x, at) => (at === 1 ? null : x)),
    );
  });
});
