/**
 * The words of the proof of isolation: an attempt is what somebody tries that must fail, an outcome is what the server answered,
 * a verdict is what that means. Attempts are data, so that the report can show each of them word for word.
 */
import type { TenantFunction } from '@shared/roles';

/** What kind of door an attempt tries; the order is the report's. */
export const GROUPS = {
  rows: 'Rows of the other tenant, by every verb',
  path: 'The same by search_path',
  own: 'Rows of the other tenant inside the own schema',
  identity: 'Another name, role or tenant, by settings and SET ROLE',
  references: 'Records and people of the other tenant, by reference',
  functions: 'Functions, with ids of the other tenant',
  sequences: 'Sequences and numbers of the other tenant',
  registry: 'The registry of tenants and persons, and the private schema',
  catalogue: 'Catalogue, comments, statistics, sizes, sessions',
  server: 'Files, programs, extensions, replication, other sessions',
  objects: 'Objects of one’s own: tables, functions, temporary ones, grants',
  largeObjects: 'Large objects',
  locks: 'Advisory locks',
  statements: 'Prepared statements, cursors, plans, error messages',
  notify: 'Notifications',
} as const;
export type Group = keyof typeof GROUPS;

export type Expectation =
  /** The server must refuse, with one of these SQLSTATEs (42501 unless said). Any other error proves nothing. */
  | { readonly kind: 'refused'; readonly states?: readonly string[] }
  /** Refused, or no row. */
  | { readonly kind: 'nothing'; readonly states?: readonly string[] }
  /** Refused, no row, or one row that says no: every value null, false or empty. */
  | { readonly kind: 'no'; readonly states?: readonly string[] }
  /** Refused, or exactly these rows. */
  | { readonly kind: 'only'; readonly rows: readonly Readonly<Record<string, unknown>>[] }
  /** The same answer as for something that does not exist, so that existence cannot be probed. */
  | { readonly kind: 'same'; readonly twin: readonly string[] }
  /** Whatever comes holds no secret of the other tenant. */
  | { readonly kind: 'silent' };

export interface Attempt {
  readonly group: Group;
  /** Run in one transaction, in the person's own scope, rolled back at the end. The first that fails decides, else the last. */
  readonly statements: readonly string[];
  readonly expect: Expectation;
  /** True where it attacks the login itself: the embedded server has one login, an administrator's, and nothing to prove there. */
  readonly login?: boolean;
}

/** What the server said. */
export interface Outcome {
  /** SQLSTATE of the refusal; null where nothing was refused; `lost` where the connection ended. */
  readonly state: string | null;
  readonly message: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows that were read, copied or changed. */
  readonly count: number;
  /** Everything that came back, as one text: rows, message, detail, hint, notices. */
  readonly text: string;
}

export type Verdict = 'denied' | 'open' | 'unclear';

export interface Judgement {
  readonly verdict: Verdict;
  /** For a reader: the SQLSTATE and the words, or what came back. */
  readonly answer: string;
}

/** Who tries. */
export interface Prober {
  readonly personId: string;
  readonly email: string;
  readonly login: string;
  readonly password: string;
  readonly function: TenantFunction;
  readonly tenant: ProbedTenant;
}

export interface ProbedTenant {
  readonly label: 'A' | 'B';
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly domain: string;
}

/** One line of the report. */
export interface TriedAttempt extends Judgement {
  readonly as: string;
  readonly group: Group;
  readonly statement: string;
}
