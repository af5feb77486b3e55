/** Types of pgbouncer.mjs for tests in TypeScript. */
import type { PostgresServer } from './postgres.mjs';

export interface PgBouncer {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  stop(): Promise<void>;
  prepareDatabase(name: string): Promise<void>;
}
export function startPgBouncer(options: {
  pg: PostgresServer;
  port?: number;
  settings?: Record<string, string | number>;
}): Promise<PgBouncer>;
