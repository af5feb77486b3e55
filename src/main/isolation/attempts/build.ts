/** Small builders that the lists of attempts share, and what each list is given. */
import type { Surroundings } from '../surroundings';
import type { Attempt, Expectation, Group, ProbedTenant, Prober } from '../types';

export interface Stage {
  /** Who tries. */
  readonly prober: Prober;
  readonly other: ProbedTenant;
  /** A person of the other tenant, with their login. */
  readonly victim: { readonly id: string; readonly login: string; readonly email: string };
  /** Records of the other tenant by table; empty where none were made. */
  readonly records: Readonly<Record<string, string>>;
  readonly surroundings: Surroundings;
  /** A backend that is not the prober's own. */
  readonly otherBackend: number;
  /** What is unique to this run; part of every name that an attempt would make. */
  readonly run: string;
}

export const refused = (...states: string[]): Expectation => ({ kind: 'refused', states: ['42501', ...states] });
export const nothing = (...states: string[]): Expectation => ({ kind: 'nothing', states: ['42501', ...states] });
export const saysNo = (...states: string[]): Expectation => ({ kind: 'no', states: ['42501', ...states] });
export const silent: Expectation = { kind: 'silent' };

/** A list of attempts of one group, each a statement or several of one transaction. */
export function of(group: Group, expect: Expectation, login = false) {
  return (...attempts: readonly (string | readonly string[])[]): Attempt[] =>
    attempts.map((one) => ({ group, expect, login, statements: typeof one === 'string' ? [one] : one }));
}

/** A literal; the values come from the catalogue and from this run. */
export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

export function name(schema: string, relation: string): string {
  return `${identifier(schema)}.${identifier(relation)}`;
}

export function identifier(text: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}
