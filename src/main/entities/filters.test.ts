/** Filters: what becomes of each operator, and that nothing of the input ever stands in the SQL text. */
import type { Filter } from '@shared/entities/define';
import { ENTITY_NAMES, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Parameters } from './columns';
import { filterCondition, searchCondition } from './filters';
import { countsStatement, pageStatement } from './list-query';

const ME = '0193e5a0-0000-7000-8000-000000000001';
const facts = { personId: ME, today: '2026-02-27' };

function compile(name: (typeof ENTITY_NAMES)[number], ...filters: Filter[]) {
  const parameters = new Parameters();
  const text = filterCondition(entityOf(name), filters, 't', parameters, facts);
  return { text, values: parameters.values };
}

describe('filterCondition', () => {
  it('puts the signed-in person and the dates of today in place of their signs', () => {
    expect(compile('findings', { field: 'ownerId', op: 'eq', value: '@me' })).toEqual({
      text: '(t."owner_id" = $1::uuid)',
      values: [ME],
    });
    const due = (value: string) => compile('findings', { field: 'dueDate', op: 'lte', value }).values;
    expect(due('@today')).toEqual(['2026-02-27']);
    expect(due('@today+2')).toEqual(['2026-03-01']);
    expect(due('@today-27')).toEqual(['2026-01-31']);
  });

  it('counts empty values as different: "not done" holds for tests without a state too', () => {
    expect(compile('controlTests', { field: 'status', op: 'ne', value: 'done' }).text).toBe(
      '((t."status" = $1::text) IS NOT TRUE)',
    );
    expect(compile('findings', { field: 'ownerId', op: 'eq', value: null }).text).toBe('(t."owner_id" IS NULL)');
  });

  it('takes a day against a moment as the whole day', () => {
    expect(compile('findings', { field: 'createdAt', op: 'lte', value: '2026-02-27' })).toEqual({
      text: '(t."created_at" < $1::timestamptz)',
      values: ['2026-02-28T00:00:00Z'],
    });
    expect(compile('findings', { field: 'createdAt', op: 'eq', value: '2026-02-27' }).values).toEqual([
      '2026-02-27T00:00:00Z',
      '2026-02-28T00:00:00Z',
    ]);
  });

  it.each<Filter>([
    { field: 'nothing', op: 'eq', value: 1 },
    { field: '__proto__', op: 'eq', value: 1 },
    { field: 'constructor', op: 'empty' },
    { field: 'owner_id', op: 'empty' },
    { field: 'id; DROP TABLE findings', op: 'empty' },
    { field: 'title', op: 'eq' },
    { field: 'title', op: 'eq', value: ['a'] },
    { field: 'title', op: 'in', value: 'a' },
    { field: 'title', op: 'eq', value: '@me' },
    { field: 'title', op: 'contains', value: 7 },
    { field: 'title', op: 'contains', value: 'nul\u0000' },
    { field: 'dueDate', op: 'lt', value: 'yesterday' },
    { field: 'dueDate', op: 'lt', value: null },
    { field: 'dueDate', op: 'lt', value: '@today+99999' },
    { field: 'severity', op: 'lt', value: 'high' },
    { field: 'ownerId', op: 'eq', value: "x' OR true --" },
    { field: 'id', op: 'eq', value: 'not an id' },
    { field: 'rowVersion', op: 'eq', value: '1' },
    { field: 'rowVersion', op: 'eq', value: 1.5 },
  ])('refuses %j', (filter) => {
    expect(() => compile('findings', filter)).toThrowError(CodedError);
  });

  it('never lets a value into the text, whatever the field, operator and value', () => {
    const scalar = fc.oneof(
      fc.string(),
      fc.constantFrom(`';--`, '$1', '"', '@me', '@today'),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const filter = fc.record({
      field: fc.constantFrom(...ENTITY_NAMES.flatMap((name) => Object.keys(entityOf(name).allFields))),
      op: fc.constantFrom('eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'contains', 'empty', 'notEmpty'),
      value: fc.oneof(scalar, fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 4 }), fc.constant(undefined)),
    });
    const safe = /^[a-z0-9_$:."()[\]=<>&, ']*$/i;
    fc.assert(
      fc.property(fc.constantFrom(...ENTITY_NAMES), filter, (name, asked) => {
        try {
          const { text, values } = compile(name, asked as Filter);
          expect(text).toMatch(safe);
          // The only literal is the empty text of "is empty".
          expect(text.replaceAll("''", '')).not.toContain("'");
          expect(text.match(/\$\d+/g)?.length ?? 0).toBe(values.length);
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('searchCondition', () => {
  it('escapes what LIKE would read as a pattern, and takes eight words at most', () => {
    const parameters = new Parameters();
    searchCondition(entityOf('findings'), '100% a_b c\\d', 't', parameters);
    expect(parameters.values).toEqual(['%100\\%%', '%a\\_b%', '%c\\\\d%']);
    const many = new Parameters();
    searchCondition(entityOf('findings'), Array.from({ length: 50 }, (_, at) => `w${at}`).join(' '), 't', many);
    expect(many.values).toHaveLength(8);
  });
});

describe('pageStatement', () => {
  const query = { filter: [], search: '', sort: [], offset: 0, limit: 50, archived: false };

  it('ends every order with the id and leaves heavy fields out', () => {
    for (const name of ENTITY_NAMES) {
      const { text } = pageStatement(entityOf(name), query, facts);
      expect(text).toMatch(/t\.id (ASC|DESC) LIMIT/);
      for (const [key, field] of Object.entries(entityOf(name).allFields)) {
        expect(text.includes(` AS "${key}"`)).toBe(!field.heavy);
      }
    }
  });

  it('refuses to sort by what is no field', () => {
    for (const field of ['nothing', '__proto__', 'title; --']) {
      expect(() => pageStatement(entityOf('findings'), { ...query, sort: [{ field, dir: 'asc' }] }, facts)).toThrowError(
        CodedError,
      );
    }
  });

  it('counts all views of each entity in one statement', () => {
    for (const name of ENTITY_NAMES) {
      const filters = entityOf(name).list.views.map((view) => view.filter);
      const { text } = countsStatement(entityOf(name), filters, facts);
      expect(text.match(/count\(\*\)/g)).toHaveLength(entityOf(name).list.views.length);
    }
  });
});
