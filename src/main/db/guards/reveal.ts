/**
 * Personal data in the clear, the way the database gives it: who asks and why is committed first, then a second transaction reads.
 * There is no shorter way; see docs/decisions/0022-personal-data-is-shown-after-the-record.md.
 */
import { CodedError } from '@shared/errors';
import type { TenantScope } from '../scope';

/** What may be revealed, and the values each function gives. */
export interface Revealed {
  readonly dsrRequests: { readonly dataSubjectId: string | null; readonly requestDetails: unknown };
  readonly dataInventory: { readonly dataSubjects: unknown };
}

/** The part of a database that is needed here. */
interface TenantTransactions {
  withTenant<T>(
    scope: TenantScope,
    work: (tx: {
      query<Row extends Record<string, unknown>>(
        text: string,
        values?: readonly unknown[],
      ): Promise<{ readonly rows: readonly Row[] }>;
    }) => Promise<T>,
  ): Promise<T>;
}

const QUERIES: Readonly<Record<keyof Revealed, string>> = {
  dsrRequests: `SELECT recorded, data_subject_id AS "dataSubjectId", request_details AS "requestDetails"
    FROM reveal_dsr_request($1::uuid, $2::text)`,
  dataInventory: `SELECT recorded, data_subjects AS "dataSubjects" FROM reveal_data_inventory($1::uuid, $2::text)`,
};

/**
 * The clear values of one record, for a person with the privacy function. `reason` has five characters or more and stands in the
 * trail with the person. Throws ROLE_FORBIDS, REASON_REQUIRED, NOT_FOUND (none such, or restricted).
 */
export async function revealPersonal<K extends keyof Revealed>(
  database: TenantTransactions,
  scope: Omit<TenantScope, 'function' | 'readOnly'>,
  kind: K,
  id: string,
  reason: string,
): Promise<Revealed[K]> {
  type Answer = Revealed[K] & { readonly recorded: boolean } & Record<string, unknown>;
  const ask = () =>
    database.withTenant(
      { ...scope, function: 'privacy' },
      async (tx) => (await tx.query<Answer>(QUERIES[kind], [id, reason])).rows[0],
    );
  // The first answer holds the values already where the same person asked within the last minutes.
  const first = await ask();
  const answer = first?.recorded ? await ask() : first;
  if (!answer || answer.recorded) throw new CodedError('NOT_FOUND', { entity: kind, id });
  return answer;
}
