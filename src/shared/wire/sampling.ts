/** Sampling: looking into a population's file, drawing from it, and proving that a sample can be drawn again. */
import { z } from 'zod';
import type { EntityRow } from '../entities/registry';
import { operationIdSchema } from '../operations';

const columnName = z.string().min(1).max(255);

export const populationInputSchema = z.strictObject({ grantId: z.uuid(), sheet: z.string().max(255).nullable().default(null) });

export interface PopulationView {
  readonly name: string;
  readonly sha256: string;
  readonly sheets: readonly string[];
  readonly sheet: string | null;
  readonly header: readonly string[];
  readonly rows: number;
  readonly first: readonly (readonly string[])[];
  /** An earlier sample whose population had this file's name and other bytes. */
  readonly otherBytes: { readonly ref: string; readonly drawnAt: string } | null;
}

const percent = z.number().min(0).max(100);
const money = z.string().regex(/^\d{1,15}(\.\d{1,4})?$/);

/** What a sample is drawn by. Rates and confidence are in per cent, amounts as plain decimals. */
export const drawingSchema = z.strictObject({
  method: z.enum(['random', 'systematic', 'monetary_unit', 'attribute', 'stratified']),
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  sheet: z.string().max(255).nullable().default(null),
  keyColumn: columnName,
  amountColumn: columnName.nullable().default(null),
  stratumColumn: columnName.nullable().default(null),
  decimalMark: z.enum(['.', ',']).nullable().default(null),
  /** Null: the size follows from what the method asks for. */
  size: z.int().min(1).max(10_000).nullable().default(null),
  confidence: percent.default(95),
  /** Of deviation rates, for an attribute sample. */
  tolerableRate: percent.nullable().default(null),
  expectedRate: percent.nullable().default(null),
  /** Of misstatement, for a monetary-unit sample. */
  tolerableAmount: money.nullable().default(null),
  expectedAmount: money.nullable().default(null),
});
export type Drawing = z.output<typeof drawingSchema>;

export const drawInputSchema = z.strictObject({
  opId: operationIdSchema,
  sampleId: z.uuid(),
  controlTestId: z.uuid(),
  grantId: z.uuid(),
  title: z.string().trim().min(1).max(255),
  drawing: drawingSchema,
});
export type DrawInput = z.output<typeof drawInputSchema>;

export interface DrawResult {
  readonly sampleId: string;
  readonly ref: string;
  readonly items: number;
}

export const samplesOfTestSchema = z.strictObject({ testId: z.uuid() });

export interface SampleOnSheet {
  readonly sample: EntityRow<'samples'>;
  readonly items: readonly EntityRow<'sampleItems'>[];
}

export const verifySampleInputSchema = z.strictObject({ sampleId: z.uuid(), grantId: z.uuid() });

/** Whether the file is the one that was drawn from, and gives the same items again. */
export interface SampleProof {
  readonly ref: string;
  readonly fileName: string;
  /** The very bytes. */
  readonly fileAgrees: boolean;
  /** The same keys, amounts and strata, in whatever order or format. */
  readonly contentAgrees: boolean;
  /** The same items at the same places. */
  readonly itemsAgree: boolean;
  readonly drawn: number;
  /** The first items that differ. */
  readonly differences: readonly { readonly position: number; readonly recorded: string | null; readonly drawn: string | null }[];
  readonly why: string | null;
}
