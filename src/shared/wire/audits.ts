/** Audits: the programme of tests made from the controls in scope, and the sheet a control test is worked on. */
import { z } from 'zod';
import type { EntityRow } from '../entities/registry';
import { operationIdSchema } from '../operations';
import type { RecordView } from './records';

/** Which controls of the scope: by risk, by how often they run, by how their last test went. What is left out does not narrow. */
export const narrowSchema = z.strictObject({
  keyOnly: z.boolean().default(false),
  /** Priority 1 is the most urgent; controls without one are left out where this is given. */
  maxPriority: z.int().min(1).max(4).nullable().default(null),
  frequencies: z.array(z.string().max(20)).max(10).default([]),
  /** `not_tested` stands for controls that no test has a result of. */
  lastResults: z.array(z.string().max(20)).max(10).default([]),
});
export type Narrow = z.output<typeof narrowSchema>;

export const planFromInputSchema = z.strictObject({
  opId: operationIdSchema,
  planId: z.uuid(),
  /** Null: the regulation that the plan is audited against. */
  regulationId: z.uuid().nullable().default(null),
  /** Families in scope, for example `AC`, `IA`; empty means all. */
  families: z.array(z.string().min(1).max(60)).max(200).default([]),
  /** Null: all control sets; otherwise only the controls of this one. */
  controlSetId: z.uuid().nullable().default(null),
  /** Single controls in scope; empty means no restriction. */
  controlIds: z.array(z.uuid()).max(5000).default([]),
  narrow: narrowSchema.default({ keyOnly: false, maxPriority: null, frequencies: [], lastResults: [] }),
  /** Moves a planned audit to fieldwork in the same step. */
  startFieldwork: z.boolean().default(false),
});
export type PlanFromInput = z.output<typeof planFromInputSchema>;

export interface PlanFromResult {
  readonly planId: string;
  readonly created: number;
  /** Controls in scope that were in the programme already. */
  readonly present: number;
}

export const programmeInputSchema = z.strictObject({ planId: z.uuid() });

/** One test of a programme, as the side list of fieldwork shows it. */
export interface ProgrammeTest {
  readonly id: string;
  readonly ref: string | null;
  /** Reference of the control, for example AC-2(3). */
  readonly controlRef: string | null;
  readonly title: string;
  readonly status: string;
  readonly result: string;
  readonly evidenceFiles: number;
  readonly openFindings: number;
}

export interface ProgrammeFamily {
  readonly family: string;
  readonly title: string | null;
  readonly tests: readonly ProgrammeTest[];
}

/** The programme of a plan: its tests by family, in the order of their control references. */
export interface Programme {
  readonly plan: RecordView<EntityRow<'auditPlans'>>;
  readonly families: readonly ProgrammeFamily[];
  readonly total: number;
  readonly effective: number;
  readonly partial: number;
  readonly ineffective: number;
  readonly notTested: number;
  readonly notApplicable: number;
}

export const scopeInputSchema = z.strictObject({ regulationId: z.uuid(), narrow: narrowSchema.optional() });

/** What could be in scope of an audit against a regulation. */
export interface ScopeFamily {
  readonly family: string;
  readonly title: string | null;
  readonly controls: number;
}

/** A finding raised from a test, with its first action, as one operation: both or neither. */
export const raiseFindingInputSchema = z.strictObject({
  opId: operationIdSchema,
  findingId: z.uuid(),
  controlTestId: z.uuid(),
  finding: z.record(z.string().max(64), z.json()),
  action: z.strictObject({ id: z.uuid(), fields: z.record(z.string().max(64), z.json()) }).optional(),
  /** Exceptions of the test that lead to it. */
  exceptionIds: z.array(z.uuid()).max(200).optional(),
});
export type RaiseFindingInput = z.infer<typeof raiseFindingInputSchema>;

export interface RaiseFindingResult {
  readonly findingId: string;
  readonly findingRef: string;
  readonly actionId: string | null;
  readonly actionRef: string | null;
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

/** The test before or after this one in the programme. */
export interface ProgrammeNeighbour {
  readonly id: string;
  readonly ref: string;
  readonly title: string;
}

export interface Workpaper {
  readonly test: RecordView<EntityRow<'controlTests'>>;
  readonly plan: EntityRow<'auditPlans'> | null;
  readonly control: EntityRow<'controls'> | null;
  readonly requirements: readonly WorkpaperRequirement[];
  readonly evidence: readonly WorkpaperEvidence[];
  readonly findings: readonly (EntityRow<'findings'> & { readonly actions: readonly EntityRow<'actions'>[] })[];
  /** Earlier tests of the same control, newest first. */
  readonly previousTests: readonly EntityRow<'controlTests'>[];
  /** Neighbours in the programme, in its order; null at its ends. */
  readonly previous: ProgrammeNeighbour | null;
  readonly next: ProgrammeNeighbour | null;
}
