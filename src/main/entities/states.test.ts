/** The state machines of all entities, and what the pipeline makes of them. */
import { needsReason } from '@shared/entities/define';
import { ENTITY_NAMES, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkStep, isLegalStep, nextStates, startStates } from './states';

const machines = ENTITY_NAMES.flatMap((name) => {
  const machine = entityOf(name).states;
  return machine ? [{ name, machine }] : [];
});

/** The error that a call ends in. */
function refusal(run: () => void): CodedError | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}

describe.each(machines)('$name', ({ name, machine }) => {
  const states = (entityOf(name).allFields[machine.field]?.options ?? []).map((option) => option.value);

  it('names every state of its field, leads only to such states, and starts in one', () => {
    expect(Object.keys(machine.steps).sort()).toEqual([...states].sort());
    for (const to of Object.values(machine.steps).flat()) expect(states).toContain(to);
    expect(states).toContain(machine.initial);
    for (const entry of machine.reasonFor ?? []) {
      const [to = '', from] = entry.split('>').reverse();
      expect(states).toContain(to);
      if (from !== undefined) expect(nextStates(machine, from)).toContain(to);
    }
  });

  it('reaches every state from the start', () => {
    const seen = new Set<string>(startStates(machine));
    for (const state of seen) for (const next of nextStates(machine, state)) seen.add(next);
    expect([...seen].sort()).toEqual([...states].sort());
  });

  it('refuses each step that is not listed, with what is allowed, and each silent step that needs a reason', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...states),
        fc.constantFrom(...states),
        fc.constantFrom(undefined, '', '  ', 'because'),
        (from, to, reason) => {
          const error = refusal(() => checkStep(machine, from, to, reason));
          if (!isLegalStep(machine, from, to)) {
            expect(error?.code).toBe('TRANSITION_REFUSED');
            expect(error?.details).toEqual({ field: machine.field, from, to, allowed: nextStates(machine, from) });
          } else if (needsReason(machine, from, to) && reason !== 'because') {
            expect(error?.code).toBe('REASON_REQUIRED');
          } else {
            expect(error).toBeNull();
          }
        },
      ),
    );
  });
});

describe('unknown states', () => {
  it('lead nowhere, not even by names of Object', () => {
    const machine = machines[0]?.machine;
    if (!machine) throw new Error('no machine');
    for (const state of ['constructor', '__proto__', 'toString', '']) expect(nextStates(machine, state)).toEqual([]);
  });
});
