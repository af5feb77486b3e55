/**
 * When the workstation can be used: the window says so. Then, once, the line `ready in N s` is printed for whoever started us
 * with a clock; when the connection has come up too, or has said why not, the milestones go to the log.
 */

export type Milestone = 'electron' | 'window' | 'services' | 'page' | 'connection';

export interface StartOptions {
  /** The instant of the start in milliseconds, from KOMPL_STARTED_AT; without one nothing is printed. */
  readonly startedAt: string | undefined;
  readonly now: () => number;
  /** Milliseconds since the process began. */
  readonly elapsed: () => number;
  readonly print: (line: string) => void;
  readonly onReady: (milestones: Readonly<Partial<Record<Milestone, number>>>) => void;
}

export interface StartWatch {
  /** Noted the first time only. */
  reached(milestone: Milestone): void;
}

export function watchStart(options: StartOptions): StartWatch {
  const milestones: Partial<Record<Milestone, number>> = {};
  const began = options.startedAt === undefined ? Number.NaN : Number(options.startedAt);
  return {
    reached(milestone) {
      if (milestones[milestone] !== undefined) return;
      milestones[milestone] = Math.round(options.elapsed());
      if (milestone === 'page' && Number.isFinite(began)) {
        options.print(`ready in ${((options.now() - began) / 1000).toFixed(1)} s\n`);
      }
      const last = milestone === 'page' || milestone === 'connection';
      if (last && milestones.page !== undefined && milestones.connection !== undefined) options.onReady(milestones);
    },
  };
}
