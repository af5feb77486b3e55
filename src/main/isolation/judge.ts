/**
 * From an expectation and what the server answered to a verdict. Pure, so that the negative control and the tests go through
 * exactly the judgement that the proof relies on. An error that is not the expected refusal proves nothing: `unclear`.
 */
import type { Expectation, Judgement, Outcome } from './types';

const REFUSED = ['42501'];
const MAX_ANSWER = 300;

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_ANSWER ? `${line.slice(0, MAX_ANSWER)}…` : line;
}

function describeRefusal(outcome: Outcome): string {
  return shorten(`${outcome.state} ${outcome.message}`);
}

function saysNo(value: unknown): boolean {
  return value === null || value === false || value === '' || (Array.isArray(value) && value.length === 0);
}

function sameRows(left: readonly object[], right: readonly object[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Ids that the attacker typed are echoed in messages; without them two answers can be compared. */
function withoutIds(outcome: Outcome): string {
  const text = `${outcome.state} ${outcome.count} ${outcome.message}`;
  return text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID');
}

function accepted(expect: Expectation): readonly string[] {
  return expect.kind === 'refused' || expect.kind === 'nothing' || expect.kind === 'no' ? (expect.states ?? REFUSED) : REFUSED;
}

/**
 * @param secrets texts that only the other tenant knows; any of them in an answer, even in an error message, is a leak
 * @param twin the answer to the twin statement of a `same` expectation
 */
export function judge(expect: Expectation, outcome: Outcome, secrets: readonly string[], twin?: Outcome): Judgement {
  const leaked = secrets.find((secret) => outcome.text.includes(secret));
  if (leaked !== undefined) {
    return { verdict: 'open', answer: shorten(`told a secret of the other tenant (${describeOutcome(outcome)})`) };
  }
  if (outcome.state === 'lost') return { verdict: 'unclear', answer: shorten(`connection lost: ${outcome.message}`) };
  if (expect.kind === 'same') {
    if (twin === undefined) return { verdict: 'unclear', answer: 'not compared' };
    const equal = withoutIds(outcome) === withoutIds(twin);
    const answer = describeOutcome(outcome);
    return equal
      ? { verdict: outcome.state === null ? 'open' : 'denied', answer: shorten(`${answer}; the same as for what does not exist`) }
      : { verdict: 'open', answer: shorten(`${answer}; but for what does not exist ${describeOutcome(twin)}`) };
  }
  if (expect.kind === 'silent') return { verdict: 'denied', answer: shorten(`${describeOutcome(outcome)}; no secret in it`) };
  if (outcome.state !== null) {
    const verdict = accepted(expect).includes(outcome.state) ? 'denied' : 'unclear';
    return { verdict, answer: describeRefusal(outcome) };
  }
  const answer = shorten(describeOutcome(outcome));
  switch (expect.kind) {
    case 'refused':
      return { verdict: 'open', answer };
    case 'nothing':
      return { verdict: outcome.count === 0 ? 'denied' : 'open', answer };
    case 'no': {
      const [first, ...more] = outcome.rows;
      const no = outcome.count === 0 || (more.length === 0 && first !== undefined && Object.values(first).every(saysNo));
      return { verdict: no ? 'denied' : 'open', answer };
    }
    case 'only':
      return { verdict: sameRows(outcome.rows, expect.rows) ? 'denied' : 'open', answer };
  }
}

function describeOutcome(outcome: Outcome): string {
  if (outcome.state !== null) return describeRefusal(outcome);
  if (outcome.count === 0) return 'nothing came back';
  if (outcome.count === 1 && outcome.rows.length === 1) return `one row: ${JSON.stringify(outcome.rows[0])}`;
  return `${outcome.count} rows`;
}
