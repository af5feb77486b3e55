/** The catalogue holds to its own rules, and its rules refuse what does not fit. */
import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS, type ConfigRule, configEntry, configKeySchema, schemaOf } from './config';

describe('the catalogue', () => {
  it.each(CONFIG_KEYS)('%s has a default that its rule takes, and says what it is for', (key) => {
    const entry = configEntry(key);
    expect(schemaOf(entry.rule).safeParse(entry.default).success).toBe(true);
    expect(entry.description).toMatch(/^[A-Z].*\.$/);
  });

  it('knows its keys and no others', () => {
    expect(configKeySchema.safeParse('risk.matrix').success).toBe(true);
    for (const key of ['risk', 'constructor', '__proto__', '', 3, null])
      expect(configKeySchema.safeParse(key).success).toBe(false);
  });
});

describe('a rule', () => {
  it('takes the one value more that stands outside of its range', () => {
    for (const value of [0, 12, 99])
      expect(schemaOf({ type: 'integer', min: 12, max: 99, or: 0 }).safeParse(value).success).toBe(true);
  });

  const refusals: readonly [ConfigRule, readonly unknown[]][] = [
    [{ type: 'boolean' }, ['true', 1, null]],
    [{ type: 'integer', min: 1, max: 5 }, [0, 6, 2.5, '3', null, Number.NaN]],
    [{ type: 'integer', min: 12, max: 99, or: 0 }, [1, 11, 100, -1, null]],
    [{ type: 'text', min: 1, max: 3 }, ['', 'four', 'a\u0000', 7]],
    [{ type: 'choice', options: ['a', 'b'] }, ['c', '', null]],
    [{ type: 'list', items: { type: 'integer', min: 0, max: 9 }, min: 1, max: 2 }, [[], [1, 2, 3], [10], 1, { 0: 1 }]],
    [{ type: 'fields', fields: { a: { type: 'boolean' } } }, [{}, { a: 1 }, { a: true, b: true }, [], null]],
  ];

  it.each(refusals)('%j refuses what does not fit', (rule, values) => {
    for (const value of values) expect(schemaOf(rule).safeParse(value).success, JSON.stringify(value)).toBe(false);
  });
});
