/** Evidence files: taking one into the vault, showing it, and proving that its bytes are still the same. */
import { z } from 'zod';
import type { EntityRow } from '../entities/registry';
import { operationIdSchema } from '../operations';

export const attachInputSchema = z.strictObject({
  opId: operationIdSchema,
  /** Made by the client; the same again with the same `opId` is the same attachment. */
  evidenceId: z.uuid(),
  grantId: z.uuid(),
  title: z.string().trim().min(1).max(255).optional(),
  evidenceType: z.enum(['photo', 'document', 'export', 'screenshot', 'interview', 'other']).optional(),
  controlTestId: z.uuid().optional(),
  findingId: z.uuid().optional(),
  auditPlanId: z.uuid().optional(),
});
export type AttachInput = z.infer<typeof attachInputSchema>;

export interface AttachResult {
  readonly evidence: EntityRow<'auditEvidence'>;
  /** `file.sha256` is the hash of the bytes as they were read from the source, proven by reading the vault back. */
  readonly file: EntityRow<'evidenceFiles'>;
}

export const fileIdSchema = z.strictObject({ fileId: z.uuid() });

/** The password that was in use when the vault was last open on this laptop. */
export const unlockInputSchema = z.strictObject({ formerPassword: z.string().min(1).max(1024) });

export interface EvidencePreview {
  readonly mediaType: string;
  /** How it can be shown; `none`: only name, size and hash. */
  readonly show: 'image' | 'pdf' | 'text' | 'none';
  /** Served from the vault, decrypted in memory, to this window only. */
  readonly url: string;
  readonly size: number;
}

export interface EvidenceCheck {
  /** Whether the bytes in the vault still have the hash that was recorded. */
  readonly agrees: boolean;
  readonly expectedSha256: string;
  /** Null where the vault file could not be opened at all. */
  readonly actualSha256: string | null;
  readonly checkedAt: string;
}
