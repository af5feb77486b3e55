// The parts of the scripts that can be judged without installing anything.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packAsar } from './asar.mjs';
import { isBuilt, sourceHash } from './build.mjs';
import { hasDisplay } from './display.mjs';
import { resolveElectron } from './electron-runtime.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { cacheFolder } from './paths.mjs';
import { commandFor, run, StepError } from './run.mjs';
import { createSteps, describeFailure, requireNode } from './steps.mjs';
import { closingLine, counts, countsOf, playwrightCounts, sum, vitestCounts } from './test-counts.mjs';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kompl-scripts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('packAsar', () => {
  it('writes a header whose offsets find every file, whatever its length', () => {
    const files = { 'package.json': '{"main":"main.js"}', 'main.js': 'żółć', empty: '' };
    const archive = packAsar(files);
    const jsonLength = archive.readUInt32LE(12);
    const start = 8 + archive.readUInt32LE(4);
    const header = JSON.parse(archive.subarray(16, 16 + jsonLength).toString());
    expect(start % 4).toBe(0);
    for (const [name, text] of Object.entries(files)) {
      const { offset, size } = header.files[name];
      expect(archive.subarray(start + Number(offset), start + Number(offset) + size).toString()).toBe(text);
    }
  });
});

describe('steps', () => {
  const recorder = () => {
    const lines = [];
    let clock = 0;
    const steps = createSteps({
      out: (line) => lines.push(line),
      now: () => {
        clock += 1_500;
        return clock;
      },
    });
    return { lines, steps };
  };

  it('tells done from already there, and passes values on', async () => {
    const { lines, steps } = recorder();
    expect(await steps.step('A', () => 7)).toBe(7);
    expect(await steps.step('B', (voice) => voice.already('there', 8))).toBe(8);
    expect(lines).toEqual(['✓ A (1.5 s)', '· B: there']);
  });

  it('names step, reason and remedy, and hides no unexpected error', async () => {
    const { steps } = recorder();
    const known = await steps
      .step('C', () => {
        throw new StepError({ reason: 'no disk', remedy: 'buy one' });
      })
      .catch((error) => error);
    expect(describeFailure(known)).toBe('✗ C failed\n  reason: no disk\n  remedy: buy one');
    const odd = await steps.step('D', () => Promise.reject(new TypeError('odd'))).catch((error) => error);
    expect(describeFailure(odd)).toContain('✗ D failed\n  reason: odd\n  remedy: ');
  });

  it('shows the tail of the log of a command that failed', async () => {
    const failure = await run(process.execPath, ['-e', 'console.error("boom"); process.exit(3)'], {
      name: 'scripts-test-failing',
    }).catch((error) => error);
    expect(failure).toBeInstanceOf(StepError);
    expect(failure.message).toContain('code 3');
    expect(describeFailure(failure)).toContain('| boom');
  });

  it('says that a command is missing', async () => {
    await expect(run('kompl-no-such-command', [])).rejects.toThrow('was not found');
  });

  it('ends a command that takes too long', async () => {
    const endless = run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      name: 'scripts-test-endless',
      timeoutMs: 200,
    });
    await expect(endless).rejects.toThrow('did not end within');
  });

  it('refuses an old Node and takes a new one', () => {
    expect(() => requireNode([20, 19], '18.20.0')).toThrow('Node 18.20.0');
    expect(() => requireNode([20, 19], '20.18.9')).toThrow(StepError);
    for (const version of ['20.19.0', '22.0.0']) expect(() => requireNode([20, 19], version)).not.toThrow();
  });
});

