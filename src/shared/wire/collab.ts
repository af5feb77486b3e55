/** What hangs on any record (comments, watchers, attachments, approvals), copies and templates, and what waits for a person. */
import { z } from 'zod';
import { ENTITY_NAMES, type EntityName } from '../entities/registry';
import { operationIdSchema } from '../operations';
import type { TenantFunction } from '../roles';

const entitySchema = z.enum(ENTITY_NAMES as [EntityName, ...EntityName[]]);

/** A record of any kind. */
export const recordRefSchema = z.strictObject({ entity: entitySchema, id: z.uuid() });
export type RecordRef = z.infer<typeof recordRefSchema>;

const command = { opId: operationIdSchema, entity: entitySchema, recordId: z.uuid() };
const reasonSchema = z.string().trim().min(1).max(2000);

export const COMMENT_MAX = 20_000;
const bodySchema = z
  .string()
  .max(COMMENT_MAX)
  .refine((text) => text.trim() !== '' && !text.includes('\u0000'), 'needs a value');
const mentionsSchema = z.array(z.uuid()).max(50).default([]);

export const commentInputSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...command,
    kind: z.literal('say'),
    commentId: z.uuid(),
    parentId: z.uuid().nullable(),
    body: bodySchema,
    mentions: mentionsSchema,
  }),
  z.strictObject({
    ...command,
    kind: z.literal('edit'),
    commentId: z.uuid(),
    baseVersion: z.int().min(1),
    body: bodySchema,
    mentions: mentionsSchema,
  }),
  z.strictObject({ ...command, kind: z.literal('settle'), commentId: z.uuid(), resolved: z.boolean() }),
  z.strictObject({ ...command, kind: z.literal('take_back'), commentId: z.uuid() }),
]);
export type CommentInput = z.output<typeof commentInputSchema>;

export const watchInputSchema = z.strictObject({ ...command, watching: z.boolean() });
export type WatchInput = z.output<typeof watchInputSchema>;

export const attachFileInputSchema = z.strictObject({ ...command, attachmentId: z.uuid(), grantId: z.uuid() });
export type AttachFileInput = z.output<typeof attachFileInputSchema>;
export const attachLinkInputSchema = z.strictObject({
  ...command,
  attachmentId: z.uuid(),
  name: z.string().trim().min(1).max(255),
  url: z
    .string()
    .trim()
    .max(2000)
    .regex(/^https:\/\/\S+$/, 'begins with https:// and has no spaces'),
});
export type AttachLinkInput = z.output<typeof attachLinkInputSchema>;
export const detachInputSchema = z.strictObject({ ...command, attachmentId: z.uuid() });
export type DetachInput = z.output<typeof detachInputSchema>;

export const askApprovalInputSchema = z.strictObject({
  ...command,
  approvalId: z.uuid(),
  step: z.string().max(63),
  /** The version of the record that the person saw. */
  baseVersion: z.int().min(1),
  note: z.string().trim().max(2000).default(''),
});
export type AskApprovalInput = z.output<typeof askApprovalInputSchema>;
export const decideApprovalInputSchema = z.strictObject({
  ...command,
  approvalId: z.uuid(),
  decision: z.enum(['approve', 'refuse']),
  /** The hash of the content that the person looked at. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  reason: z.string().trim().max(2000).default(''),
});
export type DecideApprovalInput = z.output<typeof decideApprovalInputSchema>;
export const withdrawApprovalInputSchema = z.strictObject({ ...command, approvalId: z.uuid(), reason: reasonSchema });
export type WithdrawApprovalInput = z.output<typeof withdrawApprovalInputSchema>;

export const copyInputSchema = z.strictObject({
  ...command,
  /** Id of the new record. */
  copyId: z.uuid(),
  title: z.string().trim().min(1).max(2000).nullable(),
  /** Relations to take along, as `entity.field`. */
  children: z.array(z.string().max(130)).max(20).default([]),
});
export type CopyInput = z.output<typeof copyInputSchema>;
export interface CopyResult {
  readonly id: string;
  /** How many parts were copied with it. */
  readonly children: number;
}

export const templateInputSchema = z.strictObject({
  ...command,
  templateId: z.uuid(),
  name: z.string().trim().min(1).max(120),
});
export type TemplateInput = z.output<typeof templateInputSchema>;
export const dropTemplateInputSchema = z.strictObject({ opId: operationIdSchema, entity: entitySchema, templateId: z.uuid() });
export type DropTemplateInput = z.output<typeof dropTemplateInputSchema>;
export const templatesInputSchema = z.strictObject({ entity: entitySchema });

export interface RecordTemplate {
  readonly id: string;
  readonly name: string;
  readonly createdBy: string | null;
  readonly createdAt: string;
  /** Field keys to values. */
  readonly values: Readonly<Record<string, unknown>>;
}

