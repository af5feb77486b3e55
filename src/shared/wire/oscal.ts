/** OSCAL catalogues: preview of an import, its result, and the export. */
import { z } from 'zod';
import { REGULATION_TYPE } from '../entities/regops/options';
import { operationIdSchema } from '../operations';

/** Columns that a table of requirements may have. */
export const TABLE_COLUMNS = ['ref', 'parent', 'title', 'text', 'guidance', 'family', 'assessable'] as const;
export type TableColumn = (typeof TABLE_COLUMNS)[number];

/** What a file cannot say of its regulation, or says wrongly. */
export const catalogFactsSchema = z.strictObject({
  name: z.string().max(255),
  shortName: z.string().max(60),
  version: z.string().max(50),
  type: z.enum(REGULATION_TYPE.map(({ value }) => value)),
  jurisdiction: z.string().max(100).nullable(),
});
export type CatalogFacts = z.infer<typeof catalogFactsSchema>;

/** One entry of a regulation's tree in plain form. */
export const outlineNodeSchema = z.strictObject({
  /** Unique in the file and the same at the next import of it. */
  id: z.string().min(1).max(255),
  parent: z.string().max(255).nullable(),
  ref: z.string().max(1000),
  title: z.string().max(10_000).nullable(),
  text: z.string().nullable(),
  guidance: z.string().nullable(),
  family: z.string().max(255).nullable(),
  assessable: z.boolean(),
  /** Where it stands in the file: `Line 12`, `Page 3, line 7`. */
  place: z.string().max(1000).nullable(),
});
export type OutlineNode = z.infer<typeof outlineNodeSchema>;

/** How a file is taken. */
export const catalogOptionsSchema = z.strictObject({
  /** Leaves a version that is here as it is and makes this one a draft that supersedes it. */
  asVersion: z.boolean().optional(),
  /** One control for each assessed requirement; by itself for OSCAL catalogues only. */
  makeControls: z.boolean().optional(),
  facts: catalogFactsSchema.partial().optional(),
  sheet: z.string().max(255).optional(),
  columns: z.partialRecord(z.enum(TABLE_COLUMNS), z.string().max(1000)).optional(),
  /** Of a document, as a person left it after the review. */
  nodes: z.array(outlineNodeSchema).max(50_000).optional(),
});
export type CatalogOptions = z.infer<typeof catalogOptionsSchema>;

export const catalogPreviewInputSchema = z.strictObject({ grantId: z.uuid(), options: catalogOptionsSchema.optional() });
export const catalogImportInputSchema = z.strictObject({
  opId: operationIdSchema,
  grantId: z.uuid(),
  options: catalogOptionsSchema.optional(),
});
export const catalogExportInputSchema = z.strictObject({ regulationId: z.uuid() });

/** Documents of OSCAL's assessment layer: the first three of an audit plan, the others of a compliance assessment. */
export const ASSESSMENT_KINDS = [
  'assessment-plan',
  'assessment-results',
  'poam',
  'compliance-results',
  'compliance-poam',
] as const;
export type AssessmentKind = (typeof ASSESSMENT_KINDS)[number];
export const assessmentExportInputSchema = z.strictObject({ kind: z.enum(ASSESSMENT_KINDS), id: z.uuid() });

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
  /** Null for what is no OSCAL. */
  readonly oscalVersion: string | null;
  readonly lastModified: string | null;
  readonly counts: CatalogCounts;
  readonly changed: CatalogChanges;
  /** The regulation that the import would bring up to date; null for a new one. */
  readonly existing: { readonly id: string; readonly name: string; readonly version: string | null } | null;
  /** The version that this one would supersede; null where it brings one up to date or is the first. */
  readonly earlier: CatalogPreview['existing'];
  /** Of a file that is no OSCAL: what it says of its regulation, and how its table was read. */
  readonly facts: CatalogFacts | null;
  readonly table: TableLook | null;
  readonly makesControls: boolean;
  readonly tree: readonly CatalogNode[];
}

/** How a table was read. */
export interface TableLook {
  readonly header: readonly string[];
  readonly columns: Partial<Readonly<Record<TableColumn, string>>>;
  readonly sheets: readonly string[];
  readonly sheet: string | null;
}

export interface CatalogImportResult {
  readonly regulation: { readonly id: string; readonly name: string; readonly version: string | null };
  /** Null where no controls were made. */
  readonly controlSetId: string | null;
  readonly counts: CatalogCounts;
  readonly changed: CatalogChanges;
}

/** Where the export went; null where the person closed the dialog. */
export interface CatalogExportResult {
  readonly saved: { readonly fileName: string; readonly size: number } | null;
}
