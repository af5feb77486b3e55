// The parts of `npm run bench` that measure nothing: arguments, the check of what benches give, the table.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import figures from '../bench/figures.json' with { type: 'json' };
import { pickFigures, reached, tableOf } from '../bench/lib/modules.mjs';
import { repoRoot } from './lib/paths.mjs';

const bench = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repoRoot, 'scripts', 'bench.mjs'), ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

const listed = [{ name: 'start', better: 'lower', goal: 2 }];
const figure = { name: 'start', ratio: 1.23456, better: 'lower', goal: 2, samples: 9, floor: 100.004, value: 123.456 };

describe('npm run bench', () => {
  it('names the figures and does nothing else', () => {
    const { status, stdout, stderr } = bench('--list');
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(figures.length);
    expect(stdout).toMatch(/^window-usable /m);
    expect(stderr).toBe('');
  });
  it('names them as JSON, too, and only those that were asked for', () => {
    expect(JSON.parse(bench('--list', '--json', 'scoped-read-2ms').stdout)).toEqual(['scoped-read-2ms']);
  });
  it.each(['no-such-figure', '--no-such-option'])('refuses %s with a word on how it is used', (argument) => {
    const { status, stdout, stderr } = bench(argument);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`unknown: ${argument}`);
  });
});

describe('what benches give', () => {
  it('is taken in the order of the list, rounded, with nothing beside the fields promised', () => {
    expect(pickFigures(listed, [{ ...figure, more: 1 }])).toEqual([{ ...figure, ratio: 1.235, floor: 100, value: 123.5 }]);
  });
  it('is refused where a figure is missing', () => expect(() => pickFigures(listed, [])).toThrow('start'));
  it.each([{ ratio: Number.NaN }, { samples: 0 }, { value: -1 }, { goal: 9 }, { better: 'higher' }])(
    'is refused with %o',
    (wrong) => expect(() => pickFigures(listed, [{ ...figure, ...wrong }])).toThrow('start'),
  );
  it('reaches a goal from the right side, and none where there is none', () => {
    expect(reached({ ratio: 2, better: 'lower', goal: 2 })).toBe(true);
    expect(reached({ ratio: 2.01, better: 'lower', goal: 2 })).toBe(false);
    expect(reached({ ratio: 2.01, better: 'higher', goal: 2 })).toBe(true);
    expect(reached({ ratio: 9, better: 'lower', goal: null })).toBeNull();
  });
  it('makes a table that says which goal was missed', () => {
    const table = tableOf([figure, { ...figure, name: 'slow', ratio: 3 }, { ...figure, name: 'only', goal: null }]);
    expect(table.split('\n')).toHaveLength(4);
    expect(table).toMatch(/^start +1\.23 +≤ 2\.0 +reached +123 ms +100 ms +9$/m);
    expect(table).toMatch(/^slow .*MISSED/m);
    expect(table).toMatch(/^only .*–.*report/m);
  });
});
