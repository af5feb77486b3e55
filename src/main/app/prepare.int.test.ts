/** Preparing the workspace on this laptop: whole the first time, one look the next, whole again when anything differs. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../db/database';
import { inProcessTransport } from '../db/embedded/transport';
import { embeddedFolder } from '../db/testing/databases';
import { silentLogger } from '../platform/logger';
import { prepareWorkspace } from './prepare';
import { MIGRATIONS } from './testing';

describe('the preparation', () => {
  let folder: string;
  let migrations: string;
  let database: Database;
  beforeAll(async () => {
    folder = await embeddedFolder();
    migrations = await mkdtemp(join(tmpdir(), 'kompl-migrations-'));
    await cp(MIGRATIONS, migrations, { recursive: true });
    database = openDatabase({ kind: 'embedded', dataDir: folder, transport: inProcessTransport() });
  });
  afterAll(async () => {
    await database.close();
    await Promise.all([folder, migrations].map((path) => rm(path, { recursive: true, force: true })));
  });

  /** Says what a person would have read meanwhile. */
  async function prepare(): Promise<string[]> {
    const said: string[] = [];
    const stamp = join(folder, 'workspace-stamp.json');
    await prepareWorkspace(database, {
      migrations,
      stamp,
      demo: false,
      progress: (text) => void said.push(text),
      log: silentLogger,
    });
    return said;
  }
  const steps = () =>
    database.admin(async (client) => (await client.query('SELECT count(*)::int AS n FROM private.migration_history')).rows[0]);

  it('makes everything the first time', async () => {
    expect(await prepare()).toEqual(['Bringing the workspace up to date']);
    expect(await steps()).toMatchObject({ n: expect.any(Number) });
  });

  it('only looks the next time, and changes nothing', async () => {
    const before = await steps();
    expect(await prepare()).toEqual([]);
    expect(await steps()).toEqual(before);
  });

  it('goes the whole way for a new migration', async () => {
    const name = (await readdir(join(migrations, 'public'))).filter((file) => file.endsWith('.up.sql')).at(-1) ?? '';
    const next = String(Number(name.slice(0, 4)) + 1).padStart(4, '0');
    await writeFile(join(migrations, 'public', `${next}_probe.up.sql`), 'CREATE TABLE public.probe (id integer PRIMARY KEY);\n');
    await writeFile(join(migrations, 'public', `${next}_probe.down.sql`), 'DROP TABLE public.probe;\n');
    expect(await prepare()).toEqual(['Bringing the workspace up to date']);
    await database.admin((client) => client.query('SELECT id FROM public.probe'));
  });

  it('refuses a migration that was changed after it was applied, stamp or not', async () => {
    const name = (await readdir(join(migrations, 'public'))).filter((file) => file.endsWith('_probe.up.sql'))[0] ?? '';
    const path = join(migrations, 'public', name);
    const text = await readFile(path, 'utf8');
    await writeFile(path, `${text}-- changed\n`);
    await expect(prepare()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    await writeFile(path, text);
    expect(await prepare()).toEqual([]);
  });

  it('leaves a workspace alone that a newer program has migrated, though the stamp fits the files', async () => {
    await database.admin((client) =>
      client.query(
        `INSERT INTO private.migration_history (version, description, scope, checksum, duration_ms)
         VALUES ('9999', 'from the future', 'public', repeat('0', 64), 1)`,
      ),
    );
    const steps = () => database.admin((client) => client.query('SELECT count(*) AS n FROM private.migration_history'));
    const before = (await steps()).rows;
    await expect(prepare()).resolves.toEqual([]);
    expect((await steps()).rows).toEqual(before);
    await database.admin((client) => client.query("DELETE FROM private.migration_history WHERE version = '9999'"));
  });

  it('goes the whole way when the stamp cannot be read', async () => {
    await writeFile(join(folder, 'workspace-stamp.json'), 'not json');
    expect(await prepare()).toEqual([]);
    expect(JSON.parse(await readFile(join(folder, 'workspace-stamp.json'), 'utf8'))).toMatchObject({ version: 1, demo: false });
  });
});
