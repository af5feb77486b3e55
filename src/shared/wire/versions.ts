/** Two versions of a regulation side by side: what became of each requirement, and what that means for the answers given so far. */
import { z } from 'zod';

export const compareVersionsInputSchema = z.strictObject({ from: z.uuid(), to: z.uuid() });

export type ChangeKind = 'added' | 'removed' | 'changed' | 'same';

/** `valid`: the answer still holds. `look`: the text asks for something else now. `gone`: nothing asks any more. `new`: no answer yet. */
export type Verdict = 'valid' | 'look' | 'gone' | 'new';

export interface VersionNode {
  readonly id: string;
  readonly refId: string;
  readonly title: string | null;
  readonly text: string | null;
  readonly assessable: boolean;
  /** References from the top down to the one above. */
  readonly above: readonly string[];
}

/** An answer to the requirement of the older version. */
export interface VersionAnswer {
  readonly id: string;
  readonly assessmentId: string;
  readonly assessment: string;
  readonly result: string;
}

export interface RequirementChange {
  readonly kind: ChangeKind;
  /** Under another heading, or in another place under the same one. */
  readonly moved: boolean;
  readonly renumbered: boolean;
  /** Only letter case, blanks or punctuation differ. */
  readonly minor: boolean;
  readonly from: VersionNode | null;
  readonly to: VersionNode | null;
  readonly verdict: Verdict;
  readonly answers: readonly VersionAnswer[];
}

export interface VersionSide {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
  readonly status: string;
}

export interface VersionComparison {
  readonly from: VersionSide;
  readonly to: VersionSide;
  /** In the order of the newer version, what is gone where it stood before. */
  readonly changes: readonly RequirementChange[];
}
