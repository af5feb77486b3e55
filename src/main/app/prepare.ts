/**
 * Brings the workspace on this laptop up to date before anybody signs in: migrations, and at its first start the demonstration.
 *
 * Almost always there is nothing to do, and the person is waiting. So after each success a stamp is kept: which migration files
 * there were, and what the history in the database said. While both are the same, one query is all that a start needs; any
 * difference, or a stamp that cannot be read, leads to the whole way.
 */
import { createHash } from 'node:crypto';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import type { Database } from '../db/database';
import { type AdminClient, asOwner, loadMigrations, migrateAll, SCOPES } from '../db/migrate';
import { systemClock } from '../entities/context';
import type { JsonStore } from '../platform/json-store';
import type { Logger } from '../platform/logger';
import type { PdfPrinter } from '../reports/document';
import { openStamp, type Stamp } from './stamp';

/** Well after a start, long before anybody waits for it. */
const PARTITIONS_AFTER_MS = 5_000;

export interface PrepareOptions {
  readonly migrations: string;
  /** Where the stamp is kept. */
  readonly stamp: string;
  /** Whether a workspace without tenants gets the demonstration. */
  readonly demo: boolean;
  readonly progress: (text: string) => void;
  /** For the demonstration's issued report. */
  readonly printer?: PdfPrinter | null;
  readonly log: Logger;
}

/**
 * Resolves when the workspace can be used. Throws MIGRATION_FAILED and what the database throws. A workspace that a newer program
 * has migrated is left as it is: whoever signs in reads and does not write. `demo`: the workspace holds the demonstration tenants.
 */
export async function prepareWorkspace(database: Database, options: PrepareOptions): Promise<{ readonly demo: boolean }> {
  // The files are read while the database is still starting.
  const [files] = await Promise.all([filesHash(options.migrations), database.ready()]);
  const store = openStamp(options.stamp, systemClock.now);
  const stamp = store.get();
  if (stamp.files === files && stamp.history === (await database.admin(historyMark))) {
    keepPartitions(database, options.log);
    return { demo: stamp.demo };
  }
  try {
    return await prepareFully(database, files, store, options);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'SCHEMA_NEWER') throw error;
    options.log.warn('the workspace is newer than this program', { version: error.details.version ?? null });
    return { demo: stamp.demo };
  }
}

async function prepareFully(database: Database, files: string, store: JsonStore<Stamp>, options: PrepareOptions) {
  const { migrations, progress, log } = options;
  const report = await migrateAll(() => database.connectAdmin(), {
    folder: migrations,
    now: () => performance.now(),
    log(event) {
      if (event.kind === 'started' && event.pending > 0) progress('Bringing the workspace up to date');
      else if (event.kind === 'failed')
        log.error('migration failed', { version: event.version, name: event.name, sqlstate: event.sqlstate });
    },
  });
  const [failure] = report.failures;
  if (failure)
    throw new CodedError('MIGRATION_FAILED', { version: failure.version, name: failure.name, sqlState: failure.sqlstate });
  if (report.steps.length > 0)
    log.info('workspace migrated', { steps: report.steps.length, durationMs: Math.round(report.durationMs) });
  let demo = false;
  if (options.demo) {
    // Needed at a first start only.
    const { seedDemo } = await import('../demo');
    const result = await seedDemo(database, { migrations, clock: systemClock, progress, printer: options.printer ?? null });
    demo = result.demo;
    if (result.seeded) log.info('demonstration made');
  }
  const history = await database.admin(historyMark);
  try {
    store.update(() => ({ version: 1, files, history, demo }));
  } catch (error) {
    // Without a stamp the next start only takes longer.
    log.warn('the stamp of the workspace could not be kept', { error });
  }
  return { demo };
}

/** One hash for all migration files. */
async function filesHash(folder: string): Promise<string> {
  const files = await loadMigrations(folder);
  const hash = createHash('sha256');
  for (const scope of SCOPES) for (const { version, checksum } of files[scope]) hash.update(`${scope} ${version} ${checksum}\n`);
  return hash.digest('hex');
}

/** What the history says, in one line; empty where there is none yet. */
async function historyMark(client: AdminClient): Promise<string> {
  try {
    const { rows } = await client.query(
      `SELECT concat_ws(' ', count(*), max(id), max(executed_at)) AS mark FROM private.migration_history`,
    );
    return z.array(z.object({ mark: z.string() })).parse(rows)[0]?.mark ?? '';
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === '42P01' || error.code === '3F000')) return '';
    throw error;
  }
}

/** The months ahead of the platform's log: needed in weeks, so they do not take the engine from the window that is opening. */
function keepPartitions(database: Database, log: Logger): void {
  const look = () =>
    database
      .admin((client) => asOwner(client, () => client.query('SELECT private.ensure_log_partitions()')))
      .catch((error: unknown) => log.warn('partitions were not looked after', { error }));
  setTimeout(look, PARTITIONS_AFTER_MS).unref();
}
