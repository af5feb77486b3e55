/** The shared library: what a tenant was given, what taking it in would change, and what it changed. */
import { z } from 'zod';
import { operationIdSchema } from '../operations';

export const LIBRARY_KINDS = ['catalogue', 'policies', 'control_set'] as const;
export type LibraryKind = (typeof LIBRARY_KINDS)[number];

export const libraryPreviewInputSchema = z.strictObject({ versionId: z.guid() });
export const libraryAcceptInputSchema = z.strictObject({ versionId: z.guid(), opId: operationIdSchema });

/** What the tenant was given last of an item. `takenVersion` is what it took in last; null where nothing yet. */
export interface LibraryOffer {
  readonly itemId: string;
  readonly versionId: string;
  readonly slug: string;
  readonly kind: LibraryKind;
  readonly title: string;
  readonly version: string;
  readonly sha256: string;
  readonly givenAt: string;
  readonly takenVersion: string | null;
  readonly takenAt: string | null;
}

export type LibraryChange = 'created' | 'updated' | 'unchanged' | 'kept';

/**
 * One record of the library's content. It names records by the library's own keys and fields by their names, never a value of the
 * tenant's: a report may travel to those who publish.
 */
export interface LibraryRecord {
  readonly key: string;
  readonly change: LibraryChange;
  /** Fields that take the library's new value. */
  readonly updated: readonly string[];
  /** Fields that stay, because the tenant changed them. */
  readonly kept: readonly string[];
}

export interface LibraryCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly kept: number;
}

export interface LibraryDifference {
  readonly counts: LibraryCounts;
  /** Records that are not unchanged, at most 500. */
  readonly records: readonly LibraryRecord[];
}
