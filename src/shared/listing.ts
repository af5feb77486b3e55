/** What a list asks for and gets; the same for every entity, checked against its definition by the service. */
import { z } from 'zod';

const scalar = z.union([z.string().max(500), z.number(), z.boolean(), z.null()]);

export const filterSchema = z.strictObject({
  field: z.string().max(64),
  op: z.enum(['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'contains', 'empty', 'notEmpty']),
  value: z.union([scalar, z.array(z.union([z.string().max(500), z.number()])).max(200)]).optional(),
});

/** One condition of a list. */
export type Filter = z.input<typeof filterSchema>;

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
  /** The total that the asker has already, which is then not counted again; also the way to the far end of a long list. */
  known: z.int().min(0).max(10_000_000).optional(),
});
export type ListQuery = z.input<typeof listQuerySchema>;

/** What a list is grouped by: a choice, a box, a person, a reference; a date by its month. */
export const groupBySchema = z.strictObject({ field: z.string().max(64), dir: z.enum(['asc', 'desc']).default('asc') });
export type GroupBy = z.input<typeof groupBySchema>;

export const groupsInputSchema = listQuerySchema
  .pick({ filter: true, search: true, archived: true })
  .extend({ by: groupBySchema });
export type GroupsInput = z.input<typeof groupsInputSchema>;

/** More groups than this are no overview; the person is told to filter. */
export const MAX_GROUPS = 1_000;

export interface ListGroup {
  /** The value that the rows share: an option, an id, `true`, a month as `2026-11`; null where it is not set. */
  readonly key: string | null;
  readonly count: number;
}

export interface ListGroups {
  readonly groups: readonly ListGroup[];
  readonly total: number;
  /** There are more than `MAX_GROUPS`; the rest is left out. */
  readonly more: boolean;
  /** Titles of the records that the groups stand for, by id. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface ListPage<Row> {
  readonly rows: readonly Row[];
  /** How many the list holds; with `more`, how many of them were counted. */
  readonly total: number;
  /** The list holds more than `total`; asked for rows further down it counts further, so such a total is not `known` to it. */
  readonly more?: boolean;
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
