/**
 * Filters and searches as SQL conditions. Fields are looked up in the definition, operators in the table below, values are
 * checked by the field's kind and travel as parameters: nothing of the input ever becomes SQL text.
 */
import type { Entity, Filter } from '@shared/entities/define';
import type { Field, FieldKind } from '@shared/entities/fields';
import { entityOf, isEntityName } from '@shared/entities/registry';
import { z } from 'zod';
import { columnOf, fieldOf, likeEscaped, type Parameters, parameterType, tableOf } from './columns';
import { addDays } from './context';
import { invalid } from './faults';

/** What the placeholders of saved views stand for. */
export interface FilterFacts {
  readonly personId: string;
  /** `YYYY-MM-DD` */
  readonly today: string;
}

type Scalar = string | number | boolean | null;

const COMPARABLE: readonly FieldKind[] = ['integer', 'date', 'instant', 'text'];
const TEXTUAL: readonly FieldKind[] = ['text', 'longText', 'hash'];
const COMPARISONS = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;
const TODAY = /^@today(?:([+-])(\d{1,4}))?$/;

/** One condition for all filters, `true` where there are none. Throws INPUT_INVALID naming the filter that does not fit. */
export function filterCondition(
  entity: Pick<Entity, 'allFields'>,
  filters: readonly Filter[],
  alias: string,
  parameters: Parameters,
  facts: FilterFacts,
): string {
  const conditions = filters.map((filter, at) => {
    const path = `filter.${at}.${filter.field}`;
    const field = fieldOf(entity, filter.field);
    if (!field) throw invalid([{ path, message: 'is not a field of this list' }]);
    return new FilterCompiler(filter.field, field, `${alias}.${columnOf(filter.field)}`, parameters, facts, path).compile(filter);
  });
  return conditions.length === 0 ? 'true' : conditions.map((condition) => `(${condition})`).join(' AND ');
}

class FilterCompiler {
  readonly #type: string;

  constructor(
    key: string,
    private readonly field: Field,
    private readonly column: string,
    private readonly parameters: Parameters,
    private readonly facts: FilterFacts,
    private readonly path: string,
  ) {
    this.#type = parameterType(key, field);
  }

  compile(filter: Filter): string {
    switch (filter.op) {
      case 'empty':
        return this.#empty();
      case 'notEmpty':
        return `NOT (${this.#empty()})`;
      case 'eq':
        return this.#equals(this.#scalar(filter.value));
      case 'ne':
        return `(${this.#equals(this.#scalar(filter.value))}) IS NOT TRUE`;
      case 'in':
        return this.#among(filter.value);
      case 'notIn':
        return `(${this.#among(filter.value)}) IS NOT TRUE`;
      case 'contains':
        return this.#contains(this.#scalar(filter.value));
      case 'lt':
      case 'lte':
      case 'gt':
      case 'gte':
        return this.#compares(filter.op, this.#scalar(filter.value));
      default:
        return this.#refuse('asks for something that no list can do');
    }
  }

