/**
 * From fields to SQL: column names, SELECT lists and the casts that write values. All identifiers come from the definitions in
 * `src/shared/entities`, never from input; values always travel as parameters. Rows arrive in wire form because the database
 * layer parses dates, instants and bigint so (`db/types.ts`).
 */
import { columnName, type Entity } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';

/** Quotes an identifier of ours. Anything but snake_case is a mistake of ours, not input. */
export function quoted(identifier: string): string {
  if (!/^[a-z_][a-z0-9_]*$/.test(identifier)) throw new TypeError(`not an identifier: ${identifier}`);
  return `"${identifier}"`;
}

export function columnOf(field: string): string {
  return quoted(columnName(field));
}

export function tableOf(entity: Pick<Entity, 'table'>): string {
  return quoted(entity.table);
}

/** The field under a key that came from outside; undefined for anything the definition does not own. */
export function fieldOf(entity: Pick<Entity, 'allFields'>, key: string): Field | undefined {
  return Object.hasOwn(entity.allFields, key) ? entity.allFields[key] : undefined;
}

/** True for integers that PostgreSQL keeps as bigint; exact in a double up to 2^53, which the schema ensures. */
function isWide(field: Field): boolean {
  return (field.max ?? 0) > 2_147_483_647;
}

/** The type a parameter is cast to where it meets a column of this field. */
export function sqlType(field: Field): string {
  switch (field.kind) {
    case 'integer':
      return isWide(field) ? 'bigint' : 'integer';
    case 'boolean':
      return 'boolean';
    case 'date':
      return 'date';
    case 'instant':
      return 'timestamptz';
    case 'reference':
    case 'person':
      return 'uuid';
    case 'tags':
      return 'text[]';
    case 'json':
      return 'jsonb';
    default:
      return 'text';
  }
}

/** A value as the driver wants it. */
export function sqlValue(field: Field, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  return field.kind === 'json' ? JSON.stringify(value) : value;
}

/** `id` reads as text in the definitions and is a uuid in the database. */
export function parameterType(key: string, field: Field): string {
  return key === 'id' ? 'uuid' : sqlType(field);
}

const selectLists = new WeakMap<object, Map<string, string>>();

/** The SELECT list of an entity: each field under its own key. Heavy fields only where asked for. */
export function selectList(entity: Entity, alias: string, withHeavy: boolean): string {
  const lists = selectLists.get(entity) ?? new Map<string, string>();
  selectLists.set(entity, lists);
  const cacheKey = `${alias}/${withHeavy}`;
  const known = lists.get(cacheKey);
  if (known) return known;
  const list = Object.entries(entity.allFields)
    .filter(([, field]) => withHeavy || !field.heavy)
    .map(([key]) => `${alias}.${columnOf(key)} AS ${resultName(key)}`)
    .join(', ');
  lists.set(cacheKey, list);
  return list;
}

function resultName(key: string): string {
  if (!/^[a-z][A-Za-z0-9]*$/.test(key)) throw new TypeError(`not a field name: ${key}`);
  return `"${key}"`;
}

/** Collects the parameters of a statement and hands out their placeholders. */
export class Parameters {
  readonly values: unknown[] = [];

  /** `$3::uuid` */
  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/** Makes text safe for LIKE with the default escape character. */
export function likeEscaped(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}

/**
 * An expression that sorts references as people count them: AC-2 before AC-10, F-999 before F-1000. Numbers are padded to
 * twelve digits; a reference with longer ones is compared as text after them.
 */
export function naturalOrder(expression: string): string {
  return (
    `regexp_replace(regexp_replace(lower(${expression}), '(\\d+)', '000000000000\\1', 'g'), ` +
    `'0*(\\d{12})(?!\\d)', '\\1', 'g') COLLATE "C"`
  );
}
