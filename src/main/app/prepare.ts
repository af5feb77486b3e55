/** Brings the workspace on this laptop up to date before anybody signs in: migrations, and at its first start the demonstration. */
import { CodedError } from '@shared/errors';
import type { Database } from '../db/database';
import { migrateAll } from '../db/migrate';
import { seedDemo } from '../demo';
import { systemClock } from '../entities/context';
import type { Logger } from '../platform/logger';

export interface PrepareOptions {
  readonly migrations: string;
  /** Whether a workspace without tenants gets the demonstration. */
  readonly demo: boolean;
  readonly progress: (text: string) => void;
  readonly log: Logger;
}

/** Throws MIGRATION_FAILED, SCHEMA_NEWER and what the database throws. `demo`: the workspace holds the demonstration tenants. */
export async function prepareWorkspace(database: Database, options: PrepareOptions): Promise<{ readonly demo: boolean }> {
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
  if (!options.demo) return { demo: false };
  const { demo, seeded } = await seedDemo(database, { migrations, clock: systemClock, progress });
  if (seeded) log.info('demonstration made');
  return { demo };
}
