/**
 * The one form in which the database holds an entity's approval rules: the argument of `private.guard_approval`. A test compares what
 * stands in `approval_rules` with the definitions.
 */
import { columnName, type EntityDefinition } from '@shared/entities/define';

export interface GuardedApproval {
  /** The column of the state. */
  readonly field: string;
  readonly to: string;
  readonly by: readonly string[];
  readonly quorum: number;
  /** Columns that are no part of what is approved. */
  readonly free: readonly string[];
  readonly back: string | null;
  /** A function of the tenant's schema, uuid → text, over the parts in other tables. */
  readonly parts: string | null;
}

export function guardedApprovals({
  states,
  approval = [],
}: Pick<EntityDefinition, 'states' | 'approval'>): readonly GuardedApproval[] {
  const field = states?.field;
  if (field === undefined) return [];
  return approval.map((rule) => ({
    field: columnName(field),
    to: rule.to,
    by: rule.by,
    quorum: rule.quorum,
    free: (rule.free ?? []).map(columnName),
    back: rule.back ?? null,
    parts: rule.parts ?? null,
  }));
}
