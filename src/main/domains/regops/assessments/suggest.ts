/**
 * What the latest tests of the controls behind a requirement say about its result. A suggestion with its reason; nothing writes it
 * but the person who takes it.
 */
import type { ResultSuggestion } from '@shared/wire/assessments';

export interface TestedControl {
  readonly ref: string | null;
  readonly name: string;
  readonly status: string;
  /** Of the newest test that has one; null where it was never tested. */
  readonly lastResult: string | null;
  /** How the control covers the requirement; null where nobody said. */
  readonly relation: string | null;
}

/** A control that is equal to its requirement, or does more than it asks, covers the whole of it. */
const WHOLE = new Set(['equal', 'superset']);

/**
 * All tested controls effective and one of them covering the whole: compliant. All ineffective: non-compliant. Anything between, or
 * nothing that covers the whole: partially compliant. Null where no control has been tested.
 */
export function suggestResult(controls: readonly TestedControl[]): ResultSuggestion | null {
  const live = controls.filter(({ status, lastResult }) => status !== 'deprecated' && lastResult !== 'not_applicable');
  const tested = live.filter(({ lastResult }) => lastResult !== null && lastResult !== 'not_tested');
  if (tested.length === 0) return null;
  const called = ({ ref, name }: TestedControl) => ref ?? name;
  const failing = tested.filter(({ lastResult }) => lastResult === 'ineffective');
  const partly = tested.filter(({ lastResult }) => lastResult === 'partially_effective');
  const untested = live.length - tested.length;
  if (failing.length === tested.length && untested === 0) {
    return {
      result: 'non_compliant',
      reason: `${some(failing.map(called))} ${be(failing.length)} ineffective at the last test.`,
    };
  }
  if (failing.length > 0) return partial(`${some(failing.map(called))} ${be(failing.length)} ineffective at the last test.`);
  if (partly.length > 0) return partial(`${some(partly.map(called))} ${be(partly.length)} partially effective at the last test.`);
  if (untested > 0) return partial(`${untested} of ${live.length} controls ${untested === 1 ? 'is' : 'are'} not tested yet.`);
  if (!tested.some(({ relation }) => relation !== null && WHOLE.has(relation))) {
    return partial('Every control was effective, but none of them covers the whole requirement.');
  }
  const covers = tested.length === 1 ? 'was effective at the last test and covers' : 'were effective at the last test and cover';
  return { result: 'compliant', reason: `${some(tested.map(called))} ${covers} the requirement.` };
}

const be = (n: number) => (n === 1 ? 'was' : 'were');

function partial(reason: string): ResultSuggestion {
  return { result: 'partially_compliant', reason };
}

/** `AC-2`, `AC-2 and AC-3`, `AC-2, AC-3 and 4 more`. */
function some(names: readonly string[]): string {
  const [first = '', second] = names;
  if (second === undefined) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first}, ${second} and ${names.length - 2} more`;
}
