/** Audit reports as they cross to the window: what a report is made of, what issuing it gave, and what became of it since. */
import { z } from 'zod';
import { operationIdSchema } from '../operations';

const words = z.string().nullable();

export const reportFindingSchema = z.object({
  id: z.guid(),
  ref: z.string(),
  title: z.string(),
  kind: z.string(),
  severity: z.string(),
  status: z.string(),
  owner: words,
  dueDate: words,
  criteria: words,
  condition: words,
  cause: words,
  effect: words,
  recommendation: words,
  managementResponse: words,
  // what came with a later version of the workstation is not in reports that were issued before
  responseKind: words.default(null),
  respondedOn: words.default(null),
  respondedBy: words.default(null),
  repeats: words.default(null),
  extensions: z.number().default(0),
  retests: z.array(z.object({ ref: z.string(), date: z.string(), result: z.string() })).default([]),
  actions: z.array(z.object({ ref: z.string(), title: z.string(), owner: words, dueDate: words, status: z.string() })),
});
export type ReportFinding = z.infer<typeof reportFindingSchema>;

/** What a report shows beside its own words: the audit's records, in an order that does not change by itself. */
export const reportBodySchema = z.object({
  plan: z.object({ id: z.guid(), ref: z.string(), name: z.string(), lead: words, scope: words, objective: words }).nullable(),
  findings: z.array(reportFindingSchema),
  tests: z.array(
    z.object({
      title: z.string(),
      control: words,
      design: words,
      operating: words,
      result: z.string(),
      testedBy: words,
      date: words,
    }),
  ),
  samples: z.array(
    z.object({
      ref: z.string(),
      test: z.string(),
      method: z.string(),
      size: z.number(),
      rows: z.number(),
      seed: z.string(),
      sha256: z.string(),
      exceptions: z.number(),
    }),
  ),
  evidence: z.array(z.object({ ref: z.string(), title: z.string(), status: z.string(), fileName: words, sha256: words })),
  signOffs: z.array(z.object({ what: z.string(), kind: z.string(), by: words, at: z.string(), sha256: z.string() })),
  blocks: z.array(z.object({ id: z.guid(), rowVersion: z.number(), title: z.string(), content: words })).default([]),
});
export type ReportBody = z.infer<typeof reportBodySchema>;

export const reportFileSchema = z.object({
  format: z.enum(['pdf', 'docx', 'json']),
  fileName: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
});
export type ReportFile = z.infer<typeof reportFileSchema>;

/** A finding that is another one since the report was issued. */
export interface ReportChange {
  readonly findingId: string;
  readonly ref: string;
  readonly title: string;
  readonly change: 'changed' | 'archived' | 'new';
}

export const reportIdSchema = z.strictObject({ reportId: z.uuid() });
export const saveReportSchema = z.strictObject({ reportId: z.uuid(), format: z.enum(['pdf', 'docx']) });
export type SaveReportInput = z.infer<typeof saveReportSchema>;
export const issueReportSchema = z.strictObject({
  opId: operationIdSchema,
  reportId: z.uuid(),
  /** The hash of what the person had before them; another content is not issued. */
  contentSha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type IssueReportInput = z.infer<typeof issueReportSchema>;
export const reviseReportSchema = z.strictObject({ opId: operationIdSchema, reportId: z.uuid(), newReportId: z.uuid() });
export type ReviseReportInput = z.infer<typeof reviseReportSchema>;

/** Sets the tenant's Word template from a chosen file; without one, the built-in template is used again. */
export const setTemplateSchema = z.strictObject({ opId: operationIdSchema, templateId: z.uuid(), grantId: z.uuid().nullable() });
export type SetTemplateInput = z.infer<typeof setTemplateSchema>;

export interface TemplateInUse {
  readonly fileName: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly by: string | null;
  readonly at: string;
}
