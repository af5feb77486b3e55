/** Hooks by which a domain puts its own rules into the one pipeline of all entities. */
import type { EntityName } from '@shared/entities/registry';
import type { Operation } from '@shared/operations';
import type { EntityContext, SqlClient } from './context';
import type { Values } from './merge';

export interface EntityHooks {
  /** Before validation: returns the patch to go on with. Sees only what the person sent. */
  readonly beforeValidate?: (input: { readonly ctx: EntityContext; readonly operation: Operation }) => Values;
  /**
   * After the merge, before the write, inside the transaction: returns values that the system sets of itself. `row` is the record
   * as it stands, locked (null at creation), `write` what will be written. Steps of state among them are checked like a person's.
   */
  readonly beforeWrite?: (input: {
    readonly ctx: EntityContext;
    readonly tx: SqlClient;
    readonly row: Values | null;
    readonly write: Values;
  }) => Values | Promise<Values>;
  /** After the write, inside the transaction: returns the other entities whose records it changed. */
  readonly after?: (input: {
    readonly ctx: EntityContext;
    readonly tx: SqlClient;
    readonly before: Values | null;
    readonly row: Values;
  }) => readonly EntityName[] | Promise<readonly EntityName[]>;
}

export type HookTable = Partial<Readonly<Record<EntityName, EntityHooks>>>;
