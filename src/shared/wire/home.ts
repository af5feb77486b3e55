/** The first page: posture by requirement family, open findings, what is due, and the person's own work. */
import type { EntityName } from '../entities/registry';

export interface PostureCounts {
  readonly effective: number;
  readonly partial: number;
  readonly ineffective: number;
  readonly notTested: number;
  readonly notApplicable: number;
  readonly total: number;
}

export interface FamilyPosture extends PostureCounts {
  readonly family: string;
  /** Title of the family's group in the catalogue, where there is one. */
  readonly title: string | null;
}

/** Open findings of one kind, by how long they have been open. */
export interface FindingAges {
  readonly kind: string;
  readonly upTo30: number;
  readonly upTo90: number;
  readonly over90: number;
  readonly overdue: number;
  readonly total: number;
}

/** One line of what is due or of a person's own work. */
export interface WorkItem {
  readonly entity: EntityName;
  readonly id: string;
  readonly ref: string | null;
  readonly title: string;
  readonly status: string;
  readonly dueDate: string | null;
  readonly ownerId: string | null;
  readonly overdue: boolean;
}

export interface Posture {
  readonly families: readonly FamilyPosture[];
  readonly totals: PostureCounts;
  readonly openFindings: readonly FindingAges[];
  readonly due: readonly WorkItem[];
  readonly myWork: readonly WorkItem[];
  /** Instant at which the figures were read. */
  readonly asOf: string;
}
