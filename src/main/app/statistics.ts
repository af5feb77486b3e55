/**
 * The planner's statistics on the embedded server, which has no autovacuum: after many rows have come it would go on planning for
 * an empty table. A server looks after its own.
 */
import type { Database } from '../db/database';
import type { Logger } from '../platform/logger';

/** Starts in the background; nobody waits, and a failure only costs time. */
export function refreshStatistics(database: Database, log: Logger): void {
  database
    .admin((client) => client.query('ANALYZE'))
    .catch((error: unknown) => log.warn('statistics were not refreshed', { error }));
}
