/** Reading catalogues: the tree, references, resolved parameters, and every refusal with its reason and place. */

import { CodedError } from '@shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_FAULTS, parseCatalog } from './parse';
import { anyCatalog, smallCatalog } from './testing';

const parse = (document: unknown) => parseCatalog(JSON.stringify(document), { fileName: 'rules.json' });

function refusal(input: string | Uint8Array): CodedError {
  try {
    parseCatalog(input, { fileName: 'rules.json' });
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('the file was taken');
}
const refusalOf = (change: (document: ReturnType<typeof smallCatalog>) => unknown): CodedError => {
  const document = smallCatalog();
  return refusal(JSON.stringify(change(document) ?? document));
};

describe('the tree', () => {
  const parsed = parse(smallCatalog());
  const node = (sourceId: string) => parsed.nodes.find((entry) => entry.sourceId === sourceId);

  it('counts every node at any depth', () => {
    expect(parsed.counts).toEqual({ groups: 1, controls: 2, enhancements: 1, parts: 10 });
    expect(parsed.nodes).toHaveLength(14);
  });

  it('takes the label without a class, continues it through enumerators, and keeps full labels', () => {
    expect(node('dk')).toMatchObject({
      refId: 'DK',
      kind: 'group',
      title: 'Door keeping',
      text: 'Who may enter.',
      family: 'DK',
      depth: 0,
    });
    expect(node('dk-1')).toMatchObject({ refId: 'DK-1', kind: 'control', assessable: true, depth: 1, parentSourceId: 'dk' });
    expect(node('dk-1.1')).toMatchObject({ refId: 'DK-1(1)', kind: 'enhancement', assessable: true, depth: 2, family: 'DK' });
    expect(node('dk-1_smt.a.1')).toMatchObject({ refId: 'DK-1a.1.', kind: 'part', assessable: false, depth: 4 });
    expect(node('dk-1_obj')).toMatchObject({ refId: 'DK-01a.[01]', title: 'Assessment objective' });
    expect(node('dk-1_smt')).toMatchObject({ refId: 'DK-1 statement', title: 'Statement', text: null });
  });

  it('gives parts without an id a stable one from their place', () => {
    expect(node('dk-1~assessment-method')).toMatchObject({ title: 'Assessment method: test' });
    expect(node('dk-1~assessment-method~objects')).toMatchObject({ text: 'The rack', parentSourceId: 'dk-1~assessment-method' });
  });

  it('writes the statement out with parameters resolved, and the guidance beside it', () => {
    expect(node('dk-1')?.text).toBe(
      [
        'a. At Nordhaven, [Assignment: a person] counts the keys:',
        '  1. [Selection (one or more): daily; after [Assignment: an event]]; and',
        'b. Notes it, see DK-2.',
      ].join('\n'),
    );
    expect(node('dk-1')?.guidance).toBe('Counting takes a minute.');
  });

  it('keeps a withdrawn control, not to be assessed', () => {
    expect(node('dk-2')).toMatchObject({ withdrawn: true, assessable: false, kind: 'control' });
  });

  it('lists parents before their children', () => {
    const seen = new Set<string>();
    for (const entry of parsed.nodes) {
      if (entry.parentSourceId !== null) expect(seen).toContain(entry.parentSourceId);
      seen.add(entry.sourceId);
    }
  });
});

describe('losslessness', () => {
  it('keeps any document as it is, with unique source ids and the counts of its nodes', () => {
    fc.assert(
      fc.property(anyCatalog, (document) => {
        const parsed = parse(document);
        const written: unknown = JSON.parse(JSON.stringify(document));
        expect(parsed.document).toEqual(written);
        expect(JSON.parse(parsed.text)).toEqual(written);
        const { groups, controls, enhancements, parts } = parsed.counts;
        expect(parsed.nodes).toHaveLength(groups + controls + enhancements + parts);
        expect(new Set(parsed.nodes.map((node) => node.sourceId)).size).toBe(parsed.nodes.length);
      }),
    );
  });

  it('reads a byte order mark over, and bytes as text', () => {
    const text = `\ufeff${JSON.stringify(smallCatalog())}`;
    expect(parseCatalog(new TextEncoder().encode(text), { fileName: 'a' }).counts.controls).toBe(2);
  });
});

describe('refusals', () => {
  it.each([
    [{ profile: { uuid: 'x' } }, 'an OSCAL profile; resolve it to a catalogue first'],
    [{ 'assessment-plan': {} }, 'an OSCAL assessment plan'],
    [{ title: 'GDPR', chapters: [] }, 'a law in GDPR-like JSON (chapters and articles)'],
    [{ bomFormat: 'CycloneDX' }, 'a CycloneDX document'],
    [{ version: '2.1.0', runs: [] }, 'a SARIF report'],
    [[1, 2, 3], 'a JSON list of 3'],
    ['text', 'a single JSON value'],
    [{}, 'an empty JSON object'],
    [{ foo: 1, bar: 2 }, 'a JSON object with "foo", "bar"'],
    [smallCatalog().catalog, 'the inside of an OSCAL catalogue without its "catalog" root'],
  ])('says what a foreign file is: %j', (document, found) => {
    const error = refusal(JSON.stringify(document));
    expect(error.code).toBe('CATALOG_FOREIGN');
    expect(error.details).toEqual({ fileName: 'rules.json', found });
  });

  it('names line, column and offset of what is no JSON', () => {
    const error = refusal('{\n  "catalog": {\n    "uuid": oops\n  }\n}');
    expect(error.code).toBe('CATALOG_INVALID');
    expect(error.details).toMatchObject({ line: 3, column: 13, offset: 29 });
    expect(error.details.reason).toMatch(/^it is not JSON: a value was expected, "o" is there/);
  });

  it.each([
    ['UTF-16 with a mark', Buffer.from('\ufeff{}', 'utf16le'), /UTF-16/],
    ['UTF-16 without one', Buffer.from('{"catalog":{}}', 'utf16le'), /UTF-16/],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28])]),
      /byte 7 belongs to no character/,
    ],
    ['an archive', Buffer.from('PK\u0003\u0004'), /ZIP/],
    ['XML', Buffer.from('<catalog/>'), /XML/],
    ['an empty file', Buffer.alloc(0), /empty/],
  ])('refuses %s', (_what, bytes, reason) => {
    const error = refusal(bytes);
    expect(error.code).toBe('CATALOG_INVALID');
    expect(error.details.reason).toMatch(reason);
  });

  it('refuses a file over the limit before reading it', () => {
    expect(refusal(Buffer.alloc(64 * 1024 * 1024 + 1)).code).toBe('FILE_TOO_LARGE');
  });

  it('points at what is missing or of the wrong kind', () => {
    const error = refusalOf((document) => {
      Reflect.deleteProperty(document.catalog.groups[0]?.controls[1] ?? {}, 'id');
      Reflect.set(document.catalog.metadata, 'version', 3);
      Reflect.set(document.catalog, 'uuid', 'not-a-uuid');
    });
    expect(error.code).toBe('CATALOG_INVALID');
    expect(error.faults).toEqual([
      { path: 'catalog.uuid', message: 'is not a UUID' },
      { path: 'catalog.metadata.version', message: 'must be a text, is a number' },
      { path: 'catalog.groups[0].controls[1].id', message: 'is missing' },
    ]);
  });

  it('points at ids given twice, across kinds of nodes', () => {
    const error = refusalOf((document) => {
      Reflect.set(document.catalog.groups[0]?.controls[1] ?? {}, 'id', 'dk-1_gdn');
    });
    expect(error.faults).toEqual([
      {
        path: 'catalog.groups[0].controls[1].id',
        message: '"dk-1_gdn" is already the id of catalog.groups[0].controls[0].parts[1]',
      },
    ]);
  });

  it('points at parameters that do not exist and at broken inserts', () => {
    const error = refusalOf((document) => {
      Reflect.set(document.catalog.groups[0]?.parts[0] ?? {}, 'prose', '{{ insert: param, ghost }} and {{ insert param x }}');
    });
    expect(error.faults.map((fault) => fault.path)).toEqual(Array(2).fill('catalog.groups[0].parts[0].prose'));
    expect(error.faults[0]?.message).toContain('"ghost"');
    expect(error.faults[1]?.message).toContain('{{ insert param x }}');
  });

  it('refuses what jsonb cannot hold', () => {
    const error = refusalOf((document) => ({ catalog: { ...document.catalog, note: 'a\u0000b', half: '\ud800' } }));
    expect(error.faults.map((fault) => fault.path)).toEqual(['catalog.note', 'catalog.half']);
    expect(refusal(JSON.stringify(smallCatalog()).replace('"House Rules"', '"House Rules","n":1e999')).faults[0]?.path).toBe(
      'catalog.metadata.n',
    );
  });

  it('shows at most twenty faults and how many there are', () => {
    const error = refusalOf((document) => {
      Reflect.set(document.catalog, 'controls', Array(30).fill({ id: 'x' }));
    });
    expect(error.faults).toHaveLength(MAX_FAULTS);
    expect(error.details.faults).toBe(30);
  });

  it('refuses a tree deeper than twenty levels', () => {
    let part: Record<string, unknown> = { name: 'item', prose: 'end' };
    for (let level = 0; level < 25; level += 1) part = { name: 'item', parts: [part] };
    const error = refusalOf((document) => {
      Reflect.set(document.catalog, 'controls', [{ id: 'deep', title: 'Deep', parts: [part] }]);
    });
    expect(error.faults[0]?.message).toBe('lies deeper than 20 levels');
  });

  it('refuses parameters that double without end, and survives those that go in circles', () => {
    const params = Array.from({ length: 40 }, (_, at) => ({
      id: `p${at}`,
      select: { choice: [`{{ insert: param, p${at + 1} }}`, `{{ insert: param, p${at + 1} }}`] },
    }));
    const doubling = refusalOf((document) => {
      Reflect.set(document.catalog, 'controls', [
        {
          id: 'c',
          title: 'C',
          params: [...params, { id: 'p40', label: 'end' }],
          parts: [{ name: 'statement', prose: '{{ insert: param, p0 }}' }],
        },
      ]);
    });
    expect(doubling.faults[0]?.message).toContain('more than 100,000 characters');

    const circle = smallCatalog();
    Reflect.set(circle.catalog, 'controls', [
      {
        id: 'c',
        title: 'C',
        params: [{ id: 'loop', values: ['again {{ insert: param, loop }}'] }],
        parts: [{ name: 'statement', prose: '{{ insert: param, loop }}' }],
      },
    ]);
    expect(parse(circle).nodes.find((node) => node.sourceId === 'c')?.text).toBe('again [Assignment: loop]');
  });
});
