/** Types of replica.mjs for tests in TypeScript. */
import type { PostgresServer } from './postgres.mjs';

export interface Replica {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  promote(): Promise<void>;
  kill9(): Promise<void>;
  stop(): Promise<void>;
}
export function startReplica(options: { primary: PostgresServer; name?: string }): Promise<Replica>;
