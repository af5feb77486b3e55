/** Files that survive, numbers that never repeat, paths that stay with main, and a log that tells nothing. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readFlags } from '../app/flags';
import { DEFAULT_SETTINGS, openSettings } from '../settings/settings';
import { writeFileAtomically } from './atomic-file';
import { dataFolder, defaultDataFolder } from './data-folder';
import { openDevice } from './device';
import { createFileGrants } from './file-grants';
import { openJsonStore } from './json-store';
import { createLogger } from './logger';
import { redact, redactText } from './redact';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kompl-platform-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const now = () => new Date('2026-03-01T10:00:00Z');
const ids = () => {
  let count = 0;
  return () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`;
};

describe('a file replaced whole', () => {
  it('has the new content and leaves nothing beside it', () => {
    const path = join(folder, 'deep', 'a.json');
    writeFileAtomically(path, 'one');
    writeFileAtomically(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'deep'))).toEqual(['a.json']);
  });

  it('keeps the old content when the new one cannot be put in its place', () => {
    const path = join(folder, 'a.json');
    mkdirSync(path);
    expect(() => writeFileAtomically(path, 'two')).toThrow();
    expect(readdirSync(folder)).toEqual(['a.json']);
  });
});

describe('the settings', () => {
  const path = () => join(folder, 'settings.json');

  it('are there again after a restart', () => {
    openSettings(path(), now).update((current) => ({ ...current, app: { ...current.app, theme: 'dark' } }));
    expect(openSettings(path(), now).get().app.theme).toBe('dark');
    expect(openSettings(path(), now).notice).toBeNull();
  });

  it.each([
    ['cut off', '{"version":1,"app":{"th'],
    ['empty', ''],
    ['of a newer version', JSON.stringify({ ...DEFAULT_SETTINGS, version: 2 })],
    [
      'with an unknown value',
      JSON.stringify({ ...DEFAULT_SETTINGS, app: { theme: 'pink', density: 'standard', singleKeys: true } }),
    ],
    ['of another program', '[1,2,3]'],
  ])('that are %s are kept aside, and it is said', (_what, content) => {
    writeFileSync(path(), content);
    const settings = openSettings(path(), now);
    expect(settings.get()).toEqual(DEFAULT_SETTINGS);
    expect(settings.notice).toMatch(/^settings\.json could not be read and was kept as settings\.json\.damaged-/);
    const kept = readdirSync(folder).find((name) => name.startsWith('settings.json.damaged-'));
    expect(readFileSync(join(folder, kept ?? ''), 'utf8')).toBe(content);
  });

  it('never overwrite what was put aside before', () => {
    for (let round = 0; round < 3; round++) {
      writeFileSync(path(), `broken ${round}`);
      openSettings(path(), now);
    }
    expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toHaveLength(3);
  });

  it('refuse a change that does not fit, and stay as they were', () => {
    const store = openJsonStore({ path: path(), schema: z.strictObject({ n: z.int() }), initial: () => ({ n: 1 }), now });
    store.update(() => ({ n: 2 }));
    expect(() => store.update(() => ({ n: 1.5 }))).toThrow();
    expect(store.get()).toEqual({ n: 2 });
    expect(JSON.parse(readFileSync(path(), 'utf8'))).toEqual({ n: 2 });
  });
});

describe('the device', () => {
  const path = () => join(folder, 'device.json');

  it('counts on without ever giving a number twice, whenever it dies', () => {
    const seen = new Set<number>();
    let id: string | undefined;
    for (let life = 0; life < 5; life++) {
      const device = openDevice(path(), ids(), now);
      id ??= device.id;
      expect(device.id).toBe(id);
      for (let n = 0; n < 1500; n++) {
        const seq = device.nextSeq();
        expect(seen.has(seq)).toBe(false);
        seen.add(seq);
      }
    }
  });

  it('becomes a new device when its file is damaged, so that no number can come twice', () => {
    const first = openDevice(path(), () => '00000000-0000-4000-8000-00000000000a', now);
    first.nextSeq();
    truncateSync(path(), 20);
    const second = openDevice(path(), () => '00000000-0000-4000-8000-00000000000b', now);
    expect(second.id).not.toBe(first.id);
    expect(second.notice).toContain('device.json');
  });
});

describe('a file grant', () => {
  let time = 0;
  const grants = () => createFileGrants(ids(), () => time);

  it('stands for one file and one window', async () => {
    const path = join(folder, 'photo.jpg');
    writeFileSync(path, 'jpeg');
    const store = grants();
    const grant = await store.grant(1, path);
    expect(grant).toMatchObject({ name: 'photo.jpg', size: 4 });
    expect(await store.resolve(1, grant.grantId)).toEqual({ path, name: 'photo.jpg' });
    await expect(store.resolve(2, grant.grantId)).rejects.toMatchObject({ code: 'FILE_GRANT_UNKNOWN' });
    await expect(store.resolve(1, path)).rejects.toMatchObject({ code: 'FILE_GRANT_UNKNOWN' });
  });

  it('ends after an hour, with its window, and with the session', async () => {
    const path = join(folder, 'a');
    writeFileSync(path, 'x');
    const store = grants();
    const [late, window, session] = [await store.grant(1, path), await store.grant(2, path), await store.grant(3, path)];
    store.forget(2);
    await expect(store.resolve(2, window.grantId)).rejects.toMatchObject({ code: 'FILE_GRANT_UNKNOWN' });
    time += 3_600_000;
    await expect(store.resolve(1, late.grantId)).rejects.toMatchObject({ code: 'FILE_GRANT_UNKNOWN' });
    time = 0;
    store.clear();
    await expect(store.resolve(3, session.grantId)).rejects.toMatchObject({ code: 'FILE_GRANT_UNKNOWN' });
  });

  it.each([
    ['a folder', () => folder],
    ['nothing', () => join(folder, 'none')],
    ['a relative path', () => 'package.json'],
    ['no path', () => ''],
    ['a number', () => 7],
    ['a NUL', () => `${folder}/a\0.txt`],
    ['a device', () => '/dev/zero'],
  ])('is not given for %s', async (_what, path) => {
    await expect(grants().grant(1, path())).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('holds on to the file behind a link, and notices that it went away', async () => {
    const [first, second, link] = [join(folder, 'first'), join(folder, 'second'), join(folder, 'link')];
    writeFileSync(first, '1');
    writeFileSync(second, '2');
    symlinkSync(first, link);
    const store = grants();
    const { grantId } = await store.grant(1, link);
    unlinkSync(link);
    symlinkSync(second, link);
    expect((await store.resolve(1, grantId)).path).toBe(first);
    rmSync(first);
    await expect(store.resolve(1, grantId)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});

describe('the log', () => {
  it('hides secrets, addresses and what is too deep', () => {
    const text = JSON.stringify(
      redact({
        password: 'hunter2',
        newPassphrase: 'x',
        verifier: 'SCRAM-SHA-256$4096:abc$def:ghi',
        authToken: 't',
        apiKey: 'k',
        key_material: 'z',
        who: 'anna.berg@nordhaven.example signed in',
        url: 'postgres://u:pw@db.example/kompl',
        bytes: new Uint8Array(9),
        count: 3,
        error: Object.assign(new Error('value "Anna Berg" too long'), { code: '22001' }),
        deep: { a: { b: { c: { d: { e: 1 } } } } },
      }),
    );
    expect(text).not.toMatch(/hunter2|anna\.berg|nordhaven|Anna Berg|u:pw|4096:abc/);
    expect(text).toContain('a…@…');
    expect(text).toContain('22001');
    expect(text).toContain('"count":3');
    expect(redactText('x'.repeat(9000)).length).toBeLessThanOrEqual(500);
  });

  it('is lines of JSON, rotated by size', () => {
    const log = createLogger({ folder: join(folder, 'logs'), now, maxBytes: 2000, keep: 2 });
    for (let n = 0; n < 100; n++) log.info('a line', { n, password: 'hunter2' });
    log.debug('not at this level');
    const names = readdirSync(join(folder, 'logs')).sort();
    expect(names).toEqual(['main.log', 'main.log.1', 'main.log.2']);
    const lines = readFileSync(join(folder, 'logs', 'main.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toEqual({
      at: '2026-03-01T10:00:00.000Z',
      level: 'info',
      message: 'a line',
      n: 99,
      password: '[redacted]',
    });
  });

  it('does not stop work when it cannot be written', () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    expect(() => createLogger({ folder: path, now }).error('lost')).not.toThrow();
  });
});

describe('where things lie', () => {
  it('follows the system', () => {
    expect(defaultDataFolder({ platform: 'linux', env: {}, home: '/home/a' })).toBe('/home/a/.config/kompl-workstation');
    expect(defaultDataFolder({ platform: 'linux', env: { XDG_CONFIG_HOME: '/x' }, home: '/home/a' })).toBe(
      '/x/kompl-workstation',
    );
    expect(defaultDataFolder({ platform: 'darwin', env: {}, home: '/Users/a' })).toBe(
      '/Users/a/Library/Application Support/kompl-workstation',
    );
    expect(dataFolder('/data').settings).toBe('/data/settings.json');
  });

  it('is told by --data-dir', () => {
    expect(readFlags(['electron', '.', '--data-dir', '/a'])).toEqual({ version: false, dataDir: '/a' });
    expect(readFlags(['electron', '.', '--data-dir=/b', '--version'])).toEqual({ version: true, dataDir: '/b' });
    expect(readFlags(['electron', '.'])).toEqual({ version: false, dataDir: null });
    expect(() => readFlags(['electron', '.', '--data-dir'])).toThrow('--data-dir needs a folder');
    expect(() => readFlags(['electron', '.', '--data-dir', '--version'])).toThrow('--data-dir needs a folder');
  });
});
