/**
 * What every service call is given: the person, their device, the clock and the way to the database. Platform-free on purpose,
 * so that the window, the command line and the tests run the very same services.
 */
import type { EntityName } from '@shared/entities/registry';
import type { TenantFunction } from '@shared/roles';
import type { ResultCache } from './cache';

/** One parameterised statement inside the scope's transaction; SQL text never holds input, values do. */
export interface SqlClient {
  query<Row extends Record<string, unknown> = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
}

interface AttemptingClient extends SqlClient {
  attempt<T>(part: () => Promise<T>): Promise<T>;
}

/**
 * A part of a transaction that may fail for itself: where it rejects, what it wrote is undone and the transaction goes on. One after
 * another. Every transaction of the database layer can do so (`db/transaction.ts`).
 */
export function attempt<T>(tx: SqlClient, part: () => Promise<T>): Promise<T> {
  const canAttempt = (client: SqlClient): client is AttemptingClient => 'attempt' in client;
  if (!canAttempt(tx)) throw new TypeError('this client has no savepoints');
  return tx.attempt(part);
}

export interface ServiceScope {
  readonly tenantId: string;
  /** The database role the transaction takes on. */
  readonly function: TenantFunction;
  readonly personId: string;
  /** Who speaks, for the trail: `workstation/0.1.0 <device>` or `kompl/0.1.0 <host>`. */
  readonly source: string;
  readonly opId?: string;
  readonly reason?: string;
  readonly readOnly?: boolean;
  /** May be answered by a standby that holds the person's own writes. */
  readonly lagging?: boolean;
}

/** Runs `work` in one transaction as one function of one tenant: commits when it resolves, rolls back when it rejects. */
export interface TenantScopeRunner {
  withTenant<T>(scope: ServiceScope, work: (tx: SqlClient) => Promise<T>): Promise<T>;
}

export interface Clock {
  now(): Date;
  /** The calendar date where the person sits, `YYYY-MM-DD`: what "due today" means to them. */
  today(): string;
}

/** The machine's own clock and time zone. */
export const systemClock: Clock = {
  now: () => new Date(),
  today: () => calendarDate(new Date()),
};

/** A date in the machine's time zone as `YYYY-MM-DD`. */
export function calendarDate(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** `2026-02-27` and 3 → `2026-03-02`. Calendar arithmetic, so no time zone can shift it. */
export function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

export interface ServiceSession {
  readonly personId: string;
  readonly tenantId: string;
  /** The person's functions in this tenant; the database holds the same memberships and has the last word. */
  readonly functions: readonly TenantFunction[];
}

export interface Device {
  readonly id: string;
  /** The next number of this device's own count of operations; never given out twice. */
  nextSeq(): number | Promise<number>;
}

export interface EntityContext {
  readonly database: TenantScopeRunner;
  readonly session: ServiceSession;
  readonly device: Device;
  readonly clock: Clock;
  readonly source: string;
  /** Answers kept for this person in this tenant; nothing is kept where it is left out. */
  readonly cache?: ResultCache;
  /** Called after the commit with the entities whose records changed. */
  readonly onChanged?: (entities: readonly EntityName[]) => void;
}
