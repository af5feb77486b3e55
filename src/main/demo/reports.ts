/**
 * The demonstration's audit reports: one in review for an audit whose work is done, one drafted while the audit runs. None is issued:
 * that takes a second person's approval and the window's printer.
 */
import type { EntityContext } from '@main/entities/context';
import type { EntityRow } from '@shared/entities/registry';
import type { Records, Wanted } from './records';

const WORDS: Wanted = {
  reportType: 'Final',
  distribution: 'Management board\nHead of information security\nAudit committee',
  methodology:
    'We tested each control for its **design** and for its **operation**:\n\n- interviews with those who run it,\n- inspection of records,\n- samples drawn at random, with their seed on record, so that anybody can draw them again.',
};

const CLOSED: Wanted = {
  ...WORDS,
  overallRating: 'satisfactory',
  executiveSummary:
    'The controls of the baseline are in place and were run through the year. What we found is limited, and each point has an owner and a date.',
  opinion: 'In our opinion the controls tested were **suitably designed and operated effectively** in the period.',
  positiveObservations: 'Access reviews were complete and on time in every quarter.',
};

const RUNNING: Wanted = {
  ...WORDS,
  reportType: 'Draft for discussion',
  executiveSummary:
    'Fieldwork at the branch is under way. Joiners and movers are handled well; *leavers keep access too long*, and changes reach production without a second pair of eyes.',
};

/** Reports on an audit that will come to `status`, before it does: a closed audit takes no report any more. */
export async function makeReport(
  ctx: EntityContext,
  records: Records,
  plan: EntityRow<'auditPlans'>,
  status: string,
): Promise<void> {
  const ended = status === 'reported' || status === 'closed';
  if (!ended && status !== 'fieldwork') return;
  const there = await records.page(ctx, 'auditReports', [{ field: 'auditPlanId', op: 'eq', value: plan.id }]);
  if (there.total > 0) return;
  const wanted: Wanted = {
    ...(ended ? CLOSED : RUNNING),
    title: `Audit report: ${plan.auditName}`,
    auditPlanId: plan.id,
    periodFrom: plan.startDate,
    periodTo: plan.endDate,
    scopeObjectives: [plan.objective, plan.scope].filter(Boolean).join('\n\n'),
  };
  await records.create(ctx, 'auditReports', wanted, ended ? 'in_review' : 'draft');
}
