/**
 * Operations: every write there is, with an id made where the person sits, so that it can be applied now, later or twice with
 * the same result (DESIGN.md, section 5). The ledger in the tenant's schema keeps one row an operation.
 */
import { z } from 'zod';
import { ENTITY_NAMES, type EntityName } from './entities/registry';

/** UUID version 7 (RFC 9562): sorts by time, made by the client. */
export const operationIdSchema = z.uuid({ version: 'v7' });

const entityNameSchema = z.enum(ENTITY_NAMES as [EntityName, ...EntityName[]]);

/** Field keys to values; zod of the entity checks the values, this only keeps the shape flat and small. */
const fieldsSchema = z.record(z.string().max(64), z.json());

export const operationSchema = z.strictObject({
  opId: operationIdSchema,
  entity: entityNameSchema,
  entityId: z.uuid(),
  kind: z.enum(['create', 'update', 'archive', 'restore']),
  /** `row_version` the change was made against; null for a creation. */
  baseVersion: z.int().min(1).nullable(),
  /** The values that the person saw in the changed fields. */
  base: fieldsSchema,
  /** The values that the person wants. */
  patch: fieldsSchema,
  /** Why, where a state asks for it; goes to the trail. */
  reason: z.string().trim().min(1).max(2000).optional(),
});
export type Operation = z.infer<typeof operationSchema>;

/** One field both sides changed to different values. */
export interface FieldConflict {
  readonly field: string;
  readonly base: unknown;
  readonly mine: unknown;
  readonly theirs: unknown;
}

/**
 * What became of an operation. `merged`: theirs and mine both stand; `unchanged`: the record already said so.
 * `conflict`: nothing was written; the person chooses.
 */
export type OperationResult =
  | {
      readonly status: 'applied' | 'merged' | 'unchanged';
      readonly entityId: string;
      readonly rowVersion: number;
      /** Fields that the system set by itself with the change, for example the state of a test that got its first result. */
      readonly automatic?: Readonly<Record<string, unknown>>;
    }
  | {
      readonly status: 'conflict';
      readonly entityId: string;
      readonly rowVersion: number;
      readonly conflicts: readonly FieldConflict[];
      readonly changedBy: string | null;
      readonly changedAt: string;
    };