describe('systems', () => {
  it('starts npm through a shell on Windows only, with quoted arguments', () => {
    expect(commandFor('npm', ['ci'], 'linux')).toEqual({ command: 'npm', args: ['ci'], shell: false });
    expect(commandFor('npm', ['pack', 'a b', '@s/n@1'], 'win32')).toEqual({
      command: 'npm.cmd',
      args: ['pack', '"a b"', '@s/n@1'],
      shell: true,
    });
    expect(commandFor('node', ['x y'], 'win32').shell).toBe(false);
  });

  it('keeps its cache where the system wants it', () => {
    expect(cacheFolder({ env: { XDG_CACHE_HOME: '/x' }, platform: 'linux' })).toBe(join('/x', 'kompl-workstation'));
    expect(cacheFolder({ env: { LOCALAPPDATA: 'L' }, platform: 'win32' })).toBe(join('L', 'kompl-workstation'));
    expect(cacheFolder({ env: {}, platform: 'darwin' })).toContain(join('Library', 'Caches'));
  });

  it('knows when there is no display', () => {
    expect(hasDisplay({}, 'linux')).toBe(false);
    expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
    expect(hasDisplay({}, 'darwin')).toBe(true);
  });

  it('refuses a KOMPL_ELECTRON that is none', async () => {
    await expect(resolveElectron({ env: { KOMPL_ELECTRON: join(folder, 'none') } })).rejects.toThrow('KOMPL_ELECTRON');
  });
});

describe('build stamp', () => {
  const put = (name, text) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  };

  it('follows the content of sources, not of tests', () => {
    put('src/main/a.ts', 'one');
    const first = sourceHash(folder);
    put('src/main/a.test.ts', 'test');
    expect(sourceHash(folder)).toBe(first);
    put('src/main/a.ts', 'two');
    expect(sourceHash(folder)).not.toBe(first);
    put('src/main/a.ts', 'one');
    expect(sourceHash(folder)).toBe(first);
  });

  it('is not content with a stamp when an output is missing', () => {
    put('src/main/a.ts', 'one');
    put('out/.built-from', sourceHash(folder));
    expect(isBuilt(folder)).toBe(false);
    for (const name of ['main/index.js', 'preload/index.js', 'renderer/index.html']) put(join('out', name), 'x');
    expect(isBuilt(folder)).toBe(true);
    put('src/b.ts', 'new');
    expect(isBuilt(folder)).toBe(false);
  });
});

describe('npm packages', () => {
  const voice = { say: () => undefined, already: () => 'already' };
  const lock = (version) =>
    JSON.stringify({ packages: { '': {}, 'node_modules/a': { version }, 'node_modules/o': { version, optional: true } } });

  it('leaves an installation alone that has what the lock file wants', async () => {
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package-lock.json'), lock('1.0.0'));
    writeFileSync(
      join(folder, 'node_modules', '.package-lock.json'),
      JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
    );
    expect(await ensureNpmPackages(voice, folder)).toBe('already');
    expect(await ensureNpmPackages(voice, folder)).toBe('already'); // now by the stamp
  });

  it('says so when the lock file is missing', async () => {
    await expect(ensureNpmPackages(voice, folder)).rejects.toThrow('package-lock.json is missing');
  });
});

describe('test counts', () => {
  it('counts a file that could not be loaded as a failure', () => {
    const report = {
      numPassedTests: 3,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [
        { status: 'failed', assertionResults: [] },
        { status: 'failed', assertionResults: [{}] },
      ],
    };
    expect(vitestCounts(report)).toEqual(counts(3, 2, 3));
  });

  it('counts a second try that passed as passed, and errors outside of tests as failures', () => {
    const stats = { expected: 4, unexpected: 1, flaky: 1, skipped: 2 };
    expect(playwrightCounts({ stats, errors: [{}] })).toEqual(counts(5, 2, 2));
  });

  it('never turns a broken run into a green one', () => {
    const file = join(folder, 'report.json');
    expect(countsOf(file, 0, vitestCounts)).toEqual(counts(0, 1));
    writeFileSync(file, '{"numPassed');
    expect(countsOf(file, 0, vitestCounts)).toEqual(counts(0, 1));
    writeFileSync(file, '{"numPassedTests": 5}');
    expect(countsOf(file, 1, vitestCounts)).toEqual(counts(5, 1));
    expect(countsOf(file, 0, vitestCounts)).toEqual(counts(5));
  });

  it('closes with the line that CI reads', () => {
    expect(closingLine(sum([counts(1, 0, 2), counts(3, 1)]))).toBe('4 passed, 1 failed, 2 skipped');
  });
});
