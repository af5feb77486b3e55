/** Catalogues for tests: a small one written by ourselves, random ones, and where the real ones lie. Never part of a build. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';

const metadata = {
  title: 'House Rules',
  'last-modified': '2026-01-15T08:00:00Z',
  version: '1.0',
  'oscal-version': '1.1.2',
};

/** A control of the small catalogue, with every kind of thing the importer reads. */
export function smallCatalog() {
  return {
    catalog: {
      uuid: '6c5b2b1e-7f5a-4a57-9f0e-8b2f3f6f0a11',
      metadata: { ...metadata },
      params: [{ id: 'org', label: 'the organisation', values: ['Nordhaven'] }],
      groups: [
        {
          id: 'dk',
          title: 'Door keeping',
          parts: [{ id: 'dk_ovw', name: 'overview', prose: 'Who may enter.' }],
          controls: [
            {
              id: 'dk-1',
              title: 'Keys',
              params: [
                { id: 'dk-1_p1', label: 'a person' },
                {
                  id: 'dk-1_p2',
                  select: { 'how-many': 'one-or-more', choice: ['daily', 'after {{ insert: param, dk-1_p3 }} '] },
                },
                { id: 'dk-1_p3', label: 'an event', props: [{ name: 'alt-identifier', value: 'dk-1_old' }] },
              ],
              props: [
                { name: 'label', value: 'DK-01', class: 'zero-padded' },
                { name: 'label', value: 'DK-1' },
                { name: 'label', value: 'DK-01', class: 'sp800-53a' },
              ],
              parts: [
                {
                  id: 'dk-1_smt',
                  name: 'statement',
                  parts: [
                    {
                      id: 'dk-1_smt.a',
                      name: 'item',
                      props: [{ name: 'label', value: 'a.' }],
                      prose: 'At {{ insert: param, org }}, {{ insert: param, dk-1_p1 }} counts the keys:',
                      parts: [
                        {
                          id: 'dk-1_smt.a.1',
                          name: 'item',
                          props: [{ name: 'label', value: '1.' }],
                          prose: ' {{ insert: param, dk-1_p2 }} ; and',
                        },
                      ],
                    },
                    {
                      id: 'dk-1_smt.b',
                      name: 'item',
                      props: [{ name: 'label', value: 'b.' }],
                      prose: 'Notes it, see [DK-2](#dk-2).',
                    },
                  ],
                },
                { id: 'dk-1_gdn', name: 'guidance', prose: 'Counting takes a minute.' },
                {
                  id: 'dk-1_obj',
                  name: 'assessment-objective',
                  props: [{ name: 'label', value: 'DK-01a.[01]', class: 'sp800-53a' }],
                  prose: 'the keys are counted;',
                },
                {
                  name: 'assessment-method',
                  props: [{ name: 'method', value: 'TEST' }],
                  parts: [{ name: 'objects', prose: 'The rack' }],
                },
              ],
              controls: [
                {
                  id: 'dk-1.1',
                  title: 'Spare keys',
                  parts: [{ id: 'dk-1.1_smt', name: 'statement', prose: 'Spare keys are sealed.' }],
                },
              ],
            },
            { id: 'dk-2', title: 'Visitors', props: [{ name: 'status', value: 'withdrawn' }] },
          ],
        },
      ],
      'back-matter': { resources: [{ uuid: '0e2f8a52-5a53-4a5f-8c1c-5a9a2c1d7a01', title: 'Plan of the house' }] },
    },
  };
}

/** Folder of the real catalogues, beside the repository or where KOMPL_SHARED says; null where they are not on this machine. */
export function realCatalogFolder(): string | null {
  const shared = process.env.KOMPL_SHARED ?? resolve(import.meta.dirname, '../../../../../../shared');
  const folder = join(shared, 'data', 'oscal');
  return existsSync(folder) ? folder : null;
}

export const REAL_CATALOGS = [
  'NIST_SP-800-53_rev5_LOW-baseline-resolved-profile_catalog-min.json',
  'NIST_SP-800-53_rev5_PRIVACY-baseline-resolved-profile_catalog-min.json',
  'basic-catalog.json',
] as const;

export function readReal(folder: string, name: string): Buffer {
  return readFileSync(join(folder, name));
}

const words = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((text) => /\S/.test(text) && storable(text));

/** A catalogue of any shape the standard allows, with unknown members that must survive. */
export const anyCatalog = fc
  .tuple(
    fc.array(groupShape(2), { maxLength: 3 }),
    fc.array(controlShape(2), { maxLength: 3 }),
    fc.uuid(),
    fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => /\S/.test(text) && storable(text)),
    fc.dictionary(fc.stringMatching(/^x-[a-z]{1,6}$/), plainJson(), { maxKeys: 3 }),
  )
  .map(([groups, controls, uuid, title, extra]) => {
    let next = 0;
    const number = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(number);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => {
          if (key !== 'id') return [key, number(item)];
          next += 1;
          return [key, `n${next}`];
        }),
      );
    };
    return { catalog: { uuid, metadata: { ...metadata, title }, groups: number(groups), controls: number(controls), ...extra } };
  });

function storable(text: string): boolean {
  return (
    !text.includes('\u0000') &&
    !text.includes('{{') &&
    !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)
  );
}

function plainJson() {
  return fc.oneof(
    fc.string({ unit: 'grapheme' }).filter(storable),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.integer()),
  );
}

function partShape(depth: number): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    {
      id: fc.constant(''),
      name: fc.constantFrom('statement', 'item', 'guidance', 'assessment-objective', 'overview'),
      prose: words,
      parts: depth === 0 ? fc.constant([]) : fc.array(partShape(depth - 1), { maxLength: 3 }),
      'x-note': plainJson(),
    },
    { requiredKeys: ['name'] },
  );
}

function controlShape(depth: number): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    {
      id: fc.constant(''),
      title: words,
      parts: fc.array(partShape(2), { maxLength: 3 }),
      controls: depth === 0 ? fc.constant([]) : fc.array(controlShape(depth - 1), { maxLength: 2 }),
      'x-note': plainJson(),
    },
    { requiredKeys: ['id', 'title'] },
  );
}

function groupShape(depth: number): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    {
      id: fc.constant(''),
      title: words,
      groups: depth === 0 ? fc.constant([]) : fc.array(groupShape(depth - 1), { maxLength: 2 }),
      controls: fc.array(controlShape(1), { maxLength: 2 }),
      parts: fc.array(partShape(1), { maxLength: 2 }),
    },
    { requiredKeys: ['title'] },
  );
}
