/** Types of postgres.mjs for tests in TypeScript. */
export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly superuserUrl: string;
  readonly password: string;
  readonly caFile: string;
  readonly folder: string;
  readonly logFile: string;
  readonly programs: { readonly bin: string };
  readonly account: { readonly uid?: number; readonly gid?: number };
  stop(): Promise<void>;
  restart(): Promise<void>;
  kill9(): Promise<void>;
  psql(sql: string, database?: string): Promise<void>;
}
export function startPostgres(options?: {
  folder?: string;
  port?: number;
  settings?: Record<string, string | number>;
}): Promise<PostgresServer>;
