/** Policies beyond the fields of their records: whom a round asks, how far rounds are, reminders, and the files that leave. */
import { z } from 'zod';
import type { EntityRow } from '../entities/registry';
import { operationIdSchema } from '../operations';
import { TENANT_FUNCTIONS } from '../roles';

export const audienceInputSchema = z.strictObject({
  versionId: z.uuid(),
  audience: z.enum(['everyone', 'functions', 'people']),
  functions: z.array(z.enum(TENANT_FUNCTIONS)).max(TENANT_FUNCTIONS.length).default([]),
  people: z.array(z.uuid()).max(5_000).default([]),
});
export type AudienceInput = z.input<typeof audienceInputSchema>;

/** Whom a round would ask if it were opened now. */
export interface RoundAudience {
  readonly asked: readonly { readonly id: string; readonly name: string }[];
  /** People of the audience who are not asked again: they acknowledged this major version, or are asked already. */
  readonly already: number;
}

export const policyIdSchema = z.strictObject({ policyId: z.uuid() });

/** Somebody who has not answered yet. */
export interface WaitingPerson {
  readonly acknowledgementId: string;
  readonly personId: string;
  readonly dueDate: string;
  readonly overdue: boolean;
  /** When they were reminded last. */
  readonly remindedAt: string | null;
}

export interface RoundProgress {
  readonly round: EntityRow<'policyRounds'>;
  readonly versionLabel: string;
  readonly versionSha256: string;
  readonly acknowledged: number;
  readonly open: number;
  readonly overdue: number;
  readonly lapsed: number;
  /** Longest overdue first, at most 200. */
  readonly waiting: readonly WaitingPerson[];
}

export const remindInputSchema = z.strictObject({
  opId: operationIdSchema,
  roundId: z.uuid(),
  /** `overdue`: only whose day has passed. */
  whom: z.enum(['overdue', 'open']),
  words: z.string().trim().min(1).max(2_000),
});
export type RemindInput = z.output<typeof remindInputSchema>;

export interface RemindResult {
  readonly reminded: number;
}

export const exportVersionInputSchema = z.strictObject({ versionId: z.uuid(), format: z.enum(['docx', 'pdf', 'md']) });
export type ExportVersionInput = z.output<typeof exportVersionInputSchema>;

/** The proof of one round, or of all rounds of a version. */
export const exportProofInputSchema = z.strictObject({
  versionId: z.uuid(),
  roundId: z.uuid().nullable().default(null),
  format: z.enum(['csv', 'pdf']),
});
export type ExportProofInput = z.output<typeof exportProofInputSchema>;

export interface SavedFile {
  readonly saved: { readonly fileName: string; readonly size: number } | null;
}
