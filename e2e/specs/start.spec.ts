/** `npm start` as a newcomer meets it: version, help, a wrong flag, the word that it is ready, and one instance a data folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { processesOf } from '../fixtures/processes';
import { type Prepared, prepare } from '../fixtures/servers';

const root = resolve(__dirname, '..', '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

interface Started {
  readonly child: ChildProcess;
  readonly text: () => string;
  readonly ended: Promise<number | null>;
}

/** Runs scripts/start.mjs with its own output; nothing of Playwright is attached to what it opens. */
function start(...args: readonly string[]): Started {
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs'), ...args], { cwd: root, stdio: 'pipe' });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return { child, text: () => text, ended };
}

test.describe('npm start', () => {
  test.describe.configure({ timeout: 240_000 });

  test('tells its version, its help and what is wrong with its flags', async () => {
    const about = start('--version');
    expect(await about.ended).toBe(0);
    expect(about.text().trim()).toBe(`KOMPL.AI Workstation ${version}`);
    const help = start('--help');
    expect(await help.ended).toBe(0);
    expect(help.text()).toMatch(/^usage: npm start/);
    const wrong = start('--data-dir');
    expect(await wrong.ended).toBe(2);
    expect(wrong.text()).toContain('--data-dir needs a folder');
  });

  test('says when it is ready, lets nobody else on the same folder, and ends when told to', async () => {
    const prepared: Prepared = await prepare('embedded');
    const folder = prepared.newFolder('start');
    const first = start('--data-dir', folder);
    try {
      await expect.poll(first.text, { timeout: 120_000 }).toMatch(/^ready in \d+\.\d s$/m);
      const second = start(`--data-dir=${folder}`);
      expect(await second.ended).toBe(0);
      expect(second.text()).toContain('the workstation is open already on this data folder');
      expect(second.text()).not.toContain('ready in');
    } finally {
      first.child.kill('SIGTERM');
      await first.ended;
    }
    expect(first.text()).not.toMatch(/\bat .+:\d+:\d+\)?$/m);
    await expect.poll(() => processesOf(folder), { timeout: 30_000 }).toEqual([]);
    await prepared.remove();
  });
});
