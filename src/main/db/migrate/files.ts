/**
 * The migrations on disk: `<folder>/<scope>/NNNN_name.up.sql` with its `.down.sql`, plain SQL, and where rows must be filled in
 * afterwards a `.data.sql`. Placeholders are allowed in the tenant scope only and are filled with validated values only. A
 * tenant's own steps stand in a folder of the administrator's, `<folder>/tenant_<id>/NNNN_name.…`; the history calls them xNNNN.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';
import { keepsForeignKey, withoutPersonKeys } from './people';
import { statementsOf } from './sql-text';

export const SCOPES = ['public', 'private', 'tenant'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Migration {
  readonly scope: Scope;
  /** Four digits; order of application. */
  readonly version: string;
  readonly name: string;
  readonly up: string;
  readonly down: string;
  /** SHA-256 of the up file, line ends counted as LF. */
  readonly checksum: string;
  /** Fills rows in after the step, in batches. */
  readonly data?: DataPart;
}

/** One statement that does the next rows after a key and says how far it came; see `data-step.ts`. */
export interface DataPart {
  readonly sql: string;
  readonly checksum: string;
  /** Rows a batch. */
  readonly batch: number;
  /** A rest after each batch, milliseconds. */
  readonly pauseMs: number;
}

export type MigrationSet = Readonly<Record<Scope, readonly Migration[]>>;

/** Steps of single tenants, by the tenant's id. */
export type ExtraSet = ReadonlyMap<string, readonly Migration[]>;

const FILE = /^(\d{4})_([a-z0-9_]{1,60})\.(up|down|data)\.sql$/;
const PLACEHOLDER = /\{\{([^}]*)\}\}/g;
const KNOWN = ['schema', 'tenant_id', 'role'];
const OF_DATA = ['after', 'limit'];
const SETTINGS = /^--\s*kompl:\s*(.*)$/m;
const TENANT_FOLDER = /^tenant_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;
// The migrator owns the transaction. (BEGIN and END also belong to PL/pgSQL and do no harm inside a transaction.)
const TRANSACTION_CONTROL =
  /^\s*(COMMIT|ROLLBACK|ABORT|START\s+TRANSACTION|BEGIN\s*;|SAVEPOINT|RESET\s+ROLE|SET\s+(SESSION|ROLE))\b/im;

function invalid(file: string, reason: string): CodedError {
  return new CodedError('MIGRATION_FAILED', { file, reason });
}

/** SHA-256 in hex of a text whose line ends are LF, so that a checkout on Windows has the same sums. */
export function checksumOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n'), 'utf8').digest('hex');
}

/**
 * Reads and checks all migrations below `folder`.
 * @throws CodedError MIGRATION_FAILED naming the file and what is wrong with it (name, missing half, placeholder, duplicate)
 */
export async function loadMigrations(folder: string): Promise<MigrationSet> {
  const [publicScope, privateScope, tenantScope] = await Promise.all(SCOPES.map((scope) => loadScope(folder, scope)));
  return { public: publicScope ?? [], private: privateScope ?? [], tenant: tenantScope ?? [] };
}

/**
 * Reads the steps of single tenants below `folder`; empty where none is given.
 * @throws CodedError MIGRATION_FAILED naming what is wrong, a folder that is no tenant's included
 */
export async function loadExtras(folder: string | undefined): Promise<ExtraSet> {
  if (folder === undefined) return new Map();
  const found = new Map<string, readonly Migration[]>();
  for (const entry of await list(folder, folder)) {
    const [, ...parts] = TENANT_FOLDER.exec(entry) ?? [];
    if (parts.length === 0) throw invalid(entry, 'a folder with steps of one tenant is called tenant_ and its id without dashes');
    found.set(parts.join('-'), await loadSteps(join(folder, entry), entry, 'tenant', 'x'));
  }
  return found;
}

async function loadScope(folder: string, scope: Scope): Promise<Migration[]> {
  return loadSteps(join(folder, scope), scope, scope, '');
}

async function list(folder: string, called: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    throw new CodedError('MIGRATION_FAILED', { file: called, reason: 'the folder cannot be read' }, { cause: error });
  }
}

async function loadSteps(folder: string, called: string, scope: Scope, prefix: '' | 'x'): Promise<Migration[]> {
  const parts = new Map<string, { name: string; up?: string; down?: string; data?: DataPart }>();
  for (const entry of await list(folder, called)) {
    const [, version, name, kind] = FILE.exec(entry) ?? [];
    const file = `${called}/${entry}`;
    if (!version || !name) throw invalid(file, 'the name is not NNNN_name.up.sql, .down.sql or .data.sql');
    const text = (await readFile(join(folder, entry), 'utf8')).replaceAll('\r\n', '\n');
    checkPlaceholders(file, scope, text, kind === 'data');
    if (scope === 'tenant' && keepsForeignKey(text))
      throw invalid(
        file,
        'a tenant points to its own schema only; a person’s column is written NAME uuid REFERENCES public.users (id)',
      );
    if (TRANSACTION_CONTROL.test(text)) throw invalid(file, 'the transaction belongs to the migrator');
    const part = parts.get(version) ?? { name };
    if (part.name !== name) throw invalid(file, `version ${version} has two names`);
    if (kind === 'data') part.data = readDataPart(file, text);
    else part[kind === 'up' ? 'up' : 'down'] = text;
    parts.set(version, part);
  }
  return [...parts].map(([version, { name, up, down, data }]) => {
    if (up === undefined || down === undefined) throw invalid(`${called}/${version}_${name}`, 'up or down is missing');
    return { scope, version: `${prefix}${version}`, name, up, down, checksum: checksumOf(up), ...(data ? { data } : {}) };
  });
}

/** `-- kompl: batch 500, pause 20` in the file sets what is not the usual: 1,000 rows a batch and no rest. */
function readDataPart(file: string, text: string): DataPart {
  const numbers = { batch: 1000, pause: 0 };
  for (const setting of (SETTINGS.exec(text)?.[1] ?? '').split(',').filter((part) => part.trim() !== '')) {
    const [, key, value] = /^\s*(batch|pause)\s+(\d{1,6})\s*$/.exec(setting) ?? [];
    if (key !== 'batch' && key !== 'pause') throw invalid(file, `unknown setting “${setting.trim()}”`);
    numbers[key] = Number(value);
  }
  if (numbers.batch < 1) throw invalid(file, 'a batch has at least one row');
  if (statementsOf(text).length !== 1) throw invalid(file, 'a data migration is one statement');
  for (const key of OF_DATA) if (!text.includes(`{{${key}}}`)) throw invalid(file, `{{${key}}} is missing`);
  return { sql: text, checksum: checksumOf(text), batch: numbers.batch, pauseMs: numbers.pause };
}

function checkPlaceholders(file: string, scope: Scope, text: string, data: boolean): void {
  for (const [whole, key = ''] of text.matchAll(PLACEHOLDER)) {
    if (data && OF_DATA.includes(key)) continue;
    if (scope !== 'tenant') throw invalid(file, `${whole} is for tenant migrations only`);
    if (!KNOWN.includes(key)) throw invalid(file, `unknown placeholder ${whole}`);
  }
}

/** The SQL for one tenant, persons' columns without their key to public. `tenantId` is checked to be a lower-case uuid before it goes anywhere near the text. */
export function fillPlaceholders(sql: string, tenantId: string): string {
  const schema = tenantSchema(tenantId);
  return withoutPersonKeys(sql)
    .replaceAll('{{schema}}', schema)
    .replaceAll('{{role}}', schema)
    .replaceAll('{{tenant_id}}', tenantId);
}
