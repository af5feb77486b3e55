/** Audits: the programme of tests made from the controls in scope, and the sheet a control test is worked on. */
import { z } from 'zod';
import type { EntityRow } from '../entities/registry';
import { operationIdSchema } from '../operations';
import type { RecordView } from './records';

export const planFromInputSchema = z.strictObject({
  opId: operationIdSchema,
  planId: z.uuid(),
  /** Null: the regulation that the plan is audited against. */
  regulationId: z.uuid().nullable().default(null),
  /** Families in scope, for example `AC`, `IA`; empty means all. */
  families: z.array(z.string().min(1).max(60)).max(200).default([]),
});
export type PlanFromInput = z.output<typeof planFromInputSchema>;

export interface PlanFromResult {
  readonly planId: string;
  readonly created: number;
  /** Controls in scope that were in the programme already. */
  readonly present: number;
}

export const workpaperInputSchema = z.strictObject({ testId: z.uuid() });

/** A requirement as the sheet shows it: its own row, and its parts in reading order. */
export interface WorkpaperRequirement {
  readonly requirement: EntityRow<'requirements'>;
  readonly relation: string | null;
  readonly parts: readonly EntityRow<'requirements'>[];
}

export interface WorkpaperEvidence {
  readonly evidence: EntityRow<'auditEvidence'>;
  readonly files: readonly EntityRow<'evidenceFiles'>[];
}

export interface Workpaper {
  readonly test: RecordView<EntityRow<'controlTests'>>;
  readonly plan: EntityRow<'auditPlans'> | null;
  readonly control: EntityRow<'controls'> | null;
  readonly requirements: readonly WorkpaperRequirement[];
  readonly evidence: readonly WorkpaperEvidence[];
  readonly findings: readonly EntityRow<'findings'>[];
}
