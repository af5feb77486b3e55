/** Figures of the posture: shares, the ramp a share falls on, and the words for how long is left. */
import type { PostureCounts } from '@shared/wire/home';

/** How a share of effective controls is shown: one ramp of lightness, so that it survives colour-blindness. */
export type ShareLevel = 'none' | 'low' | 'pale' | 'medium' | 'high' | 'critical';

/** Controls a share can speak of: those that apply. */
export function applicable(counts: PostureCounts): number {
  return counts.total - counts.notApplicable;
}

/**
 * Percent of the applicable controls whose last test was effective, rounded down, so that 100 means all of them.
 * Null where nothing was tested yet: a nought would claim that something failed.
 */
export function effectiveShare(counts: PostureCounts): number | null {
  const all = applicable(counts);
  if (all === 0 || counts.effective + counts.partial + counts.ineffective === 0) return null;
  return Math.floor((counts.effective * 100) / all);
}

/** Lower bounds of the ramp, best first. */
const RAMP: readonly (readonly [number, ShareLevel])[] = [
  [90, 'low'],
  [75, 'pale'],
  [60, 'medium'],
  [40, 'high'],
  [0, 'critical'],
];

export function shareLevel(share: number | null): ShareLevel {
  if (share === null) return 'none';
  return RAMP.find(([bound]) => share >= bound)?.[1] ?? 'critical';
}

/** `3 days late`, `today`, `tomorrow`, or null where the date itself says it better. */
export function lateness(daysLeft: number): string | null {
  if (daysLeft < 0) return daysLeft === -1 ? '1 day late' : `${-daysLeft} days late`;
  if (daysLeft === 0) return 'today';
  return daysLeft === 1 ? 'tomorrow' : null;
}
