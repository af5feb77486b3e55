/**
 * Imports of one file into one kind of record: what was found in the file, how its columns are read, what a trial run says, and what
 * became of it. The same settings are a remembered mapping, a file for the command line, and what the window sends.
 */
import { z } from 'zod';
import { operationIdSchema } from '../operations';
import { dateOrderSchema } from './load';

/** Columns of a file; the stage of a load holds two hundred. */
export const MAX_IMPORT_COLUMNS = 150;
const MAX_VALUES = 500;
const MAX_CORRECTIONS = 2_000;

export const decimalSchema = z.enum(['point', 'comma']);
/** What becomes of records that are there already. */
export const existingSchema = z.enum(['replace', 'exactly', 'fill', 'leave']);
export const importFormatSchema = z.enum(['csv', 'xlsx', 'json', 'jsonl']);

/** A column of the file: the field that it becomes (`key` for the key of a former system), or null to leave it out. */
export const importColumnSchema = z.strictObject({
  /** The name in the file's header; empty where it has none. */
  header: z.string().max(500),
  field: z.string().min(1).max(100).nullable(),
  dateOrder: dateOrderSchema.nullable().optional(),
  decimal: decimalSchema.nullable().optional(),
  /** Words of the file and the choices that they mean; null leaves the field empty. */
  values: z
    .record(z.string().max(500), z.string().max(100).nullable())
    .refine((values) => Object.keys(values).length <= MAX_VALUES)
    .optional(),
});
export type ImportColumn = z.output<typeof importColumnSchema>;

/** What a mapping remembers: nothing of one file but the names of its columns. */
export const importMapSchema = z.strictObject({
  /** In the order of the file. */
  columns: z.array(importColumnSchema).max(MAX_IMPORT_COLUMNS),
  /** Fields that are the same for every row, as a cell would say it. */
  fixed: z.record(z.string().max(100), z.string().max(2_000)).default({}),
  existing: existingSchema.default('replace'),
  /** Rows that nothing names for good become new records. */
  keyless: z.boolean().default(false),
  /** A value that cannot be read leaves its field empty, where the record can do without; else its row stays out. */
  lenient: z.boolean().default(false),
});
export type ImportMap = z.output<typeof importMapSchema>;

/** Where in the file the table is; what is left out is found out. */
const placeFields = {
  sheet: z.string().max(255).nullable().default(null),
  headerLine: z.int().min(1).max(2_000_000).nullable().default(null),
  delimiter: z.string().length(1).nullable().default(null),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).nullable().default(null),
};
export const importPlaceSchema = z.strictObject(placeFields);
export type ImportPlace = z.output<typeof importPlaceSchema>;

export const importCorrectionSchema = z.strictObject({
  row: z.int().min(1),
  /** Place of the column in the file, from 0. */
  column: z.int().min(0).max(16_384),
  text: z.string().max(100_000),
});
export type ImportCorrection = z.output<typeof importCorrectionSchema>;

/** Everything that an import is, but for the file itself. */
export const importSettingsSchema = z.strictObject({
  entity: z.string().min(1).max(63),
  place: importPlaceSchema,
  map: importMapSchema,
  corrections: z.array(importCorrectionSchema).max(MAX_CORRECTIONS).default([]),
  /** `good` writes the rows without a fault, `all` writes every row or none. */
  rows: z.enum(['good', 'all']).default('all'),
});
export type ImportSettings = z.output<typeof importSettingsSchema>;

/** What a trial run saw, for the import to know what has changed since; opaque to who passes it on. */
export const importBaseSchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  snapshot: z.string().regex(/^\d{1,20}:\d{1,20}:[\d,]{0,100000}$/),
  created: z.int().min(0),
});
export type ImportBase = z.output<typeof importBaseSchema>;

const file = { grantId: z.uuid() };
export const importInspectInputSchema = z.strictObject({
  ...file,
  entity: z.string().min(1).max(63),
  place: importPlaceSchema,
});
export const importTrialInputSchema = z.strictObject({ ...file, settings: importSettingsSchema, jobId: z.uuid() });
export const importRunInputSchema = z.strictObject({
  ...file,
  settings: importSettingsSchema,
  base: importBaseSchema,
  opId: operationIdSchema,
  jobId: z.uuid(),
});
export const importFaultsInputSchema = z.strictObject({
  ...file,
  settings: importSettingsSchema,
  format: z.enum(['csv', 'xlsx']),
  jobId: z.uuid(),
});
export const importPendingInputSchema = z.strictObject({ entity: z.string().min(1).max(63) });

export const importSettleInputSchema = z.strictObject({ opId: operationIdSchema });
export const importRememberInputSchema = z.strictObject({
  entity: z.string().min(1).max(63),
  signature: z.string().regex(/^[0-9a-f]{64}$/),
  map: importMapSchema,
  shared: z.boolean(),
  opId: operationIdSchema,
});

