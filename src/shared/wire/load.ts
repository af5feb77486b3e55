/** Loads of a tenant's first data: what is asked, what became of each file, and what stands in the way of which row. */
import { z } from 'zod';
import { operationIdSchema } from '../operations';

export const dateOrderSchema = z.enum(['dmy', 'mdy']);

const settings = {
  grantIds: z.array(z.uuid()).min(1).max(100),
  /** How dates such as 3/4/2026 are meant; without it they are refused. */
  dateOrder: dateOrderSchema.optional(),
  /** Each file for itself, instead of all or nothing. */
  partial: z.boolean().optional(),
};

export const loadPreviewInputSchema = z.strictObject(settings);
export const loadRunInputSchema = z.strictObject({ ...settings, opId: operationIdSchema });
/** The faults of a trial run, saved where the person says. */
export const loadFaultsInputSchema = z.strictObject({ ...settings, format: z.enum(['csv', 'jsonl']) });

export type LoadSettings = z.output<typeof loadPreviewInputSchema>;
export type LoadFaultsInput = z.output<typeof loadFaultsInputSchema>;

/** One reason why a row cannot be loaded. */
export interface LoadFault {
  readonly file: string;
  /** What the file holds, by its name in the registry of loads. */
  readonly entity: string;
  /** Where the row begins in its file, from 1; null where the file as a whole is at fault. */
  readonly row: number | null;
  /** The column as the file calls it; null where the row as a whole is at fault. */
  readonly column: string | null;
  readonly reason: string;
}

export interface LoadedFile {
  readonly file: string;
  readonly entity: string;
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly faults: number;
  readonly written: boolean;
}

export interface LoadReport {
  readonly dryRun: boolean;
  /** Whether anything was written; a load without `partial` writes all or nothing. */
  readonly written: boolean;
  readonly files: readonly LoadedFile[];
  /** Files of the folder that hold nothing a load reads. */
  readonly ignored: readonly string[];
  readonly faultCount: number;
  /** The first of the faults; the file of faults has up to 10,000. */
  readonly faults: readonly LoadFault[];
}

export interface LoadFaultsSaved {
  readonly saved: { readonly fileName: string; readonly size: number } | null;
}
