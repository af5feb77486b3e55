/** What happened in an audit, and when, as it crosses to the window. */
import { z } from 'zod';
import type { EntityName } from '../entities/registry';

export const storyInputSchema = z.strictObject({ planId: z.uuid() });

/** The lanes of the drawing, and what the events are filtered by. */
export const STORY_KINDS = [
  { value: 'plan', label: 'Audit' },
  { value: 'test', label: 'Tests' },
  { value: 'finding', label: 'Findings' },
  { value: 'evidence', label: 'Evidence' },
  { value: 'request', label: 'Requests' },
  { value: 'signOff', label: 'Sign-offs' },
  { value: 'report', label: 'Reports' },
] as const;
export type StoryKind = (typeof STORY_KINDS)[number]['value'];

export interface StoryEvent {
  readonly kind: StoryKind;
  /** `YYYY-MM-DD`; of a moment, its day in UTC. */
  readonly day: string;
  /** The moment, where one is known; a plain date has none. */
  readonly at: string | null;
  /** What happened: `Raised`, `Concluded, ineffective`. */
  readonly what: string;
  /** Of which record: `F-001 Doors stand open`. */
  readonly title: string;
  readonly entity: EntityName;
  readonly id: string;
  readonly by: string | null;
  /** Somebody has to look: a finding raised, a test that failed, a retest that sent back. */
  readonly weighs: boolean;
}

export interface AuditStory {
  /** The period that the drawing spans: the plan's dates, widened by what happened outside of them. */
  readonly from: string | null;
  readonly to: string | null;
  readonly fieldworkStart: string | null;
  readonly fieldworkEnd: string | null;
  readonly today: string;
  /** Oldest first. */
  readonly events: readonly StoryEvent[];
  /** There is more than is shown. */
  readonly cut: boolean;
}
