/** Filters, order and columns of a list as they are typed: `status=open,confirmed`, `due<=@today+30`, `due:desc`, `ref,title`. */
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import { entityOf } from '@shared/entities/registry';
import type { ListQuery } from '@shared/listing';
import type { OptionSpec, Values } from './command';
import { fieldNamed, type Typing, valueTyped } from './names';
import { UsageError } from './usage';

export const QUERY_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  filter: {
    type: 'string',
    value: 'FIELD=VALUE',
    multiple: true,
    help: 'also !=, <, <=, >, >=, ~ (holds the text); several values by comma; nothing behind it: not set',
  },
  view: { type: 'string', value: 'KEY', help: 'one of the views of the list, for example open' },
  search: { type: 'string', value: 'WORDS', help: 'only records that hold all these words' },
  sort: { type: 'string', value: 'FIELDS', help: 'by these, separated by comma; FIELD:desc turns one round' },
  columns: { type: 'string', value: 'FIELDS', help: 'these, separated by comma, instead of those of the list' },
  archived: { type: 'boolean', help: 'the archived records instead' },
};

type Filter = NonNullable<ListQuery['filter']>[number];

const EXPRESSION = /^([A-Za-z][\w -]*?)\s*(!=|<=|>=|=|<|>|~)([\s\S]*)$/;
const COMPARISONS = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const;
const LISTED = ['enum', 'person', 'reference', 'text', 'integer', 'tags'];

/** One filter as it is typed. Throws UsageError for what is none, INPUT_INVALID or NOT_FOUND for a value that names nothing. */
export async function filterTyped(typing: Typing, entity: Entity, text: string): Promise<Filter> {
  const [, name, sign, value] = EXPRESSION.exec(text) ?? [];
  if (name === undefined || sign === undefined || value === undefined)
    throw new UsageError(`--filter is FIELD=VALUE, not “${text}”`);
  const [field, definition] = fieldNamed(entity, name);
  if (sign === '~') return { field, op: 'contains', value: value.trim() };
  if (value.trim() === '') {
    if (sign === '=' || sign === '!=') return { field, op: sign === '=' ? 'empty' : 'notEmpty' };
    throw new UsageError(`--filter “${text}” compares with nothing`);
  }
  const read = async (each: string) => {
    if (each.trim().startsWith('@')) return each.trim();
    const got = await valueTyped(typing, field, definition, each);
    return typeof got === 'string' || typeof got === 'number' ? got : String(got);
  };
  if (sign === '<' || sign === '<=' || sign === '>' || sign === '>=')
    return { field, op: COMPARISONS[sign], value: await read(value) };
  const parts = LISTED.includes(definition.kind) ? value.split(',').filter((each) => each.trim() !== '') : [value];
  if (definition.kind === 'tags') return { field, op: sign === '=' ? 'in' : 'notIn', value: parts.map((each) => each.trim()) };
  if (parts.length > 1) return { field, op: sign === '=' ? 'in' : 'notIn', value: await Promise.all(parts.map(read)) };
  const single = definition.kind === 'boolean' ? await valueTyped(typing, field, definition, value) : await read(value);
  return { field, op: sign === '=' ? 'eq' : 'ne', value: typeof single === 'object' ? null : single };
}

export type TypedQuery = Required<Pick<ListQuery, 'filter' | 'search' | 'sort' | 'archived'>>;

/** The whole question of a command. */
export async function queryTyped(typing: Typing, name: EntityName, values: Values): Promise<TypedQuery> {
  const entity = entityOf(name);
  const filter: Filter[] = [];
  const view = values.optional('view');
  if (view !== undefined) {
    const found = entity.list.views.find((each) => each.key === view || each.label.toLowerCase() === view.toLowerCase());
    if (found === undefined) throw new UsageError(`--view is one of ${entity.list.views.map(({ key }) => key).join(', ')}`);
    filter.push(...(found.filter as Filter[]));
  }
  for (const text of values.all('filter')) filter.push(await filterTyped(typing, entity, text));
  const sort = listTyped(values.optional('sort')).map((text) => {
    const [field = '', dir = 'asc'] = text.split(':');
    if (dir !== 'asc' && dir !== 'desc') throw new UsageError(`--sort is FIELD or FIELD:desc, not “${text}”`);
    return { field: fieldNamed(entity, field)[0], dir: dir === 'desc' ? ('desc' as const) : ('asc' as const) };
  });
  return { filter, search: values.optional('search') ?? '', sort, archived: values.flag('archived') };
}

/** The columns that were asked for, or the list's own. */
export function columnsTyped(entity: Entity, text: string | undefined): readonly string[] {
  const asked = listTyped(text);
  return asked.length > 0 ? asked.map((each) => fieldNamed(entity, each)[0]) : entity.list.columns.map(({ field }) => field);
}

function listTyped(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]));
}
