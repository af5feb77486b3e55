/**
 * What rating the findings of an audit speak for, with the reason. It is a suggestion: nothing writes it but a person. The scale is that
 * of common internal audit practice: one critical finding, or several high ones, and the whole is unsatisfactory.
 */
import type { EntityRow } from '../entities/registry';

type Finding = Pick<EntityRow<'findings'>, 'severity' | 'status'>;
export type Rating = NonNullable<EntityRow<'auditReports'>['overallRating']>;

/** From so many findings of high severity on, the whole is unsatisfactory. */
const MANY_HIGH = 3;
/** From so many of medium severity on, improvement is needed. */
const MANY_MEDIUM = 3;

export interface RatingSuggestion {
  readonly rating: Rating;
  readonly reason: string;
}

/** Dismissed findings do not count; a finding that was remedied meanwhile still does, for the report speaks of the audit. */
export function suggestRating(findings: readonly Finding[]): RatingSuggestion {
  const count = (severity: string) => findings.filter((f) => f.severity === severity && f.status !== 'dismissed').length;
  const [critical, high, medium, low] = [count('critical'), count('high'), count('medium'), count('low')];
  if (critical > 0) return { rating: 'unsatisfactory', reason: `${said(critical, 'critical')}.` };
  if (high >= MANY_HIGH)
    return { rating: 'unsatisfactory', reason: `${said(high, 'high')}, ${MANY_HIGH} or more are unsatisfactory.` };
  if (high > 0) return { rating: 'needs_improvement', reason: `${said(high, 'high')}, none critical.` };
  if (medium >= MANY_MEDIUM)
    return { rating: 'needs_improvement', reason: `${said(medium, 'medium')}, ${MANY_MEDIUM} or more need improvement.` };
  if (medium + low === 0) return { rating: 'satisfactory', reason: 'No finding of any severity.' };
  return { rating: 'satisfactory', reason: `${said(medium, 'medium')} and ${low} low, none above.` };
}

function said(count: number, severity: string): string {
  return `${count} ${severity} ${count === 1 ? 'finding' : 'findings'}`;
}
