/** What a list does beyond showing a page: exports, changes to many records at once. Long pieces of work carry the number of their job. */
import { z } from 'zod';
import type { ErrorCode } from '../errors';
import { groupBySchema, listQuerySchema } from '../listing';
import { operationIdSchema } from '../operations';

/** A list's question without its page. */
export const listScopeSchema = listQuerySchema.pick({ filter: true, search: true, archived: true });

/** Questions to be counted: one a saved view. */
export const scopeCountsSchema = z.strictObject({ scopes: z.array(listScopeSchema).max(40) });

export const EXPORT_FORMATS = ['csv', 'xlsx', 'json', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const listExportSchema = z.strictObject({
  /** By which progress is told. */
  job: operationIdSchema,
  format: z.enum(EXPORT_FORMATS),
  query: listQuerySchema.pick({ filter: true, search: true, sort: true, archived: true }),
  /** In the order of the view. */
  columns: z.array(z.string().max(64)).min(1).max(100),
  by: groupBySchema.nullable().default(null),
  /** Only these of the rows: what is selected. */
  ids: z.array(z.uuid()).min(1).max(20_000).optional(),
  /** What the view is called, for the file. */
  view: z.string().max(120).default(''),
});
export type ListExportInput = z.input<typeof listExportSchema>;

export interface ListExportResult {
  /** Null where the person did not choose a file, or stopped it: then there is none. */
  readonly saved: { readonly fileName: string; readonly size: number; readonly rows: number } | null;
}

/** More selected rows than this are meant by their filter. */
export const MAX_BULK_ITEMS = 5_000;

const bulkItemSchema = z.strictObject({
  id: z.uuid(),
  /** The version and the value that the person saw. */
  baseVersion: z.int().min(1),
  base: z.json(),
});

export const bulkInputSchema = z.strictObject({
  job: operationIdSchema,
  /** The rows that are selected, or all that a question means (`expected`: how many the person was told). */
  target: z.union([
    z.strictObject({ items: z.array(bulkItemSchema).min(1).max(MAX_BULK_ITEMS) }),
    z.strictObject({ query: listScopeSchema, expected: z.int().min(1).max(1_000_000) }),
  ]),
  field: z.string().max(64),
  value: z.json(),
  reason: z.string().trim().min(1).max(2000).optional(),
});
export type BulkInput = z.input<typeof bulkInputSchema>;

export const bulkUndoSchema = z.strictObject({ job: operationIdSchema, undo: operationIdSchema });
export const stopJobSchema = z.strictObject({ job: operationIdSchema });

export type BulkUndoInput = z.input<typeof bulkUndoSchema>;

/** One record that stays as it is, and why. */
export interface BulkRefusal {
  readonly id: string;
  /** Reference and title, as far as they could be read. */
  readonly title: string;
  readonly code: ErrorCode;
  /** What is wrong with the value, where the code alone does not say it. */
  readonly message: string | null;
}

/** What became of a change to many. Refusals and conflicts are listed up to `MAX_LISTED`; the counts are exact. */
export interface BulkOutcome {
  readonly changed: number;
  /** Said so already. */
  readonly same: number;
  /** Somebody else changed the field meanwhile; nothing was written over it. */
  readonly conflicts: number;
  readonly refused: number;
  /** Not tried, because the person stopped it, or the server went away. */
  readonly left: number;
  readonly stays: readonly BulkRefusal[];
  /** Ids of what was not tried, up to `MAX_LISTED`. */
  readonly leftIds: readonly string[];
  /** Why it stopped; null where it went to the end. */
  readonly stopped: ErrorCode | 'cancelled' | null;
  /** It can be taken back while the window stays in this tenant. */
  readonly undoable: boolean;
}

export const MAX_LISTED = 500;
