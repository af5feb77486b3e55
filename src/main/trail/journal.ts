/**
 * What the workstation itself tells the trail: who opened a tenant, which evidence was looked at, what was taken out, what was
 * refused. A reading is written before anything is shown; a refusal is written as well as can be, for it must not fail twice.
 */
import type { TenantFunction } from '@shared/roles';
import type { Database } from '../db/database';
import type { Logger } from '../platform/logger';

export interface JournalPerson {
  readonly personId: string;
  readonly tenantId: string;
  readonly functions: readonly TenantFunction[];
}

export type JournalDetails = Readonly<Record<string, string | number | boolean | null>>;

export interface JournalEntry {
  readonly action: 'read' | 'export' | 'import' | 'denied';
  /** The table's name. */
  readonly resourceType: string;
  readonly resourceId: string | null;
  readonly details?: JournalDetails;
}

type Writer = Pick<Database, 'withTenant'>;

function scopeOf(person: JournalPerson, source: string) {
  const { tenantId, personId, functions } = person;
  return { tenantId, personId, function: functions[0] ?? ('viewer' as const), source };
}

/** Writes the entry or rejects; whoever shows something afterwards waits for it. */
export async function note(database: Writer, person: JournalPerson, source: string, entry: JournalEntry): Promise<void> {
  await database.withTenant(scopeOf(person, source), (tx) =>
    tx.query('SELECT log_access($1, $2, $3::uuid, $4::jsonb)', [
      entry.action,
      entry.resourceType,
      entry.resourceId,
      entry.details === undefined ? null : JSON.stringify(entry.details),
    ]),
  );
}

/** The person opened the tenant, or leaves it. */
export async function noteVisit(
  database: Writer,
  person: JournalPerson,
  source: string,
  action: 'sign_in' | 'sign_out',
): Promise<void> {
  await database.withTenant(scopeOf(person, source), (tx) => tx.query('SELECT note_visit($1)', [action]));
}

/** As well as can be: a trail that cannot be written to now is said in the log, and nobody is kept from their work. */
export function asWellAsCanBe(work: Promise<void>, log: Logger, what: string): Promise<void> {
  return work.catch((error: unknown) => {
    log.warn('the trail could not be told', {
      what,
      code: error instanceof Error && 'code' in error ? String(error.code) : null,
    });
  });
}
