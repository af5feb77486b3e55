/** AuditOps beyond the fields of its records: programmes, workpapers, findings with actions, evidence with files. */
import type { EntityContext } from '@main/entities/context';
import type {
  Narrow,
  PlanFromResult,
  Programme,
  RaiseFindingInput,
  RaiseFindingResult,
  ScopeFamily,
  Workpaper,
} from '@shared/wire/audits';
import type { AttachResult } from '@shared/wire/evidence';
import type { AuditStory } from '@shared/wire/story';
import { type AttachEvidenceInput, attachEvidence } from './attach-evidence';
import { AUDITOPS_HOOKS } from './hooks';
import { type PlanProgrammeInput, planProgramme } from './plan-programme';
import { auditScope, programme } from './programme';
import { raiseFinding } from './raise-finding';
import { auditStory } from './story';
import { workpaper } from './workpaper';

export { type AttachEvidenceInput, AUDITOPS_HOOKS, type PlanProgrammeInput };

/** The audit work of a tenant, as the routers and the command line call it. */
export class AuditOps {
  planProgramme(ctx: EntityContext, input: PlanProgrammeInput): Promise<PlanFromResult> {
    return planProgramme(ctx, input);
  }

  /** Families that an audit against the regulation could take in. */
  scope(ctx: EntityContext, regulationId: string, narrow?: Narrow): Promise<ScopeFamily[]> {
    return auditScope(ctx, regulationId, narrow);
  }

  programme(ctx: EntityContext, planId: string): Promise<Programme> {
    return programme(ctx, planId);
  }

  workpaper(ctx: EntityContext, testId: string): Promise<Workpaper> {
    return workpaper(ctx, testId);
  }

  raiseFinding(ctx: EntityContext, input: RaiseFindingInput): Promise<RaiseFindingResult> {
    return raiseFinding(ctx, AUDITOPS_HOOKS, input);
  }

  /** What happened in an audit, and when. */
  story(ctx: EntityContext, planId: string): Promise<AuditStory> {
    return auditStory(ctx, planId);
  }

  attachEvidence(ctx: EntityContext, input: AttachEvidenceInput): Promise<AttachResult> {
    return attachEvidence(ctx, AUDITOPS_HOOKS, input);
  }
}
