/**
 * From a form to an operation. The operation's id belongs to its content: sending the same content again (a lost reply, a
 * second click) uses the same id, so that the server applies it once; changed content gets a new one.
 */
import type { EntityDefinition } from '@shared/entities/define';
import type { Json } from '@shared/entities/fields';
import { type EntityName, isEntityName } from '@shared/entities/registry';
import type { Operation } from '@shared/operations';
import { isWritable } from '../access';
import { type GenericRow, jsonValue, sameValue } from '../rows';
import { formFields, type Purpose } from './validate';

export type OperationBody = Omit<Operation, 'opId'>;
export type Values = Readonly<Record<string, Json>>;

/** The values of a record that its form shows. */
export function formValuesOf(definition: EntityDefinition, row: GenericRow): Record<string, Json> {
  return Object.fromEntries(formFields(definition).map((key) => [key, jsonValue(row[key])]));
}

/** What a new record's form opens with: the first state, unticked boxes, no tags, and what the place it was opened from gives. */
export function newValues(definition: EntityDefinition, prefill: Readonly<Record<string, string>>): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const key of formFields(definition)) {
    const field = definition.fields[key];
    if (field === undefined) continue;
    const given = Object.hasOwn(prefill, key) && isWritable(field, 'create') ? prefill[key] : undefined;
    if (given !== undefined && field.schema.safeParse(given).success) values[key] = given;
    else if (key === definition.states?.field) values[key] = definition.states.initial;
    else if (field.kind === 'boolean') values[key] = false;
    else if (field.kind === 'tags') values[key] = [];
    else values[key] = null;
  }
  return values;
}

/** The fields whose value differs from the one the form opened with, in reading order. */
export function changedFields(
  definition: EntityDefinition,
  purpose: Purpose,
  initial: Values,
  values: Values,
): readonly string[] {
  return formFields(definition).filter((key) => {
    const field = definition.fields[key];
    return field !== undefined && isWritable(field, purpose) && !sameValue(initial[key], values[key]);
  });
}

/** Blank text is no text. */
function toSend(value: Json | undefined): Json {
  if (value === undefined || value === '') return null;
  return typeof value === 'string' && value.trim() === '' ? null : value;
}

export interface BodyInput {
  readonly definition: EntityDefinition;
  readonly purpose: Purpose;
  readonly entityId: string;
  readonly baseVersion: number | null;
  readonly initial: Values;
  readonly values: Values;
  readonly reason: string;
}

/** The operation's body: only what changed travels, with the values that the person saw. */
export function operationBody(input: BodyInput): OperationBody {
  const { definition, purpose, initial, values } = input;
  const name: string = definition.name;
  if (!isEntityName(name)) throw new TypeError(`${name} is not in the registry`);
  const entity: EntityName = name;
  const patch: Record<string, Json> = {};
  const base: Record<string, Json> = {};
  if (purpose === 'create') {
    for (const key of formFields(definition)) {
      const field = definition.fields[key];
      if (field === undefined || !isWritable(field, 'create')) continue;
      const value = toSend(values[key]);
      if (value !== null) patch[key] = value;
    }
  } else {
    for (const key of changedFields(definition, purpose, initial, values)) {
      patch[key] = toSend(values[key]);
      base[key] = toSend(initial[key]);
    }
  }
  const reason = input.reason.trim();
  return {
    entity,
    entityId: input.entityId,
    kind: purpose,
    baseVersion: purpose === 'create' ? null : input.baseVersion,
    base,
    patch,
    ...(reason === '' ? {} : { reason }),
  };
}

/** An update of a few fields of a row that is on the screen, for quick changes outside the form. */
export function updateBody(definition: EntityDefinition, row: GenericRow, patch: Values, reason?: string): OperationBody {
  const name: string = definition.name;
  if (!isEntityName(name)) throw new TypeError(`${name} is not in the registry`);
  return {
    entity: name,
    entityId: row.id,
    kind: 'update',
    baseVersion: row.rowVersion,
    base: Object.fromEntries(Object.keys(patch).map((key) => [key, jsonValue(row[key])])),
    patch: { ...patch },
    ...(reason === undefined || reason.trim() === '' ? {} : { reason: reason.trim() }),
  };
}

/** Hands out operation ids by content; see the head of this module. */
export class OperationIds {
  private last: { readonly content: string; readonly opId: string } | null = null;

  constructor(private readonly makeId: () => string) {}

  /** The operation to send for this body. */
  seal(body: OperationBody): Operation {
    const content = canonical(body);
    if (this.last?.content !== content) this.last = { content, opId: this.makeId() };
    return { opId: this.last.opId, ...body };
  }

  /** The server has answered for good: the next sending is another operation even with the same content. */
  settle(): void {
    this.last = null;
  }
}

/** The same text for the same content, whatever the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
