/** OSCAL catalogues: preview of an import, its result, and the export. */
import { z } from 'zod';
import { operationIdSchema } from '../operations';

export const catalogPreviewInputSchema = z.strictObject({ grantId: z.uuid() });
export const catalogImportInputSchema = z.strictObject({ opId: operationIdSchema, grantId: z.uuid() });
export const catalogExportInputSchema = z.strictObject({ regulationId: z.uuid() });

export interface CatalogCounts {
  readonly groups: number;
  readonly controls: number;
  readonly enhancements: number;
  readonly parts: number;
}

export interface CatalogChanges {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Requirements that the document no longer has; they are archived, never deleted. Absent where there are none. */
  readonly removed?: number;
}

/** One node of the previewed tree. Parts are counted, not listed, so that a large catalogue stays quick. */
export interface CatalogNode {
  readonly refId: string;
  readonly title: string;
  readonly kind: string;
  readonly change: 'created' | 'updated' | 'unchanged';
  readonly parts: number;
  /** Resolved statement, so that the trial run can be read; cut at 4,000 characters. */
  readonly text: string | null;
  readonly children: readonly CatalogNode[];
}

export interface CatalogPreview {
  readonly fileName: string;
  readonly sha256: string;
  readonly title: string;
  readonly version: string;
  readonly oscalVersion: string;
  readonly lastModified: string | null;
  readonly counts: CatalogCounts;
  readonly changed: CatalogChanges;
  /** The regulation that the import would bring up to date; null for a new one. */
  readonly existing: { readonly id: string; readonly name: string; readonly version: string | null } | null;
  readonly tree: readonly CatalogNode[];
}

export interface CatalogImportResult {
  readonly regulation: { readonly id: string; readonly name: string; readonly version: string | null };
  readonly controlSetId: string;
  readonly counts: CatalogCounts;
  readonly changed: CatalogChanges;
}

/** Where the export went; null where the person closed the dialog. */
export interface CatalogExportResult {
  readonly saved: { readonly fileName: string; readonly size: number } | null;
}