  #refuse(message: string): never {
    throw invalid([{ path: this.path, message }]);
  }

  #empty(): string {
    if (this.field.kind === 'tags') return `coalesce(cardinality(${this.column}), 0) = 0`;
    if (TEXTUAL.includes(this.field.kind)) return `coalesce(${this.column}, '') = ''`;
    return `${this.column} IS NULL`;
  }

  #equals(value: Scalar): string {
    if (this.field.kind === 'json' || this.field.kind === 'tags') this.#refuse('cannot be compared as a whole');
    if (value === null) return `${this.column} IS NULL`;
    const day = this.#wholeDay(value);
    if (day) return `${this.column} >= ${this.#instant(day)} AND ${this.column} < ${this.#instant(addDays(day, 1))}`;
    return `${this.column} = ${this.parameters.add(this.#checked(value), this.#type)}`;
  }

  #among(value: Filter['value']): string {
    if (!Array.isArray(value)) this.#refuse('needs a list of values');
    const list = (value as readonly Scalar[]).map((item) => this.#substituted(item));
    if (this.field.kind === 'tags')
      return `${this.column} && ${this.parameters.add(
        list.map((item) => this.#text(item)),
        'text[]',
      )}`;
    if (this.field.kind === 'json' || this.field.kind === 'instant') this.#refuse('cannot be looked up in a list');
    return `${this.column} = ANY(${this.parameters.add(
      list.map((item) => this.#checked(item)),
      `${this.#type}[]`,
    )})`;
  }

  #contains(value: Scalar): string {
    const wanted = this.#text(value);
    if (this.field.kind === 'tags') return `${this.parameters.add(wanted, 'text')} = ANY(${this.column})`;
    const name = this.#nameOf();
    if (name !== null) {
      // read under the person's own row security: what they may not see has no name to be found by
      const { from, text } = name;
      return `EXISTS (SELECT FROM ${from} x WHERE x.id = ${this.column} AND ${text} ILIKE ${this.parameters.add(`%${likeEscaped(wanted)}%`, 'text')})`;
    }
    if (!TEXTUAL.includes(this.field.kind)) this.#refuse('holds no text');
    return `${this.column} ILIKE ${this.parameters.add(`%${likeEscaped(wanted)}%`, 'text')}`;
  }

  /** What a person or a record referred to is called; null for fields that are text themselves, or none. */
  #nameOf(): { readonly from: string; readonly text: string } | null {
    if (this.field.kind === 'person') return { from: 'people', text: 'x.display_name' };
    if (this.field.kind !== 'reference' || !this.field.target || !isEntityName(this.field.target)) return null;
    const target = entityOf(this.field.target);
    const title = `x.${columnOf(target.titleField)}`;
    const text = target.refField ? `concat_ws(chr(32), x.${columnOf(target.refField)}, ${title})` : title;
    return { from: tableOf(target), text };
  }

  #compares(op: keyof typeof COMPARISONS, value: Scalar): string {
    if (!COMPARABLE.includes(this.field.kind)) this.#refuse('has no order');
    if (value === null) this.#refuse('needs a value');
    const day = this.#wholeDay(value);
    // Against a moment, a day is the whole day: "up to today" takes in this evening.
    if (day)
      return `${this.column} ${op === 'lt' || op === 'lte' ? '<' : '>='} ${this.#instant(op === 'lte' || op === 'gt' ? addDays(day, 1) : day)}`;
    return `${this.column} ${COMPARISONS[op]} ${this.parameters.add(this.#checked(value), this.#type)}`;
  }

  #instant(day: string): string {
    return this.parameters.add(`${day}T00:00:00Z`, 'timestamptz');
  }

  #wholeDay(value: Scalar): string | null {
    return this.field.kind === 'instant' && typeof value === 'string' && z.iso.date().safeParse(value).success ? value : null;
  }

  #scalar(value: Filter['value']): Scalar {
    if (value === undefined || Array.isArray(value)) this.#refuse('needs one value');
    return this.#substituted(value as Scalar);
  }

  #substituted(value: Scalar): Scalar {
    if (value === '@me') {
      if (this.field.kind !== 'person') this.#refuse('is not about a person');
      return this.facts.personId;
    }
    const today =
      typeof value === 'string' && (this.field.kind === 'date' || this.field.kind === 'instant') ? TODAY.exec(value) : null;
    if (!today) return value;
    return addDays(this.facts.today, Number(today[2] ?? 0) * (today[1] === '-' ? -1 : 1));
  }

  #text(value: Scalar): string {
    if (typeof value !== 'string' || value.includes('\u0000')) this.#refuse('needs text');
    return value;
  }

  /** The value as the column's type takes it; anything else is refused here and not by the server. */
  #checked(value: Scalar): Scalar {
    const text = (schema: z.ZodType) => {
      if (!schema.safeParse(value).success) this.#refuse('does not fit this field');
      return value;
    };
    switch (this.field.kind) {
      case 'integer':
        return text(z.int());
      case 'boolean':
        return text(z.boolean());
      case 'date':
        return text(z.iso.date());
      case 'instant':
        return text(z.iso.datetime({ offset: true }));
      case 'reference':
      case 'person':
        return text(z.guid());
      default:
        if (this.#type === 'uuid') return text(z.guid());
        return this.#text(value);
    }
  }
}

/** At most this many words of a search are looked at; each costs a pass over the search fields. */
const MAX_WORDS = 8;

/** The words of a search, lower-cased, each once. */
export function searchWords(search: string): string[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && !word.includes('\u0000'));
  return [...new Set(words)].slice(0, MAX_WORDS);
}

/**
 * Every word must occur in one of the entity's search fields. `common`: the words are known to be common. PostgreSQL takes an ILIKE
 * for rare, reads the whole table and sorts what it finds; of `strpos` it expects a third, walks the list in its order and soon
 * has a page.
 */
export function searchCondition(entity: Entity, search: string, alias: string, parameters: Parameters, common = false): string {
  const words = searchWords(search);
  if (words.length === 0) return 'true';
  const haystack = entity.list.search.map((key) => `coalesce(${alias}.${columnOf(key)}, '')`).join(` || E'\\n' || `);
  const condition = (word: string) =>
    common
      ? `strpos(lower(${haystack}), ${parameters.add(word, 'text')}) > 0`
      : `(${haystack}) ILIKE ${parameters.add(`%${likeEscaped(word)}%`, 'text')}`;
  return words.map(condition).join(' AND ');
}
