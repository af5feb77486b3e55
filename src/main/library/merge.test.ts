/** Three ways: nothing of the tenant's is ever lost, nothing of the library's comes in unasked for twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareContents, readContent, recordsOf } from './content';
import { changeOf, mergeRecord, type Values } from './merge';

const FIELDS = ['a', 'b', 'c'] as const;
const values = fc.record(Object.fromEntries(FIELDS.map((field) => [field, fc.constantFrom(null, 'x', 'y', 1)])));

describe('mergeRecord', () => {
  it.each<[string, Values | null, Values, Values, Values, string[]]>([
    ['the library changed it', { a: 'x' }, { a: 'y' }, { a: 'x' }, { a: 'y' }, []],
    ['the tenant changed it', { a: 'x' }, { a: 'x' }, { a: 'z' }, {}, ['a']],
    ['both did', { a: 'x' }, { a: 'y' }, { a: 'z' }, {}, ['a']],
    ['both did the same', { a: 'x' }, { a: 'y' }, { a: 'y' }, {}, []],
    ['the tenant has one of its own', null, { a: 'y', b: 'q' }, { a: 'z' }, { b: 'q' }, ['a']],
  ])('%s', (_, base, library, tenant, write, kept) => expect(mergeRecord(base, library, tenant)).toEqual({ write, kept }));

  it('never writes over what the tenant changed, and is done after one time', () => {
    fc.assert(
      fc.property(values, values, values, (base, library, tenant) => {
        const { write, kept } = mergeRecord(base, library, tenant);
        for (const field of FIELDS) if (tenant[field] !== base[field]) expect(Object.hasOwn(write, field)).toBe(false);
        const after = { ...tenant, ...write };
        for (const field of FIELDS) expect(kept.includes(field) || after[field] === library[field]).toBe(true);
        expect(mergeRecord(library, library, after).write).toEqual({});
      }),
    );
  });

  it('names what came of a record', () => {
    expect(changeOf({ write: { a: 1 }, kept: ['b'] })).toBe('updated');
    expect(changeOf({ write: {}, kept: ['b'] })).toBe('kept');
    expect(changeOf({ write: {}, kept: [] })).toBe('unchanged');
  });
});

describe('readContent', () => {
  const policy = (key: string) => ({ key, name: `Policy ${key}` });
  const policies = (...keys: string[]) => JSON.stringify({ library: 1, kind: 'policies', policies: keys.map(policy) });

  it('reads what it knows, with every column named', () => {
    const content = readContent(policies('a'), 'p.json');
    expect(recordsOf(content)).toEqual([
      { key: 'a', values: { name: 'Policy a', type: null, version: null, description: null, content: null } },
    ]);
    expect(compareContents(content, readContent(policies('a', 'b'), 'p.json'))).toEqual([{ key: 'b', change: 'added' }]);
  });

  it.each([
    ['no JSON', '{'],
    ['something else', '{"a": 1}'],
    ['a key twice', policies('a', 'a')],
    ['an unknown field', policies('a').replace('"name"', '"role":"x","name"')],
    ['nothing', policies()],
  ])('refuses %s', (_, text) => {
    expect(() => readContent(text, 'p.json')).toThrow(expect.objectContaining({ code: 'LOAD_UNKNOWN' }));
  });
});
