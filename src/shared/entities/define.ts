/**
 * `defineEntity`: one definition an entity. The service, the tRPC router, list, form, detail, import, history labels and the
 * drizzle tie are all drawn from it; nothing about an entity is written down twice.
 */
import { z } from 'zod';
import type { TenantFunction } from '../roles';
import { type Field, identifier, instant, integer, person } from './fields';

export type FieldMap = Readonly<Record<string, Field>>;
export type FieldValue<F> = F extends Field<infer T> ? T : never;
/** `workspace`: what people keep for their own work with the records, such as views of lists. */
export type Domain = 'regops' | 'privacyops' | 'riskops' | 'auditops' | 'workspace';

/** Every table has these; the database writes them. */
export const SYSTEM_FIELDS = {
  id: identifier({ label: 'Id', required: true, writable: 'never' }),
  rowVersion: integer({ label: 'Version', required: true, writable: 'never', min: 1 }),
  createdAt: instant({ label: 'Created', required: true, writable: 'never' }),
  updatedAt: instant({ label: 'Changed', required: true, writable: 'never' }),
  createdBy: person({ label: 'Created by', writable: 'never' }),
  updatedBy: person({ label: 'Changed by', writable: 'never' }),
} as const;

export type SystemRow = { [K in keyof typeof SYSTEM_FIELDS]: FieldValue<(typeof SYSTEM_FIELDS)[K]> };
export type RowOf<F extends FieldMap> = SystemRow & { [K in keyof F]: FieldValue<F[K]> };

/** The state machine on one field; the pipeline refuses any step that is not listed. */
export interface StateMachine {
  readonly field: string;
  readonly initial: string;
  readonly steps: Readonly<Record<string, readonly string[]>>;
  /** Target states that need a reason, which goes to the trail; `done>in_progress` asks for one on that step alone. */
  readonly reasonFor?: readonly string[];
  /** States in which only the state itself may change: what was reported, issued or settled stands as it was. */
  readonly locked?: readonly string[];
}

/**
 * A state that is reached only with the approval of exactly this content: by people of these functions, so many of them, none of whom
 * wrote it. PostgreSQL holds the same rule (`private.guard_approval`; a test compares the two).
 */
export interface ApprovalRule {
  /** The state that needs it. */
  readonly to: string;
  readonly by: readonly TenantFunction[];
  /** How many people have to approve, 1 to 20. */
  readonly quorum: number;
  /** Fields that are no part of what is approved (an owner, the next review): changing them voids nothing. */
  readonly free?: readonly string[];
  /** The state that the record falls back to when its content changes in the approved one. Left out: it stays, and shows. */
  readonly back?: string;
  /** A function of the tenant's schema, `uuid → text`, whose answer stands for parts in other tables (their hash). */
  readonly parts?: string;
}

/** What makes a record somebody's work. My work, reminders and notices are drawn from it, for every entity alike. */
export interface WorkRule {
  /** Person fields: whoever stands in one has the record to do. */
  readonly assignee?: readonly string[];
  /** The date by which it is done; reminders come 30, 7 and 1 days before it, and when it has passed. */
  readonly due?: string;
  /** The field that holds the state, where it moves by commands and the entity has no machine. */
  readonly state?: string;
  /** States in which nothing is left to do. Left out: the record waits as long as it is not archived. */
  readonly settled?: readonly string[];
  /** Stands in a group of its own in My work, whenever it is due: what is merely to be read and answered. */
  readonly group?: 'acknowledge';
  /** States in which somebody else is asked to look at it: people of these functions, but not whoever changed it last. */
  readonly review?: { readonly states: readonly string[]; readonly by: readonly TenantFunction[] };
}

/** How a record is made from another one, or from a template. */
export interface CopyRule {
  /** Fields that begin afresh in a copy. References that are unique, what only the server writes and the state always do. */
  readonly afresh?: readonly string[];
  /** Relations whose records may be copied with it, as `entity.field` of `children`. */
  readonly children?: readonly string[];
}

/** Does the step from one state to another need a reason? `from` null: the record is being made. */
export function needsReason(machine: StateMachine, from: string | null, to: string): boolean {
  return from !== to && (machine.reasonFor ?? []).some((entry) => entry === to || entry === `${from}>${to}`);
}

export interface FormSection {
  readonly title: string;
  /** Why the section is there, at the left of it. */
  readonly reason?: string;
  /** Rows of the form: a name alone takes the whole width, a pair shares it. */
  readonly fields: readonly (string | readonly [string, string])[];
}

export interface ListColumn {
  readonly field: string;
  /** Pixels; the column that has none takes the rest. */
  readonly width?: number;
}

export type FilterOp = 'eq' | 'ne' | 'in' | 'notIn' | 'lt' | 'lte' | 'gt' | 'gte' | 'contains' | 'empty' | 'notEmpty';
/** `@me` stands for the signed-in person and `@today`, `@today+14` for dates, so that saved views stay true. */
export interface Filter {
  readonly field: string;
  readonly op: FilterOp;
  readonly value?: string | number | boolean | null | readonly (string | number)[];
}

export interface ListView {
  readonly key: string;
  readonly label: string;
  readonly filter: readonly Filter[];
}

