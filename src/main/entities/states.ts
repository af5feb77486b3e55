/** The state machine of an entity, as the pipeline asks it: may this step be taken, and does it need a reason? */
import { needsReason, type StateMachine } from '@shared/entities/define';
import { CodedError } from '@shared/errors';

/** The states one step away. An unknown state (older data) leads nowhere. */
export function nextStates(machine: StateMachine, from: string): readonly string[] {
  return Object.hasOwn(machine.steps, from) ? (machine.steps[from] ?? []) : [];
}

/** Staying is always allowed; any other step must be listed. */
export function isLegalStep(machine: StateMachine, from: string, to: string): boolean {
  return from === to || nextStates(machine, from).includes(to);
}

/**
 * Where a new record may start: the initial state, one step on (made and moved in one go), or a state that nothing else leads to
 * (a draft, a request), for such a state would otherwise never be.
 */
export function startStates(machine: StateMachine): readonly string[] {
  const reached = new Set(Object.values(machine.steps).flat());
  const entries = Object.keys(machine.steps).filter((state) => !reached.has(state));
  return [...new Set([machine.initial, ...nextStates(machine, machine.initial), ...entries])];
}

/**
 * Refuses an illegal step (TRANSITION_REFUSED with from, to and allowed) and a step without the reason it needs (REASON_REQUIRED).
 * `from` null means a record that is being made.
 */
export function checkStep(machine: StateMachine, from: string | null, to: string, reason: string | undefined): void {
  const legal = from === null ? startStates(machine).includes(to) : isLegalStep(machine, from, to);
  if (!legal) {
    const allowed = from === null ? startStates(machine) : nextStates(machine, from);
    throw new CodedError('TRANSITION_REFUSED', { field: machine.field, from, to, allowed });
  }
  if (needsReason(machine, from, to) && !reason?.trim()) {
    throw new CodedError('REASON_REQUIRED', { field: machine.field, from, to });
  }
}

/**
 * In a locked state only the state itself may change: refuses anything else (STATE_FORBIDS with the state and the first field).
 * `before` is the record as it stands, `values` what would be written.
 */
export function checkLocked(
  machine: StateMachine,
  before: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, unknown>>,
): void {
  const state = String(before[machine.field]);
  if (!machine.locked?.includes(state)) return;
  const field = Object.keys(values).find((key) => key !== machine.field);
  if (field !== undefined) throw new CodedError('STATE_FORBIDS', { state, field });
}
