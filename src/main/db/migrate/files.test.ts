import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CodedError } from '@shared/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checksumOf, fillPlaceholders, loadMigrations } from './files';
import { alterSubcommands, statementsOf } from './sql-text';

const TENANT = '0b9f1c52-7a8e-4d2c-9f11-3a5b7c9d1e2f';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kompl-files-'));
  for (const scope of ['public', 'private', 'tenant']) await mkdir(join(folder, scope));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

async function refusal() {
  const error = await loadMigrations(folder).catch((e: unknown) => e);
  if (!(error instanceof CodedError)) throw new Error('not refused');
  return [error.code, error.details.file];
}

describe('loadMigrations', () => {
  it('gives the steps in the order of their numbers', async () => {
    await write({
      'tenant/0002_second.up.sql': 'b',
      'tenant/0002_second.down.sql': 'B',
      'tenant/0001_first.up.sql': 'a {{schema}}',
      'tenant/0001_first.down.sql': 'A',
    });
    const { tenant } = await loadMigrations(folder);
    expect(tenant.map(({ version, name, up, down }) => [version, name, up, down])).toEqual([
      ['0001', 'first', 'a {{schema}}', 'A'],
      ['0002', 'second', 'b', 'B'],
    ]);
  });

  it.each([
    ['a foreign name', { 'public/readme.txt': '' }, 'public/readme.txt'],
    ['an up without a down', { 'public/0001_x.up.sql': '' }, 'public/0001_x'],
    ['a down without an up', { 'public/0001_x.down.sql': '' }, 'public/0001_x'],
    [
      'one number with two names',
      { 'public/0001_x.up.sql': '', 'public/0001_x.down.sql': '', 'public/0001_y.up.sql': '' },
      'public/0001_y.up.sql',
    ],
    ['a placeholder in a shared scope', { 'private/0001_x.up.sql': '{{schema}}' }, 'private/0001_x.up.sql'],
    ['a COMMIT of its own', { 'tenant/0001_x.up.sql': 'SELECT 1;\n  commit;' }, 'tenant/0001_x.up.sql'],
    ['a change of role', { 'public/0001_x.down.sql': 'RESET ROLE;' }, 'public/0001_x.down.sql'],
    [
      'a key out of the tenant',
      { 'tenant/0001_x.up.sql': 'ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES public.users (id);' },
      'tenant/0001_x.up.sql',
    ],
    ['an unknown placeholder', { 'tenant/0001_x.up.sql': '{{Schema}}' }, 'tenant/0001_x.up.sql'],
  ])('refuses %s and names the file', async (_, files, file) => {
    await write(files as Record<string, string>);
    expect(await refusal()).toEqual(['MIGRATION_FAILED', file]);
  });

  it('refuses a folder that is not there', async () => {
    await rm(join(folder, 'tenant'), { recursive: true });
    expect(await refusal()).toEqual(['MIGRATION_FAILED', 'tenant']);
  });
});

describe('checksumOf', () => {
  it('is that of SHA-256', () => {
    expect(checksumOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('does not see how a checkout ends its lines, but every other byte', () => {
    expect(checksumOf('a;\r\nb;\r\n')).toBe(checksumOf('a;\nb;\n'));
    expect(checksumOf('a;\nb;')).not.toBe(checksumOf('a;\nb;\n'));
  });
});

describe('fillPlaceholders', () => {
  it('makes a person’s column without its key to public, and marks it', () => {
    const sql =
      'CREATE TABLE {{schema}}.a (b uuid NOT NULL REFERENCES public.users (id),\n c uuid REFERENCES public.users (id), d uuid REFERENCES {{schema}}.a (id));';
    expect(fillPlaceholders(sql, TENANT).replaceAll(/tenant_[0-9a-f]+/g, 't')).toBe(
      "CREATE TABLE t.a (b uuid NOT NULL CHECK (b <> '00000000-0000-0000-0000-000000000000'::uuid),\n c uuid CHECK (c <> '00000000-0000-0000-0000-000000000000'::uuid), d uuid REFERENCES t.a (id));",
    );
  });

  it('fills schema, role prefix and id', () => {
    const schema = 'tenant_0b9f1c527a8e4d2c9f113a5b7c9d1e2f';
    expect(fillPlaceholders("{{schema}}.t TO {{role}}_viewer '{{tenant_id}}'", TENANT)).toBe(
      `${schema}.t TO ${schema}_viewer '${TENANT}'`,
    );
  });

  it.each(["x'; DROP SCHEMA public; --", TENANT.toUpperCase(), '', `${TENANT}\n`])('takes no %j for a tenant', (id) => {
    expect(() => fillPlaceholders('{{schema}}', id)).toThrow(TypeError);
  });
});

/** DESIGN.md, section 3, "Scale": the rules that can be read off the text. */
describe('the rules for growing past one server', async () => {
  const files = await loadMigrations(resolve(import.meta.dirname, '../../../../migrations'));
  const bare = (sql: string) => sql.replace(/--.*$/gm, '');
  const all = Object.values(files).flat();

  const halves = all.flatMap(({ scope, version, name, up, down }) => [
    [`${scope}/${version}_${name}.up`, bare(up)] as const,
    [`${scope}/${version}_${name}.down`, bare(down)] as const,
  ]);

  it.each(halves)('hold in %s', (_, sql) => {
    expect(sql).not.toMatch(/\bTG_TABLE_(NAME|SCHEMA)\b|\bTG_RELNAME\b/i);
    expect(sql).not.toMatch(/\bCREATE\s+(TYPE|DOMAIN)\b/i);
    expect(sql).not.toMatch(/\bpg_advisory_lock\b/i);
    for (const statement of statementsOf(sql)) expect(alterSubcommands(statement)?.length ?? 1, statement).toBe(1);
    // a policy asks no query and ends in no IS [NOT] NULL or TRUE
    for (const [policy] of sql.matchAll(/\bCREATE\s+POLICY\b[^;]*/gi)) expect(policy).not.toMatch(/\bSELECT\b(?!\s+TO)|\bIS\b/);
  });

  // Whoever rewrites a table has PostgreSQL read every index expression of the database: three such columns were half of the work
  // of making the four hundredth tenant. Those of 0019 stand.
  it.each(files.tenant.filter(({ version }) => version > '0019').map((file) => [file.version, bare(file.up)] as const))(
    'rewrite no table in tenant/%s',
    (_, sql) => {
      expect(sql).not.toMatch(/\bADD\s+COLUMN\b[^;]*\b(GENERATED|gen_random_uuid|clock_timestamp)\b/i);
      expect(sql).not.toMatch(/\bALTER\s+COLUMN\s+\w+\s+(SET\s+DATA\s+)?TYPE\b/i);
    },
  );

  it.each(files.tenant.map((file) => [file.version, bare(file.up)] as const))('keep tenant/%s in its own schema', (_, sql) => {
    expect(sql).not.toMatch(/\bMATERIALIZED\s+VIEW\b/i);
    expect(sql).not.toMatch(/\b(INSERT INTO|UPDATE|DELETE FROM)\s+(public|private)\./i);
    for (const [, target] of sql.matchAll(/\bREFERENCES\s+([\w.{}]+)/gi)) {
      expect(target === 'public.users' || target?.startsWith('{{schema}}.')).toBe(true);
    }
  });
});