export type ImportRememberInput = z.output<typeof importRememberInputSchema>;
export type ImportInspectInput = z.output<typeof importInspectInputSchema>;
export type ImportTrialInput = z.output<typeof importTrialInputSchema>;
export type ImportRunInput = z.output<typeof importRunInputSchema>;
export type ImportFaultsInput = z.output<typeof importFaultsInputSchema>;

/** A column as it stands in the file, with what it is taken for. */
export interface InspectedColumn {
  /** From 0. */
  readonly at: number;
  readonly header: string;
  /** The first values that are not empty, cut. */
  readonly samples: readonly string[];
  /** Rows of the beginning that have a value. */
  readonly filled: number;
  /** How its dates are written, by its own values. `ask` where they may be read both ways, `mixed` where they contradict each other. */
  readonly dates: 'dmy' | 'mdy' | 'ask' | 'mixed' | null;
  /** What stands before the fraction, by its own values. */
  readonly decimals: 'point' | 'comma' | 'ask' | null;
  /** Its different values with how often they occur, the most frequent first; null where there are too many. */
  readonly values: readonly { readonly text: string; readonly count: number }[] | null;
}

export interface ImportInspection {
  readonly fileName: string;
  readonly size: number;
  readonly sha256: string;
  readonly format: z.output<typeof importFormatSchema>;
  /** How the encoding is called; null where the format has its own. */
  readonly encoding: { readonly key: NonNullable<ImportPlace['encoding']>; readonly name: string } | null;
  readonly delimiter: string | null;
  /** Sheets or lists; empty where the file holds just one table. */
  readonly sheets: readonly string[];
  readonly sheet: string | null;
  /** Null for JSON, whose keys are the header. */
  readonly headerLine: number | null;
  /** The lines above it that say something. */
  readonly above: number;
  /** Rows that were looked at; the whole file where `whole`. */
  readonly rows: number;
  readonly whole: boolean;
  readonly columns: readonly InspectedColumn[];
  /** SHA-256 of the header, by which a mapping is found again. */
  readonly signature: string;
  readonly map: ImportMap;
  /** Where the mapping comes from. */
  readonly from: { readonly kind: 'guess' } | ({ readonly kind: 'remembered' } & RememberedMapping);
}

export interface RememberedMapping {
  readonly id: string;
  readonly rowVersion: number;
  readonly mine: boolean;
  readonly shared: boolean;
  readonly updatedAt: string;
}

export interface ImportFault {
  readonly row: number | null;
  /** Place of the column in the file; null where the row as a whole is at fault. */
  readonly at: number | null;
  readonly column: string | null;
  /** What the file says there, cut. */
  readonly cell: string | null;
  readonly reason: string;
}

/** One field of a record that is there, as it is and as it would be. Names instead of ids for what the file names. */
export interface ImportDifference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
  /** The name that the file gives, of a reference or person. */
  readonly name: string | null;
}

export interface ImportRow {
  readonly row: number;
  readonly kind: 'refused' | 'lacking' | 'changed' | 'created';
  /** By what people call the record: its reference and title, as the file says them. */
  readonly ref: string | null;
  readonly title: string | null;
  readonly recordId: string | null;
  readonly version: number | null;
  readonly faults: readonly ImportFault[];
  readonly differences: readonly ImportDifference[];
}

export interface ImportCounts {
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Rows that stay out. */
  readonly refused: number;
  /** Rows that come in without a value that could not be read. */
  readonly lacking: number;
}

export interface ImportTrial {
  readonly fileName: string;
  readonly counts: ImportCounts;
  readonly base: ImportBase;
  /** Why nothing of the file can be brought in as it is; null where it can. */
  readonly blocked: ImportFault | null;
  /** The first of them; every refused row is in the file of faults. */
  readonly rows: readonly ImportRow[];
}

export interface ImportOutcome {
  readonly opId: string;
  readonly written: boolean;
  readonly counts: ImportCounts;
  readonly faults: readonly ImportFault[];
  readonly repeated: boolean;
}

export interface ImportFaultsSaved {
  readonly saved: { readonly fileName: string; readonly size: number } | null;
}

/** Where a trial or an import is at. */
export interface ImportProgress {
  readonly jobId: string;
  readonly phase: 'reading' | 'judging' | 'writing' | 'looking';
  readonly rows: number;
}

/** An import that was sent and whose answer was never seen, because the workstation ended. */
export interface PendingImport {
  readonly opId: string;
  readonly entity: string;
  readonly fileName: string;
  readonly startedAt: string;
  /** `done` where the ledger holds its answer; `lost` where nothing of it was written. */
  readonly state: 'done' | 'lost';
  readonly outcome: ImportOutcome | null;
}
