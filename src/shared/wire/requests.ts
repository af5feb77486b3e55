/** Evidence requests: asked in one go, answered by the person asked, decided by somebody else. */
import { z } from 'zod';
import { operationIdSchema } from '../operations';

export const askInputSchema = z.strictObject({
  opId: operationIdSchema,
  requests: z
    .array(
      z.strictObject({
        id: z.uuid(),
        title: z.string().trim().min(1).max(255),
        description: z.string().max(100_000).nullable().default(null),
        auditPlanId: z.uuid().nullable().default(null),
        controlTestId: z.uuid().nullable().default(null),
        askedOf: z.uuid(),
        dueDate: z.iso.date(),
      }),
    )
    .min(1)
    .max(500),
});
export type AskInput = z.input<typeof askInputSchema>;

export const answerInputSchema = z.strictObject({
  opId: operationIdSchema,
  requestId: z.uuid(),
  answer: z.string().max(100_000).nullable().default(null),
  /** The record that the first files make; the request's own where it has one. */
  evidenceId: z.uuid(),
  /** Files that the person chose, each with an id of its own so that a second try files nothing twice. */
  files: z
    .array(z.strictObject({ opId: operationIdSchema, grantId: z.uuid() }))
    .max(20)
    .default([]),
  /** False keeps a draft. */
  submit: z.boolean(),
});
export type AnswerInput = z.input<typeof answerInputSchema>;

export const DECISIONS = ['accepted', 'rejected', 'in_review', 'expired', 'requested'] as const;
export const decideInputSchema = z.strictObject({
  opId: operationIdSchema,
  requestId: z.uuid(),
  decision: z.enum(DECISIONS),
  reason: z.string().trim().max(2000).nullable().default(null),
});
export type DecideInput = z.input<typeof decideInputSchema>;

export const suggestRequestsSchema = z.strictObject({ planId: z.uuid() });

/** A test of a programme for which evidence could be asked. */
export interface RequestSuggestion {
  readonly testId: string;
  readonly ref: string | null;
  readonly controlRef: string | null;
  readonly title: string;
  /** Who owns the control, and so is likely to have the evidence. */
  readonly ownerId: string | null;
  /** Requests of this test that are not rejected or expired. */
  readonly requests: number;
}
