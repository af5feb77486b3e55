/** The first page: posture by requirement family, open findings by age, what is due, and the person's own work. */
import type { EntityName } from '../entities/registry';

export interface PostureCounts {
  readonly effective: number;
  readonly partial: number;
  readonly ineffective: number;
  readonly notTested: number;
  readonly notApplicable: number;
  readonly total: number;
}

/** Controls of one family by their last result. */
export interface FamilyPosture extends PostureCounts {
  readonly family: string;
  /** Title of the family's group in the catalogue, where there is one. */
  readonly title: string | null;
}

/** Open findings in one age band, by kind. */
export interface FindingAgeBand {
  readonly band: 'upTo30' | 'upTo60' | 'upTo90' | 'over90';
  readonly major: number;
  readonly minor: number;
  readonly observation: number;
  readonly opportunity: number;
  readonly total: number;
}

export interface OpenFindings {
  readonly total: number;
  readonly major: number;
  /** Past their due date. */
  readonly late: number;
  /** Always four bands, youngest first. Age counts from the day the finding was written. */
  readonly bands: readonly FindingAgeBand[];
  readonly medianAgeDays: number | null;
  readonly oldest: { readonly id: string; readonly ref: string | null; readonly ageDays: number } | null;
  /** Verified since the quarter began. */
  readonly verifiedThisQuarter: number;
}

/** One line of what is due. */
export interface WorkItem {
  readonly entity: EntityName;
  readonly id: string;
  readonly ref: string | null;
  readonly title: string;
  readonly status: string;
  readonly dueDate: string;
  readonly ownerId: string | null;
  /** Days until the due date; negative when late. */
  readonly daysLeft: number;
}

/** The person's own work as counts, each with the list view it opens. */
export interface MyWork {
  readonly findings: number;
  readonly actions: number;
  readonly tests: number;
  /** Tests in review, for those who audit. */
  readonly readyForReview: number;
}

export interface Posture {
  readonly families: readonly FamilyPosture[];
  readonly totals: PostureCounts;
  /** The same counts over key controls only. */
  readonly keyControls: PostureCounts;
  /** Assessable requirements; met where at least one mapped control exists and all of those tested or not are effective or not applicable. */
  readonly requirements: { readonly total: number; readonly met: number };
  readonly findings: OpenFindings;
  /** Late first, then the next 14 days; at most 50. */
  readonly due: readonly WorkItem[];
  readonly myWork: MyWork;
  /** Plans in planning, fieldwork or review, with the state of their programme. */
  readonly audits: readonly {
    readonly id: string;
    readonly ref: string | null;
    readonly title: string;
    readonly status: string;
    readonly endDate: string | null;
    readonly tests: number;
    readonly tested: number;
  }[];
  /** Instant at which the figures were read. */
  readonly asOf: string;
}