export const readNoticesInputSchema = z.strictObject({
  opId: operationIdSchema,
  keys: z.array(z.string().min(1).max(200)).min(1).max(500),
});
export type ReadNoticesInput = z.output<typeof readNoticesInputSchema>;

export interface Comment {
  readonly id: string;
  readonly parentId: string | null;
  /** Empty where its author took it back. */
  readonly body: string;
  readonly mentions: readonly string[];
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly editedAt: string | null;
  readonly resolved: boolean;
  readonly resolvedAt: string | null;
  readonly resolvedBy: string | null;
  readonly rowVersion: number;
  readonly takenBack: boolean;
}

/** Why somebody watches: by their own choice, or because the record is theirs. */
export type WatchReason = 'chosen' | 'assigned' | 'author' | 'mentioned';
export interface Watcher {
  readonly personId: string;
  readonly why: WatchReason;
}

export interface Attachment {
  readonly id: string;
  readonly kind: 'file' | 'link';
  readonly name: string;
  readonly url: string | null;
  readonly mediaType: string | null;
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  /** True where the bytes lie in the vault of this very laptop. */
  readonly here: boolean;
  readonly createdBy: string | null;
  readonly createdAt: string;
}

export interface ApprovalVote {
  readonly personId: string | null;
  readonly decision: 'approve' | 'refuse';
  readonly function: TenantFunction;
  readonly reason: string | null;
  readonly at: string;
  readonly withdrawnAt: string | null;
  readonly withdrawnReason: string | null;
}

export interface Approval {
  readonly id: string;
  readonly step: string;
  readonly status: 'open' | 'granted' | 'refused' | 'withdrawn' | 'void';
  readonly quorum: number;
  readonly note: string | null;
  readonly sha256: string;
  /** The content it is of, by column name. */
  readonly content: Readonly<Record<string, unknown>>;
  readonly recordVersion: number;
  readonly askedBy: string | null;
  readonly askedAt: string;
  readonly closedAt: string | null;
  readonly closedBy: string | null;
  readonly closedReason: string | null;
  readonly votes: readonly ApprovalVote[];
}

/** All that hangs on one record. */
export interface RecordCircle {
  readonly comments: readonly Comment[];
  readonly watchers: readonly Watcher[];
  readonly watching: boolean;
  readonly attachments: readonly Attachment[];
  /** Newest first. */
  readonly approvals: readonly Approval[];
  /** Who wrote the content since it was last approved. */
  readonly authors: readonly string[];
  /** Who may be mentioned: people of the tenant who see the record. */
  readonly mentionable: readonly string[];
  /** Live records of other kinds that refer to this one, by their reference. */
  readonly referredBy: readonly Referrer[];
}

/** Records of `entity` whose `field` points to the record. */
export interface Referrer {
  readonly entity: EntityName;
  readonly field: string;
  readonly total: number;
  /** The first three, as people quote them. */
  readonly examples: readonly { readonly id: string; readonly label: string }[];
}

export type NoticeKind = 'mention' | 'reply' | 'assigned' | 'due' | 'overdue' | 'approval_asked' | 'approval_done' | 'changed';

/** Something a person should know. The key is the same wherever it is computed. */
export interface Notice {
  readonly key: string;
  readonly kind: NoticeKind;
  readonly entity: EntityName;
  readonly id: string;
  readonly label: string;
  /** Who did it, where somebody did. */
  readonly personId: string | null;
  readonly at: string;
  /** A date, a state, or the first words of a comment. */
  readonly detail: string | null;
  /** Days until the due date, where there is one; negative when late. */
  readonly days: number | null;
  readonly read: boolean;
}

export interface Notices {
  /** Newest first, at most 200. */
  readonly items: readonly Notice[];
  readonly unread: number;
}

export type WorkGroup = 'acknowledge' | 'overdue' | 'due' | 'approvals' | 'review' | 'changed' | 'mentions' | 'assigned';
export const WORK_GROUPS: readonly WorkGroup[] = [
  'acknowledge',
  'overdue',
  'due',
  'approvals',
  'review',
  'changed',
  'mentions',
  'assigned',
];

/** One line of My work. */
export interface WorkLine {
  readonly group: WorkGroup;
  readonly entity: EntityName;
  readonly id: string;
  readonly ref: string | null;
  readonly title: string;
  readonly state: string | null;
  readonly dueDate: string | null;
  readonly days: number | null;
  /** Who asked, wrote or changed it. */
  readonly personId: string | null;
  readonly at: string;
  /** A comment's first words, or the state that approval is asked for. */
  readonly detail: string | null;
}

export interface Work {
  readonly lines: readonly WorkLine[];
  /** Exact numbers, also beyond what is listed. */
  readonly counts: Readonly<Record<WorkGroup, number>>;
}

export const suggestTagsInputSchema = z.strictObject({ text: z.string().max(60).default('') });
export interface TagUse {
  readonly tag: string;
  readonly uses: number;
}
