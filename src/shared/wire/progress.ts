/** How far an audit is, and how audits lie in time. */
import { z } from 'zod';
import type { EntityRow } from '../entities/registry';

export const progressInputSchema = z.strictObject({ planId: z.uuid() });

/** Counts of tests by result; `toDo`, `inProgress`, `inReview` and `done` count their state. */
export interface TestCounts {
  readonly total: number;
  readonly effective: number;
  readonly partial: number;
  readonly ineffective: number;
  readonly notApplicable: number;
  readonly notTested: number;
  readonly toDo: number;
  readonly inProgress: number;
  readonly inReview: number;
  readonly done: number;
}

/** What was done in one week. */
export interface WeekProgress {
  /** Its Monday, `YYYY-MM-DD`. */
  readonly week: string;
  readonly spentMinutes: number;
  /** Tests of this week's test date that have a result. */
  readonly tested: number;
}

export interface PersonProgress extends TestCounts {
  readonly personId: string | null;
  readonly teamRole: string | null;
  readonly budgetMinutes: number | null;
  readonly spentMinutes: number;
}

export interface TestHours {
  readonly testId: string;
  readonly ref: string | null;
  readonly title: string;
  readonly budgetMinutes: number | null;
  readonly spentMinutes: number;
}

export interface AuditProgress {
  readonly plan: EntityRow<'auditPlans'>;
  readonly total: TestCounts;
  readonly people: readonly PersonProgress[];
  /** Tests with a budget or time spent, those that took most of their budget first. */
  readonly tests: readonly TestHours[];
  /** Weeks in which something was done, the earliest first; the last year of them. */
  readonly weeks: readonly WeekProgress[];
  readonly signed: Readonly<Record<string, number>>;
  readonly spentMinutes: number;
  readonly openFindings: number;
  readonly openNotes: number;
  readonly requests: { readonly waiting: number; readonly overdue: number; readonly toDecide: number; readonly accepted: number };
  readonly milestones: readonly EntityRow<'auditMilestones'>[];
}

/** An audit on the timeline. Dates as far as they are planned. */
export interface TimelinePlan {
  readonly id: string;
  readonly ref: string | null;
  readonly auditName: string;
  readonly status: string;
  readonly leadId: string | null;
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly fieldworkStart: string | null;
  readonly fieldworkEnd: string | null;
  readonly reportDate: string | null;
  readonly tests: number;
  readonly tested: number;
  readonly budgetHours: number | null;
  readonly spentMinutes: number;
  readonly milestones: readonly {
    readonly id: string;
    readonly title: string;
    readonly dueDate: string;
    readonly done: boolean;
  }[];
}
