/** What a list asks for and gets; the same for every entity, checked against its definition by the service. */
import { z } from 'zod';

const scalar = z.union([z.string().max(500), z.number(), z.boolean(), z.null()]);

export const filterSchema = z.strictObject({
  field: z.string().max(64),
  op: z.enum(['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'contains', 'empty', 'notEmpty']),
  value: z.union([scalar, z.array(z.union([z.string().max(500), z.number()])).max(200)]).optional(),
});

export const listQuerySchema = z.strictObject({
  filter: z.array(filterSchema).max(20).default([]),
  /** Words that must all occur in the entity's search fields. */
  search: z.string().max(200).default(''),
  sort: z
    .array(z.strictObject({ field: z.string().max(64), dir: z.enum(['asc', 'desc']) }))
    .max(5)
    .default([]),
  offset: z.int().min(0).max(10_000_000).default(0),
  limit: z.int().min(1).max(500).default(200),
  archived: z.boolean().default(false),
});
export type ListQuery = z.input<typeof listQuerySchema>;

export interface ListPage<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
  /** Titles of the records that the rows refer to, by id (`F-031 Break-glass accounts …`). */
  readonly labels?: Readonly<Record<string, string>>;
}

/** One step in a record's history, newest first. */
export interface HistoryEntry {
  readonly at: string;
  readonly actorId: string | null;
  /** Set where somebody acted for that person over an administrator's connection. */
  readonly onBehalfBy: string | null;
  readonly action: 'insert' | 'update' | 'delete';
  readonly source: string;
  readonly reason: string | null;
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
}

/** A person of the tenant, for pickers and names. */
export interface TenantPerson {
  readonly id: string;
  readonly displayName: string;
  readonly email: string;
  readonly functions: readonly string[];
  readonly active: boolean;
}
