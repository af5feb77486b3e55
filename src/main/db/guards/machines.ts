/**
 * The one form in which the database holds a state machine: the JSON that is the argument of the table's guard_state triggers.
 * `private.guard_states` makes the triggers from it; a test compares what the catalogue holds with the definitions.
 */
import { startStates } from '@main/entities/states';
import { columnName, type StateMachine } from '@shared/entities/define';

export interface GuardedMachine {
  /** The column. */
  readonly field: string;
  readonly start: readonly string[];
  readonly steps: Readonly<Record<string, readonly string[]>>;
  readonly reason: readonly string[];
  readonly locked: readonly string[];
}

export function guardedMachine(machine: StateMachine): GuardedMachine {
  return {
    field: columnName(machine.field),
    start: startStates(machine),
    steps: machine.steps,
    reason: machine.reasonFor ?? [],
    locked: machine.locked ?? [],
  };
}
