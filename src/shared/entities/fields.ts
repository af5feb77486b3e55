/**
 * Field builders: each gives a field its kind, its zod schema and its metadata at once, so that forms, lists, merge rules,
 * imports and the drizzle table can never disagree about what a field is.
 */
import { z } from 'zod';

/** How a value looks and sounds: tone and word, always both (LOOK.md, Pills). Levels use the filled ramp. */
export type Tone = 'good' | 'attention' | 'bad' | 'underway' | 'laptop' | 'neutral';
export type Level = 'low' | 'medium' | 'high' | 'critical';

export interface EnumOption<V extends string = string> {
  readonly value: V;
  readonly label: string;
  readonly tone?: Tone;
  readonly level?: Level;
  /** Name of the pill's shape; the renderer maps it to an icon. */
  readonly shape?: string;
}

/** What happens when two people changed the field since the same base version (DESIGN.md, section 5). */
export type MergeRule =
  | 'replace' // theirs = base → mine; mine = base → theirs; else conflict
  | 'text' // long text: diff3 by line, conflict only where hunks collide
  | 'set' // arrays as sets: both sides' additions and removals apply
  | 'state' // must be a legal step from theirs, else conflict
  | 'ask' // ratings, conclusions, sign-offs: any double change is a conflict, even to the same value by different reasons
  | 'immutable'; // set at creation only

export type FieldKind =
  | 'text'
  | 'longText'
  | 'integer'
  | 'boolean'
  | 'date'
  | 'instant'
  | 'enum'
  | 'reference'
  | 'person'
  | 'tags'
  | 'json'
  | 'hash';

/** When a person may give the value: at creation, at a change, both, or never (the server makes it). */
export type Writable = 'both' | 'create' | 'update' | 'never';

export interface Field<T = unknown> {
  readonly kind: FieldKind;
  readonly label: string;
  /** One line under the label; says what the field is for, not how to type. */
  readonly help?: string;
  readonly schema: z.ZodType<T>;
  readonly required: boolean;
  readonly writable: Writable;
  readonly merge: MergeRule;
  readonly options?: readonly EnumOption[];
  /** The option that an empty value stands for, for example `not_tested`. */
  readonly whenEmpty?: string;
  /** Entity name for references. */
  readonly target?: string;
  /** Which records of the target a picker offers. It helps the eye; what may be referred to, the database decides. */
  readonly among?: readonly Among[];
  /** Personal data: masked unless the role needs it. */
  readonly personal?: boolean;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  /** Left out of list rows unless asked for (large JSON, long text of thousands of rows). */
  readonly heavy?: boolean;
  /** Required in the record, but may be left out when it is made: the table has a value for it. */
  readonly defaulted?: boolean;
}

/** A condition on the records that a reference is chosen from: their field has this value, or that of the record's own field `from`. */
export type Among =
  | { readonly field: string; readonly is: string }
  /** Where the record's own field is empty, nothing is narrowed. */
  | { readonly field: string; readonly from: string };

interface Common {
  label: string;
  help?: string;
  writable?: Writable;
  merge?: MergeRule;
  personal?: boolean;
  heavy?: boolean;
  defaulted?: boolean;
}

type Options<R extends boolean> = Common & { required?: R };
type Value<T, R extends boolean> = R extends true ? T : T | null;

function build<T, R extends boolean>(
  kind: FieldKind,
  schema: z.ZodType<T>,
  options: Options<R>,
  extra: Partial<Field> = {},
): Field<Value<T, R>> {
  const required = options.required === true;
  return {
    kind,
    label: options.label,
    help: options.help,
    required,
    writable: options.writable ?? 'both',
    merge: options.merge ?? 'replace',
    personal: options.personal,
    heavy: options.heavy,
    defaulted: options.defaulted,
    ...extra,
    schema: (required ? schema : schema.nullable()) as z.ZodType<Value<T, R>>,
  };
}

/** NUL is the one character PostgreSQL's text cannot hold. */
const plain = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\u0000'), 'NUL characters are not allowed');

/** One line of text. */
export function text<R extends boolean = false>(options: Options<R> & { max: number }) {
  const base = plain(options.max).refine((value) => !/[\r\n]/.test(value), 'one line only');
  return build<string, R>('text', options.required ? base.refine((v) => v.trim() !== '', 'needs a value') : base, options, {
    maxLength: options.max,
  });
}

/** A uuid that stands for the record itself. */
export function identifier<R extends boolean = false>(options: Options<R>) {
  return build<string, R>('text', z.uuid(), { merge: 'immutable', ...options });
}

/** Several lines; merged by diff3. */
export function longText<R extends boolean = false>(options: Options<R> & { max?: number }) {
  const max = options.max ?? 100_000;
  return build<string, R>('longText', plain(max), { merge: 'text', ...options }, { maxLength: max });
}

export function integer<R extends boolean = false>(options: Options<R> & { min?: number; max?: number }) {
  const min = options.min ?? -2_147_483_648;
  const max = options.max ?? 2_147_483_647;
  return build<number, R>('integer', z.int().min(min).max(max), options, { min, max });
}

export function boolean(options: Common) {
  return build<boolean, true>('boolean', z.boolean(), { ...options, required: true });
}

/** A calendar date without a time zone, `YYYY-MM-DD`. */
export function date<R extends boolean = false>(options: Options<R>) {
  return build<string, R>('date', z.iso.date(), options);
}

/** A moment, ISO 8601 in UTC with milliseconds. */
export function instant<R extends boolean = false>(options: Options<R>) {
  return build<string, R>('instant', z.iso.datetime({ offset: true }), options);
}

export function choice<const V extends string, R extends boolean = false>(
  options: Options<R> & { options: readonly EnumOption<V>[]; whenEmpty?: V },
) {
  const values = options.options.map((option) => option.value) as [V, ...V[]];
  return build<V, R>('enum', z.enum(values) as z.ZodType<V>, options, { options: options.options, whenEmpty: options.whenEmpty });
}

export function reference<R extends boolean = false>(options: Options<R> & { target: string; among?: readonly Among[] }) {
  return build<string, R>('reference', z.uuid(), options, { target: options.target, among: options.among });
}

/** A person of the tenant, by id. */
export function person<R extends boolean = false>(options: Options<R>) {
  return build<string, R>('person', z.uuid(), options);
}

export function tags(options: Common) {
  return build<string[], true>('tags', z.array(plain(60)).max(50), { merge: 'set', ...options, required: true });
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
const jsonSchema: z.ZodType<Json> = z.json();

export function json<R extends boolean = false>(options: Options<R>) {
  return build<Json, R>('json', jsonSchema, options);
}

/** SHA-256 in 64 lower-case hex digits. */
export function hash<R extends boolean = false>(options: Options<R>) {
  return build<string, R>('hash', z.string().regex(/^[0-9a-f]{64}$/), { merge: 'immutable', ...options });
}
