/**
 * What a version of the library may hold: an OSCAL catalogue, policy templates, or a control set. Read strictly, for what is added
 * once goes to many tenants and never changes.
 */
import { parseCatalog } from '@main/domains/regops/oscal';
import { CodedError } from '@shared/errors';
import type { LibraryKind } from '@shared/wire/library';
import { z } from 'zod';

/** As long as the longest of the tables' columns. */
const line = (max: number) => z.string().trim().min(1).max(max);
const long = z.string().max(100_000);

const policiesSchema = z.strictObject({
  library: z.literal(1),
  kind: z.literal('policies'),
  policies: z
    .array(
      z.strictObject({
        key: line(200),
        name: line(255),
        type: line(50).nullable().default(null),
        version: line(50).nullable().default(null),
        description: long.nullable().default(null),
        content: z.json().nullable().default(null),
      }),
    )
    .min(1)
    .max(2_000),
});

const controlSetSchema = z.strictObject({
  library: z.literal(1),
  kind: z.literal('control_set'),
  controlSet: z.strictObject({ name: line(255), version: line(50), description: long.nullable().default(null) }),
  controls: z
    .array(
      z.strictObject({
        ref: line(60),
        name: line(255),
        description: long.nullable().default(null),
        family: line(60).nullable().default(null),
        type: z.enum(['preventive', 'detective', 'corrective', 'directive']).nullable().default(null),
        category: z.enum(['policy', 'process', 'technical', 'physical']).nullable().default(null),
        frequency: z
          .enum(['continuous', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly', 'on_event'])
          .nullable()
          .default(null),
        priority: z.int().min(1).max(4).nullable().default(null),
      }),
    )
    .min(1)
    .max(10_000),
});

export type PolicyTemplates = z.output<typeof policiesSchema>;
export type ControlSetContent = z.output<typeof controlSetSchema>;

export type LibraryContent =
  | { readonly kind: 'catalogue'; readonly text: string }
  | { readonly kind: 'policies'; readonly document: PolicyTemplates }
  | { readonly kind: 'control_set'; readonly document: ControlSetContent };

export const MAX_LIBRARY_BYTES = 32 * 1024 * 1024;

/** Reads a content. Throws CATALOG_INVALID and others of the catalogue's, LOAD_UNKNOWN for what is neither of the three. */
export function readContent(text: string, fileName: string): LibraryContent {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new CodedError('LOAD_UNKNOWN', { fileName, reason: 'is no JSON' }, { cause });
  }
  const kind = kindOf(document);
  if (kind === 'catalogue') {
    parseCatalog(text, { fileName });
    return { kind, text };
  }
  if (kind === null)
    throw new CodedError('LOAD_UNKNOWN', { fileName, reason: 'is neither a catalogue, nor policies, nor a control set' });
  const schema = kind === 'policies' ? policiesSchema : controlSetSchema;
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CodedError('LOAD_UNKNOWN', {
      fileName,
      reason: `is no library content at ${issue?.path.join('.')}: ${issue?.message}`,
    });
  }
  const content: LibraryContent =
    parsed.data.kind === 'policies'
      ? { kind: 'policies', document: parsed.data }
      : { kind: 'control_set', document: parsed.data };
  const keys = recordsOf(content).map((record) => record.key);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw new CodedError('LOAD_UNKNOWN', { fileName, reason: `names “${twice}” twice` });
  return content;
}

function kindOf(document: unknown): LibraryKind | null {
  if (typeof document !== 'object' || document === null) return null;
  if ('catalog' in document) return 'catalogue';
  if (!('library' in document) || !('kind' in document)) return null;
  return document.kind === 'policies' || document.kind === 'control_set' ? document.kind : null;
}

/** One record as it goes to a tenant's table. */
export interface ContentRecord {
  /** Stable over the versions of an item. */
  readonly key: string;
  /** Columns of the table. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The records of policies or of a control set; a catalogue has its own way. */
export function recordsOf(content: LibraryContent): readonly ContentRecord[] {
  if (content.kind === 'policies') return content.document.policies.map(({ key, ...values }) => ({ key, values }));
  if (content.kind === 'control_set')
    return content.document.controls.map(({ ref, ...values }) => ({ key: ref, values: { ref, ...values } }));
  return [];
}

/** What differs between two versions of an item, by the library's own keys: for those who publish, no tenant is asked. */
export function compareContents(
  from: LibraryContent,
  to: LibraryContent,
): { key: string; change: 'added' | 'changed' | 'removed' }[] {
  const [before, after] = [entriesOf(from), entriesOf(to)];
  const changes: { key: string; change: 'added' | 'changed' | 'removed' }[] = [];
  for (const [key, value] of after) {
    if (!before.has(key)) changes.push({ key, change: 'added' });
    else if (before.get(key) !== value) changes.push({ key, change: 'changed' });
  }
  for (const key of before.keys()) if (!after.has(key)) changes.push({ key, change: 'removed' });
  return changes;
}

function entriesOf(content: LibraryContent): Map<string, string> {
  if (content.kind !== 'catalogue') return new Map(recordsOf(content).map(({ key, values }) => [key, JSON.stringify(values)]));
  const { nodes } = parseCatalog(content.text, { fileName: 'catalogue' });
  return new Map(nodes.map(({ sourceId, ...node }) => [sourceId, JSON.stringify(node)]));
}
