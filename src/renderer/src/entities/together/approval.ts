/** What an approval panel says and offers, without drawing: whose turn it is, why somebody may not, what changed since. Pure. */
import { type ApprovalRule, columnName, type Entity } from '@shared/entities/define';
import { FUNCTION_LABELS, type TenantFunction } from '@shared/roles';
import type { Approval } from '@shared/wire/collab';
import { type GenericRow, sameValue } from '../rows';

export interface Asker {
  readonly id: string;
  readonly functions: readonly TenantFunction[];
}

/** `Compliance or Administrator` */
export function functionsWords(functions: readonly TenantFunction[]): string {
  return functions.map((fn) => FUNCTION_LABELS[fn]).join(' or ');
}

/** `2 of Compliance or Administrator` in words. */
export function ruleWords(rule: ApprovalRule): string {
  const people = rule.quorum === 1 ? 'One person' : `${rule.quorum} people`;
  return `${people} of ${functionsWords(rule.by)}, not who wrote it`;
}

export function givenVotes(approval: Approval): number {
  return approval.votes.filter((vote) => vote.decision === 'approve' && vote.withdrawnAt === null).length;
}

/** Why this person does not decide about it; null where they may. */
export function whyNotDecide(rule: ApprovalRule, approval: Approval, authors: readonly string[], me: Asker): string | null {
  if (!rule.by.some((fn) => me.functions.includes(fn))) return `${functionsWords(rule.by)} approve it.`;
  if (approval.askedBy === me.id) return 'You asked for it, so somebody else approves it.';
  if (authors.includes(me.id)) return 'You wrote this, so somebody else approves it.';
  if (approval.votes.some((vote) => vote.personId === me.id && vote.withdrawnAt === null)) return 'You approved it.';
  return null;
}

/** The newest request of a step, and the newest that was granted. */
export function standing(
  approvals: readonly Approval[],
  step: string,
): { readonly last: Approval | null; readonly granted: Approval | null } {
  const of = approvals.filter((approval) => approval.step === step);
  return { last: of[0] ?? null, granted: of.find((approval) => approval.status === 'granted') ?? null };
}

/** True where the record may be moved to the step as it is. */
export function isGranted(approvals: readonly Approval[], step: string): boolean {
  return standing(approvals, step).last?.status === 'granted';
}

export interface Difference {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The fields in which the record is not what was approved. */
export function differencesTo(definition: Entity, approval: Approval, row: GenericRow): readonly Difference[] {
  return Object.keys(definition.fields).flatMap((field) => {
    const column = columnName(field);
    if (!Object.hasOwn(approval.content, column)) return [];
    const before = approval.content[column];
    const after = row[field] ?? null;
    return sameValue(before, after) ? [] : [{ field, before, after }];
  });
}
