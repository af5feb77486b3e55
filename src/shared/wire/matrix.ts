/** The coverage matrix: requirements of one regulation against the controls that are mapped to them. */
import { z } from 'zod';
import type { MappingRelation } from '../entities/regops/requirement-mapping';

export const matrixInputSchema = z.strictObject({ regulationId: z.uuid() });

export interface MatrixRow {
  readonly id: string;
  readonly refId: string;
  readonly title: string | null;
  /** Key of its family; '' for none. */
  readonly family: string;
}

export interface MatrixColumn {
  readonly id: string;
  readonly ref: string;
  readonly name: string;
  readonly family: string;
  readonly set: string | null;
  readonly status: string;
  readonly result: string | null;
  readonly tested: string | null;
}

export interface MatrixCell {
  /** Places among rows and columns. */
  readonly row: number;
  readonly column: number;
  readonly mappingId: string;
  readonly relation: MappingRelation;
  readonly strength: number;
  readonly rationale: string | null;
}

export interface Matrix {
  readonly regulation: { readonly id: string; readonly name: string; readonly version: string | null };
  /** Assessed requirements in the order of the regulation, the ones of a family side by side. */
  readonly rows: readonly MatrixRow[];
  readonly columns: readonly MatrixColumn[];
  readonly cells: readonly MatrixCell[];
  /** Titles of families, where the regulation names them. */
  readonly families: Readonly<Record<string, string>>;
}
