/** The crosswalk of two regulations: mappings seen from one of them, suggestions, files of mappings, and coverage carried over. */
import { z } from 'zod';
import type { MappingRelation } from '../entities/regops/requirement-mapping';
import { operationIdSchema } from '../operations';

export const crosswalkPairSchema = z.strictObject({ from: z.uuid(), to: z.uuid() });
export const suggestInputSchema = z.strictObject({
  from: z.uuid(),
  to: z.uuid(),
  /** Only for this requirement of `from`; for all that have no mapping where it is left out. */
  requirementId: z.uuid().optional(),
});
export const crosswalkFileSchema = z.strictObject({ from: z.uuid(), to: z.uuid(), grantId: z.uuid() });
export const crosswalkImportSchema = z.strictObject({ opId: operationIdSchema, ...crosswalkFileSchema.shape });
export const coverageInputSchema = z.strictObject({ regulationId: z.uuid() });

/** A mapping as it reads from the regulation that was asked first. */
export interface CrosswalkMapping {
  readonly id: string;
  readonly rowVersion: number;
  readonly fromId: string;
  readonly toId: string;
  /** Of `fromId` to `toId`, whichever way it is stored. */
  readonly relation: MappingRelation;
  /** True where the record was written in the other direction. */
  readonly turned: boolean;
  readonly strength: number;
  readonly rationale: string | null;
  readonly source: string | null;
}

export interface MappingSuggestion {
  readonly fromId: string;
  readonly toId: string;
  /** 0 to 1: how alike the words are. No judgement, only an order to look in. */
  readonly score: number;
  /** The words that weigh most in it. */
  readonly words: readonly string[];
}

export type CrosswalkRowChange = 'created' | 'updated' | 'unchanged';

/** One line of a file of mappings. */
export interface CrosswalkFileRow {
  /** Line of the file, or place in the document. */
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly relation: string;
  readonly strength: number | null;
  readonly change: CrosswalkRowChange | null;
  /** Why the line stays out; null where it goes in. */
  readonly fault: string | null;
}

export interface CrosswalkCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Lines that stay out, each with its reason. */
  readonly refused: number;
}

export interface CrosswalkPreview {
  readonly fileName: string;
  readonly sha256: string;
  readonly counts: CrosswalkCounts;
  readonly rows: readonly CrosswalkFileRow[];
}

export interface CrosswalkImportResult {
  readonly counts: CrosswalkCounts;
}

/** How far a source reaches over a requirement: wholly (equal, superset), in part (subset, intersect). */
export type Reach = 'whole' | 'part';

/** What speaks for a source; each stays apart from the others, with where it can be opened. */
export interface CoverageProof {
  readonly kind: 'control' | 'answer' | 'evidence';
  /** Entity and id of the record that says so. */
  readonly entity: string;
  readonly id: string;
  readonly title: string;
  /** `effective`, `compliant`, `accepted` …; null where nothing has been said yet. */
  readonly result: string | null;
  readonly tone: 'good' | 'attention' | 'bad' | 'neutral';
  readonly date: string | null;
  /** For a control: how it meets the requirement, as its mapping says. */
  readonly relation: MappingRelation | null;
  readonly strength: number | null;
}

export interface CoverageSource {
  /** Null for what was done for the requirement itself. */
  readonly mapping: CrosswalkMapping | null;
  readonly requirementId: string;
  readonly refId: string;
  readonly title: string | null;
  readonly regulationId: string;
  readonly regulation: string;
  readonly reach: Reach;
  readonly proofs: readonly CoverageProof[];
}

export interface CoveredRequirement {
  readonly id: string;
  readonly refId: string;
  readonly title: string | null;
  readonly family: string | null;
  readonly sources: readonly CoverageSource[];
}

export interface Coverage {
  readonly regulation: { readonly id: string; readonly name: string; readonly version: string | null };
  /** Every live requirement that is assessed, in the order of the regulation. */
  readonly requirements: readonly CoveredRequirement[];
}
