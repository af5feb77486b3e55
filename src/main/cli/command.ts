/** What a command is: its words, its options, what it does, and what it says. The table of all of them stands in `commands/`. */

import type { Database } from '@main/db/database';
import type { EntityContext } from '@main/entities/context';
import type { CommandIo } from './io';
import type { Login, Person } from './login';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the usage, for example `ID`. */
  readonly value?: string;
  readonly required?: boolean;
  /** May be given more than once. */
  readonly multiple?: boolean;
  readonly help: string;
}

/** The values of a command's own options, checked against its table. */
export interface Values {
  /** A required text. */
  text(name: string): string;
  optional(name: string): string | undefined;
  flag(name: string): boolean;
  /** Every value of an option that may be given more than once. */
  all(name: string): readonly string[];
}

/** What a command has to say: `json` for scripts, `text` for people. */
export interface Answer {
  readonly json: unknown;
  readonly text: readonly string[];
  /** True where what was asked for was found to be broken: exit code 1 although the answer is whole. */
  readonly failed?: boolean;
  /** True where somebody else changed the same: exit code 3, nothing was written, and the answer says what stands against what. */
  readonly conflict?: boolean;
  /** What goes out as it is, instead of `json` or `text`, a newline not added. */
  readonly raw?: string;
}

/** What a command is given that needs no database. */
export interface OfflineCall {
  readonly values: Values;
  readonly positionals: readonly string[];
  readonly io: CommandIo;
  /** Absolute path of a file or folder that was given relative to where the caller stands. */
  path(given: string): string;
}

/** A person's context with the whole database as they may use it: for reading only where its schema is of another version. */
export interface CommandContext extends EntityContext {
  readonly database: Database;
}

export interface CommandCall extends OfflineCall {
  readonly database: Database;
  readonly login: Login;
  /** The person of `--as`, or of the connection itself; null over an administrator's connection without `--as`. */
  person(): Promise<Person | null>;
  /** The person's context in the tenant of `--tenant`, checked: membership, licence, suspension. Refuses where there is no person. */
  context(): Promise<CommandContext>;
  /** As `context`; over an administrator's connection without `--as` a context that can only read. */
  readingContext(): Promise<EntityContext>;
}

export interface Command {
  readonly words: readonly string[];
  /** The last may end in `…`, for several; in brackets it may be left out. */
  readonly positionals: readonly string[];
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Does what needs no database, before any is opened; null where this call needs one. */
  offline?(call: OfflineCall): Promise<Answer> | null;
  run(call: CommandCall): Promise<Answer>;
}

export const AS_OPTION: OptionSpec = { type: 'string', value: 'EMAIL', help: 'the person to act as' };
export const TENANT_OPTION: OptionSpec = { type: 'string', value: 'ID', required: true, help: 'the tenant, by its id or domain' };
