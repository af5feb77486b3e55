/** Sign-offs of tests, findings and audits: who signed what, whether it still stands so, and what changed since. */
import { z } from 'zod';
import type { Json } from '../entities/fields';
import { operationIdSchema } from '../operations';

export const SIGNED_ENTITIES = ['auditPlans', 'controlTests', 'findings'] as const;
export type SignedEntity = (typeof SIGNED_ENTITIES)[number];

export const SIGN_KINDS = ['prepared', 'reviewed', 'approved'] as const;
export type SignKind = (typeof SIGN_KINDS)[number];

export const signOffsInputSchema = z.strictObject({ entity: z.enum(SIGNED_ENTITIES), id: z.uuid() });

export const signInputSchema = z.strictObject({
  opId: operationIdSchema,
  entity: z.enum(SIGNED_ENTITIES),
  id: z.uuid(),
  kind: z.enum(SIGN_KINDS),
  note: z.string().trim().max(2000).nullable().default(null),
  /** Hash of the content that the person had before them; another one is not signed. */
  contentSha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type SignInput = z.input<typeof signInputSchema>;

export const withdrawInputSchema = z.strictObject({
  opId: operationIdSchema,
  entity: z.enum(SIGNED_ENTITIES),
  id: z.uuid(),
  signOffId: z.uuid(),
  reason: z.string().trim().min(1).max(2000),
});
export type WithdrawInput = z.infer<typeof withdrawInputSchema>;

/** A value that was signed and is another one now. */
export interface SignedChange {
  /** `Operating notes`, `Samples › SA-001 › items › 3`. */
  readonly label: string;
  readonly signed: Json;
  readonly present: Json;
}

export interface SignOff {
  readonly id: string;
  readonly kind: SignKind;
  readonly signedBy: string | null;
  readonly signedAt: string;
  readonly note: string | null;
  readonly contentSha256: string;
  /** `stands`: the content is the signed one; `unknown`: the content was not kept when it was signed. */
  readonly state: 'stands' | 'changed' | 'withdrawn' | 'superseded' | 'unknown';
  readonly changes: readonly SignedChange[];
  readonly withdrawnBy: string | null;
  readonly withdrawnAt: string | null;
  readonly withdrawnReason: string | null;
}

export interface SignOffs {
  /** Newest first, withdrawn and superseded ones included. */
  readonly signOffs: readonly SignOff[];
  readonly contentSha256: string;
  /** Review notes that stand in the way of an approval. */
  readonly openNotes: number;
  /** Why this person may not sign so now; null where they may. The database has the last word. */
  readonly refused: Readonly<Record<SignKind, string | null>>;
}