/** Who may do what; must agree with the grants in `migrations/tenant` (a test compares them). */
export interface Access {
  readonly read: readonly TenantFunction[];
  readonly create: readonly TenantFunction[];
  readonly update: readonly TenantFunction[];
  readonly archive: readonly TenantFunction[];
}

/** A relation seen from the other side: records of `entity` whose `field` points here. */
export interface Children {
  readonly entity: string;
  readonly field: string;
  readonly label: string;
}

export interface EntityDefinition<N extends string = string, F extends FieldMap = FieldMap> {
  readonly name: N;
  /** Table in the tenant's schema; columns are the snake_case of the field keys. */
  readonly table: string;
  readonly domain: Domain;
  readonly label: { readonly one: string; readonly many: string };
  /** Icon name the renderer maps to Tabler. */
  readonly icon: string;
  /** One or two sentences for the empty list: what it is for. */
  readonly purpose: string;
  /** Belongs to the workings of other screens: no search finds it, no palette opens its list. */
  readonly internal?: boolean;
  readonly fields: F;
  /** The field that people quote (F-031), and the one that names the record. */
  readonly refField: (keyof F & string) | null;
  readonly titleField: keyof F & string;
  readonly naturalKey: readonly (keyof F & string)[];
  readonly states?: StateMachine;
  readonly access: Access;
  readonly list: {
    readonly columns: readonly ListColumn[];
    readonly sort: readonly { readonly field: string; readonly dir: 'asc' | 'desc' }[];
    readonly search: readonly (keyof F & string)[];
    readonly views: readonly ListView[];
  };
  readonly form: readonly FormSection[];
  readonly children: readonly Children[];
  readonly approval?: readonly ApprovalRule[];
  readonly work?: WorkRule;
  /** False where a record is never made from another one (what comes from a source or a file). */
  readonly copy?: CopyRule | false;
}

export interface Entity<N extends string = string, F extends FieldMap = FieldMap> extends EntityDefinition<N, F> {
  /** All fields, the system's own included. */
  readonly allFields: FieldMap;
  /** What the server returns. Heavy fields may be absent from list rows. */
  readonly rowSchema: z.ZodType<RowOf<F>>;
  /** What a person may give at creation: unknown keys refused, required ones there. */
  readonly createSchema: z.ZodType<Record<string, unknown>>;
  /** What a person may change: every key optional, unknown keys refused. */
  readonly updateSchema: z.ZodType<Record<string, unknown>>;
}

/** `createdAt` → `created_at`. */
export function columnName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Checks a definition's inner references (a misspelt field is a mistake of ours, found at load) and derives its schemas. */
export function defineEntity<const N extends string, const F extends FieldMap>(definition: EntityDefinition<N, F>): Entity<N, F> {
  const allFields: FieldMap = { ...SYSTEM_FIELDS, ...definition.fields };
  const named = [
    ...definition.list.columns.map((column) => column.field),
    ...definition.list.sort.map((sort) => sort.field),
    ...definition.list.views.flatMap((view) => view.filter.map((filter) => filter.field)),
    ...definition.form.flatMap((section) => section.fields.flat()),
    ...(definition.states ? [definition.states.field] : []),
    ...(definition.approval ?? []).flatMap((rule) => rule.free ?? []),
    ...(definition.work?.assignee ?? []),
    ...(definition.work?.due === undefined ? [] : [definition.work.due]),
    ...(definition.copy ? (definition.copy.afresh ?? []) : []),
  ];
  for (const field of named) {
    if (!Object.hasOwn(allFields, field)) throw new TypeError(`${definition.name}: no field named ${field}`);
  }
  const states = definition.states?.steps ?? {};
  for (const { to, back } of definition.approval ?? []) {
    for (const state of back === undefined ? [to] : [to, back])
      if (!Object.hasOwn(states, state)) throw new TypeError(`${definition.name}: no state named ${state}`);
    if (back !== undefined && !states[to]?.includes(back))
      throw new TypeError(`${definition.name}: no step from ${to} to ${back}`);
  }
  const row: Record<string, z.ZodType> = {};
  const create: Record<string, z.ZodType> = {};
  const update: Record<string, z.ZodType> = {};
  for (const [key, field] of Object.entries(allFields)) {
    row[key] = field.heavy ? field.schema.optional() : field.schema;
    if (field.writable === 'both' || field.writable === 'create')
      create[key] =
        field.required &&
        !field.defaulted &&
        field.kind !== 'boolean' &&
        field.kind !== 'tags' &&
        key !== definition.states?.field
          ? field.schema
          : field.schema.optional();
    if ((field.writable === 'both' || field.writable === 'update') && field.merge !== 'immutable')
      update[key] = field.schema.optional();
  }
  return {
    ...definition,
    allFields,
    rowSchema: z.object(row) as z.ZodType<unknown> as z.ZodType<RowOf<F>>,
    createSchema: z.strictObject(create),
    updateSchema: z.strictObject(update),
  };
}

/** The title a person sees: `F-031 Break-glass accounts skip the length rule`. */
export function recordTitle(entity: EntityDefinition, row: Readonly<Record<string, unknown>>): string {
  const ref = entity.refField ? row[entity.refField] : null;
  const title = row[entity.titleField];
  return [ref, title].filter((part) => typeof part === 'string' && part !== '').join(' ');
}
