/**
 * The migrations on disk: `<folder>/<scope>/NNNN_name.up.sql` with its `.down.sql`, plain SQL. Placeholders are allowed in the
 * tenant scope only and are filled with validated values only.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@shared/errors';
import { tenantSchema } from '@shared/roles';

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
}

export type MigrationSet = Readonly<Record<Scope, readonly Migration[]>>;

const FILE = /^(\d{4})_([a-z0-9_]{1,60})\.(up|down)\.sql$/;
const PLACEHOLDER = /\{\{([^}]*)\}\}/g;
const KNOWN = ['schema', 'tenant_id', 'role'];
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

async function loadScope(folder: string, scope: Scope): Promise<Migration[]> {
  let entries: string[];
  try {
    entries = (await readdir(join(folder, scope))).sort();
  } catch (error) {
    throw new CodedError('MIGRATION_FAILED', { file: scope, reason: 'the folder cannot be read' }, { cause: error });
  }
  const halves = new Map<string, { name: string; up?: string; down?: string }>();
  for (const entry of entries) {
    const [, version, name, direction] = FILE.exec(entry) ?? [];
    const file = `${scope}/${entry}`;
    if (!version || !name) throw invalid(file, 'the name is not NNNN_name.up.sql or NNNN_name.down.sql');
    const text = (await readFile(join(folder, scope, entry), 'utf8')).replaceAll('\r\n', '\n');
    checkPlaceholders(file, scope, text);
    if (TRANSACTION_CONTROL.test(text)) throw invalid(file, 'the transaction belongs to the migrator');
    const half = halves.get(version) ?? { name };
    if (half.name !== name) throw invalid(file, `version ${version} has two names`);
    if (direction === 'up') half.up = text;
    else half.down = text;
    halves.set(version, half);
  }
  return [...halves].map(([version, { name, up, down }]) => {
    if (up === undefined || down === undefined) throw invalid(`${scope}/${version}_${name}`, 'up or down is missing');
    return { scope, version, name, up, down, checksum: checksumOf(up) };
  });
}

function checkPlaceholders(file: string, scope: Scope, text: string): void {
  for (const [whole, key] of text.matchAll(PLACEHOLDER)) {
    if (scope !== 'tenant') throw invalid(file, `${whole} is for tenant migrations only`);
    if (!KNOWN.includes(key ?? '')) throw invalid(file, `unknown placeholder ${whole}`);
  }
}

/** The SQL for one tenant. `tenantId` is checked to be a lower-case uuid before it goes anywhere near the text. */
export function fillPlaceholders(sql: string, tenantId: string): string {
  const schema = tenantSchema(tenantId);
  return sql.replaceAll('{{schema}}', schema).replaceAll('{{role}}', schema).replaceAll('{{tenant_id}}', tenantId);
}
