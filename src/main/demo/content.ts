/**
 * What the demonstration workspace holds, from `resources/demo`: written by ourselves, standing for no law, standard or company.
 * Days count from the day the workspace is made, so that something is always late and something always due.
 */

import { DEMO_TENANTS, type DemoTenant } from '@shared/demo';
import { action, finding } from '@shared/entities/auditops/finding';
import { auditPlan, controlTest } from '@shared/entities/auditops/plan';
import { complianceAssessment, requirementAssessment } from '@shared/entities/regops/assessment';
import { control } from '@shared/entities/regops/control';
import { z } from 'zod';
import helvia from '../../../resources/demo/helvia.json';
import ictBaseline from '../../../resources/demo/ict-baseline.json';
import nordhaven from '../../../resources/demo/nordhaven.json';
import { fieldworkSchema } from './fieldwork-content';

/** Days from today; negative is past. */
const day = z.int().min(-1000).max(1000);
/** Days ago. */
const past = z.int().min(0).max(1000);
/** The part of an e-mail address before the @. */
const local = z.string().regex(/^[a-z.]+$/);

const controlSchema = z.strictObject({
  ref: z.string(),
  status: control.fields.status.schema,
  owner: local.optional(),
  type: control.fields.type.schema,
  category: control.fields.category.schema,
  frequency: control.fields.frequency.schema,
  nextTest: day.optional(),
  priority: control.fields.priority.schema,
  maturity: control.fields.maturity.schema,
  keyControl: z.boolean(),
});

const testSchema = z.strictObject({
  control: z.string(),
  design: controlTest.fields.designEffectiveness.schema.optional(),
  operating: controlTest.fields.operatingEffectiveness.schema.optional(),
  designNotes: z.string().optional(),
  operatingNotes: z.string().optional(),
  date: day.optional(),
  status: controlTest.fields.status.schema.optional(),
});

/** Tests of a control from before the audits that are here, oldest first. */
const earlierSchema = z.strictObject({
  control: z.string(),
  results: z.array(z.tuple([day, controlTest.fields.operatingEffectiveness.schema])),
});

const auditSchema = z.strictObject({
  name: z.string(),
  type: auditPlan.fields.auditType.schema,
  lead: local,
  start: day,
  end: day,
  status: auditPlan.fields.status.schema,
  scope: z.string(),
  objective: z.string(),
  tests: z.array(testSchema),
});

const findingSchema = z.strictObject({
  title: z.string(),
  kind: finding.fields.kind.schema,
  severity: finding.fields.severity.schema,
  status: finding.fields.status.schema,
  audit: z.string(),
  control: z.string(),
  owner: local.nullable(),
  due: day.nullable(),
  /** How many days ago it was written. */
  age: z.int().min(0).max(1000),
  criteria: z.string(),
  condition: z.string(),
  cause: z.string(),
  effect: z.string(),
  recommendation: z.string(),
  managementResponse: z.string().optional(),
  /** What management said, how many days ago, by the owner. */
  response: z.strictObject({ kind: z.enum(['agreed', 'partly_agreed', 'disagreed']), ago: past }).optional(),
  /** The dates before the one that it has now, each with the reason why it moved and how many days ago. */
  extended: z.array(z.strictObject({ was: day, reason: z.string(), ago: past })).optional(),
  retest: z.strictObject({ result: z.enum(['effective', 'ineffective', 'open']), ago: past }).optional(),
  /** How many days ago it was settled. */
  settled: past.optional(),
  /** The title of the earlier finding that came back. */
  repeats: z.string().optional(),
  actions: z.array(z.strictObject({ title: z.string(), owner: local, due: day, status: action.fields.status.schema })),
});

const assessmentSchema = z.strictObject({
  name: z.string(),
  date: day,
  due: day,
  lead: local,
  target: z.int().min(0).max(5),
  status: complianceAssessment.fields.status.schema,
  scope: z.string().optional(),
  conclusion: z.string().optional(),
  /** Left out: all of them. */
  families: z.array(z.string()).optional(),
  /** The name of the assessment whose answers are carried over. */
  carryFrom: z.string().optional(),
  answers: z.array(
    z.strictObject({
      refs: z.array(z.string()),
      result: requirementAssessment.fields.result.schema.optional(),
      extended: requirementAssessment.fields.extendedResult.schema.optional(),
      score: z.int().min(0).max(5).optional(),
      justification: z.string().optional(),
      assignee: local.optional(),
      done: z.boolean().optional(),
    }),
  ),
  /** What was seen, and the control of the same reference that the answer rests on. */
  notes: z.array(z.strictObject({ ref: z.string(), observation: z.string() })),
});

const tenantContentSchema = z.strictObject({
  controls: z.array(controlSchema),
  earlierTests: z.array(earlierSchema).optional(),
  audits: z.array(auditSchema),
  findings: z.array(findingSchema),
  assessments: z.array(assessmentSchema),
  /** How far the work on one audit is; none in the second tenant. */
  fieldwork: fieldworkSchema.optional(),
});

export type DemoControl = z.infer<typeof controlSchema>;
export type DemoTest = z.infer<typeof testSchema>;
export type DemoAudit = z.infer<typeof auditSchema>;
export type DemoFinding = z.infer<typeof findingSchema>;
export type DemoAssessment = z.infer<typeof assessmentSchema>;
export type TenantContent = z.infer<typeof tenantContentSchema>;

/** The framework that both tenants work with, as the text of an OSCAL catalogue. */
export const demoCatalogue = { fileName: 'ict-baseline.json', text: JSON.stringify(ictBaseline) } as const;

const FILES: Readonly<Record<DemoTenant['key'], unknown>> = { nordhaven, helvia };

export function contentOf(key: DemoTenant['key']): TenantContent {
  return tenantContentSchema.parse(FILES[key]);
}

/** A tenant whose licence has ended and whose only person meets that message; offered nowhere on the sign-in page. */
export const EXPIRED_TENANT = {
  name: 'Brightline Logistics BV',
  domain: 'brightline.example',
  config: { kind: 'production', place: 'Rotterdam', sign: 'BL', colour: 'ochre', weave: 'bars' },
  person: { email: 'joost.verhoeven@brightline.example', firstName: 'Joost', lastName: 'Verhoeven', function: 'auditor' },
  /** Days from today. */
  licence: { start: -377, end: -12 },
} as const;

/** A person of the first tenant who is suspended. */
export const SUSPENDED_PERSON = {
  email: 'viktor.lang@nordhaven.example',
  firstName: 'Viktor',
  lastName: 'Lang',
  tenant: 'nordhaven',
  function: 'compliance',
} as const;

export { DEMO_TENANTS };
