/**
 * The way of a loaded record to its state. A record of a former system comes in closed, accepted, done; the database lets a record
 * begin only where its state machine begins. So a load takes the steps that a person would have taken, in one operation and with
 * its reason, and a record is locked only when its parts are there.
 */
import { nextStates, startStates } from '@main/entities/states';
import type { StateMachine } from '@shared/entities/define';

export interface StatePath {
  /** The state to begin in. */
  readonly start: string;
  /** The steps from there, the last one to the state itself; empty where it may begin there. */
  readonly steps: readonly string[];
}

/** The shortest way to each state that can be reached. A locked state is never a beginning. */
export function statePaths(machine: StateMachine): ReadonlyMap<string, StatePath> {
  const locked = new Set(machine.locked ?? []);
  const starts = startStates(machine).filter((state) => !locked.has(state));
  const paths = new Map<string, StatePath>(starts.map((start) => [start, { start, steps: [] }]));
  const waiting = [...starts];
  for (let from = waiting.shift(); from !== undefined; from = waiting.shift()) {
    const path = paths.get(from);
    if (path === undefined) continue;
    for (const to of nextStates(machine, from)) {
      if (paths.has(to)) continue;
      paths.set(to, { start: path.start, steps: [...path.steps, to] });
      waiting.push(to);
    }
  }
  return paths;
}
