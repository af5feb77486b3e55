/** What a person types for a value of a field: words of a choice, a name or an e-mail, a reference or a natural key. */

import type { EntityContext } from '@main/entities/context';
import { invalid } from '@main/entities/faults';
import { recordIdSchema } from '@main/entities/read';
import type { EntityService } from '@main/entities/service';
import { columnName, type Entity } from '@shared/entities/define';
import type { Field, Json } from '@shared/entities/fields';
import { ENTITY_NAMES, type EntityName, entityOf, isEntityName } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { ListQuery } from '@shared/listing';
import { UsageError } from './usage';

export interface Typing {
  readonly ctx: EntityContext;
  readonly service: EntityService;
}

const plain = (name: string) => name.replace(/[-_ ]/g, '').toLowerCase();

/** `audit-plans`, `audit_plans`, `auditPlans` or the table's name. */
export function entityNamed(text: string): EntityName {
  const found = ENTITY_NAMES.find((name) => plain(name) === plain(text) || plain(entityOf(name).table) === plain(text));
  if (found === undefined) {
    const names = ENTITY_NAMES.map((name) => columnName(name).replaceAll('_', '-'));
    throw new UsageError(`ENTITY is one of ${names.join(', ')}`);
  }
  return found;
}

/** A field by its key, its column or its label; `owner` for `ownerId`. */
export function fieldNamed(entity: Entity, text: string): readonly [string, Field] {
  const fields = Object.entries(entity.allFields);
  const wanted = plain(text);
  const found =
    fields.find(([key]) => plain(key) === wanted) ??
    fields.find(([, field]) => plain(field.label) === wanted) ??
    fields.find(([key]) => key.endsWith('Id') && plain(key.slice(0, -2)) === wanted);
  if (found === undefined) {
    const known = Object.keys(entity.fields).join(', ');
    throw new UsageError(`${entity.label.many.toLowerCase()} have no field “${text}”; they have ${known}`);
  }
  return found;
}

/** The value of a field as it is typed; empty text is none. Throws INPUT_INVALID naming the field. */
export async function valueTyped(typing: Typing, key: string, field: Field, text: string): Promise<Json> {
  const trimmed = text.trim();
  if (trimmed === '' && field.kind !== 'tags') return null;
  switch (field.kind) {
    case 'enum': {
      const option = field.options?.find(({ value, label }) => value === trimmed || plain(label) === plain(trimmed));
      return option?.value ?? trimmed;
    }
    case 'boolean': {
      if (/^(?:true|yes|1)$/i.test(trimmed)) return true;
      if (/^(?:false|no|0)$/i.test(trimmed)) return false;
      throw invalid([{ path: key, message: 'is neither yes nor no' }]);
    }
    case 'integer': {
      const number = Number(trimmed);
      if (!Number.isSafeInteger(number)) throw invalid([{ path: key, message: 'is not a whole number' }]);
      return number;
    }
    case 'tags':
      return trimmed.split(',').flatMap((tag) => (tag.trim() === '' ? [] : [tag.trim()]));
    case 'person':
      return personTyped(typing, key, trimmed);
    case 'reference':
      return field.target !== undefined && isEntityName(field.target) ? recordTyped(typing, field.target, trimmed) : trimmed;
    case 'json': {
      try {
        return JSON.parse(text);
      } catch {
        throw invalid([{ path: key, message: 'is not JSON' }]);
      }
    }
    default:
      return text;
  }
}

async function personTyped({ ctx, service }: Typing, key: string, text: string): Promise<string> {
  if (text === '@me' || recordIdSchema.safeParse(text).success) return text === '@me' ? ctx.session.personId : text;
  const wanted = text.toLowerCase();
  const people = await service.people(ctx);
  const found = people.filter(({ email, displayName }) => email.toLowerCase() === wanted || displayName.toLowerCase() === wanted);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  throw invalid([{ path: key, message: found.length === 0 ? `names nobody here: ${text}` : `names several people: ${text}` }]);
}

/**
 * The id of a record by its id, its reference, its title, or `Set / AC-1` where a name holds within another record. NOT_FOUND;
 * INPUT_INVALID where several are called so.
 */
export async function recordTyped(typing: Typing, name: EntityName, text: string): Promise<string> {
  const { ctx, service } = typing;
  if (recordIdSchema.safeParse(text).success) return text.toLowerCase();
  const entity = entityOf(name);
  const find = async (filter: NonNullable<ListQuery['filter']>) => (await service.list(ctx, name, { filter, limit: 2 })).rows;
  const keys = [entity.refField, ...entity.naturalKey, entity.titleField].filter(
    (key): key is string => key !== null && entity.allFields[key]?.kind === 'text',
  );
  const within = entity.naturalKey.find((key) => entity.fields[key]?.kind === 'reference');
  const cut = text.lastIndexOf(' / ');
  for (const key of new Set(keys)) {
    const rows = await find([{ field: key, op: 'eq', value: text }]);
    const [only] = rows;
    if (only !== undefined && rows.length === 1) return only.id;
    if (rows.length > 1 && (within === undefined || cut < 0))
      throw invalid([{ path: key, message: `names several ${entity.label.many.toLowerCase()}: ${text}` }]);
  }
  const target = within === undefined ? undefined : entity.fields[within]?.target;
  if (within !== undefined && target !== undefined && isEntityName(target) && cut > 0) {
    const outer = await recordTyped(typing, target, text.slice(0, cut));
    for (const key of new Set(keys)) {
      const rows = await find([
        { field: within, op: 'eq', value: outer },
        { field: key, op: 'eq', value: text.slice(cut + 3) },
      ]);
      const [only] = rows;
      if (only !== undefined && rows.length === 1) return only.id;
    }
  }
  throw new CodedError('NOT_FOUND', { what: `No ${entity.label.one.toLowerCase()} is called ${text}` });
}
