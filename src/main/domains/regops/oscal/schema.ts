/**
 * The part of the OSCAL catalogue model (NIST, version 1) that the import reads, as zod. Everything else in a document passes
 * through untouched: these schemas only judge, their output is never stored.
 */
import type { FieldFault } from '@shared/errors';
import { z } from 'zod';

/** An OSCAL token (XML NCName without a colon); the length is ours, so that ids fit our columns. */
const token = z
  .string()
  .max(200, 'is longer than 200 characters')
  .regex(/^[\p{L}_][\p{L}\p{N}._-]*$/u, 'is not an OSCAL token (a letter or _, then letters, digits, . - _)');
const uuid = z.string().regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'is not a UUID');
const filled = z.string().regex(/\S/, 'is empty');
const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/, 'is not a date with time and time zone');

const propSchema = z.looseObject({ name: token, value: filled, class: token.optional(), ns: z.string().optional() });

const paramSchema = z.looseObject({
  id: token,
  label: z.string().optional(),
  props: z.array(propSchema).optional(),
  values: z.array(z.string()).optional(),
  select: z
    .looseObject({ 'how-many': z.enum(['one', 'one-or-more']).optional(), choice: z.array(z.string()).optional() })
    .optional(),
});

const partSchema = z.looseObject({
  id: token.optional(),
  name: token,
  title: z.string().optional(),
  prose: z.string().optional(),
  props: z.array(propSchema).optional(),
  get parts() {
    return z.array(partSchema).optional();
  },
});

const controlSchema = z.looseObject({
  id: token,
  title: filled,
  params: z.array(paramSchema).optional(),
  props: z.array(propSchema).optional(),
  parts: z.array(partSchema).optional(),
  get controls() {
    return z.array(controlSchema).optional();
  },
});

const groupSchema = z.looseObject({
  id: token.optional(),
  title: filled,
  params: z.array(paramSchema).optional(),
  props: z.array(propSchema).optional(),
  parts: z.array(partSchema).optional(),
  controls: z.array(controlSchema).optional(),
  get groups() {
    return z.array(groupSchema).optional();
  },
});

const catalogSchema = z.looseObject({
  uuid,
  metadata: z.looseObject({
    title: filled,
    version: filled,
    'last-modified': instant,
    'oscal-version': z.string().regex(/^1\.\d+(\.\d+)?/, 'is not a version 1 of OSCAL'),
  }),
  params: z.array(paramSchema).optional(),
  groups: z.array(groupSchema).optional(),
  controls: z.array(controlSchema).optional(),
});

export const documentSchema = z.looseObject({ catalog: catalogSchema });

export type OscalProp = z.infer<typeof propSchema>;
export type OscalParam = z.infer<typeof paramSchema>;
export type OscalPart = z.infer<typeof partSchema>;
export type OscalControl = z.infer<typeof controlSchema>;
export type OscalGroup = z.infer<typeof groupSchema>;
export type OscalCatalog = z.infer<typeof catalogSchema>;

/** `['catalog', 'groups', 3, 'id']` → `catalog.groups[3].id`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/** What zod found wrong, as faults with the place in the document and a reason a person can use. */
export function shapeFaults(document: unknown): FieldFault[] {
  const result = documentSchema.safeParse(document);
  if (result.success) return [];
  return result.error.issues.map((issue) => ({
    path: pathText(issue.path),
    message: reasonOf(issue, valueAt(document, issue.path)),
  }));
}

function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'is missing';
  if (issue.code === 'invalid_type') return `must be ${kindName(issue.expected)}, is ${kindName(kindOf(value))}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  return issue.message;
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    document,
  );
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function kindName(kind: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'a text',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
    null: 'null',
  };
  return names[kind] ?? kind;
}
