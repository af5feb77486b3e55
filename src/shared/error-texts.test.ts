/** Every code has words in the house's voice, whatever its details hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import './entities/registry';
import { errorSentence, errorWords } from './error-texts';
import { ERROR_CODES, type ErrorCode } from './errors';

const codes = Object.keys(ERROR_CODES) as ErrorCode[];
const of = (
  code: ErrorCode,
  details: Record<string, string | number | boolean | null | string[]> = {},
  faults = [] as { path: string; message: string }[],
) => errorSentence({ code, details, faults });

describe('errorWords', () => {
  it.each(codes)('%s: a title, then whole sentences, no blame', (code) => {
    const { title, text } = errorWords({ code, details: {}, faults: [] });
    expect(title).toMatch(/^[A-Z“]/);
    expect(title).not.toMatch(/[.!]$/);
    expect(text).toMatch(/\.$/);
    expect(`${title} ${text}`).not.toMatch(/undefined|null|\[object|oops|sorry|you failed|couldn|could not|can’t/i);
  });

  it('never breaks on strange details', () => {
    const detail = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.array(fc.string()));
    const keys = fc.constantFrom(
      'fileName',
      'entity',
      'field',
      'functions',
      'line',
      'column',
      'path',
      'allowed',
      'from',
      'to',
      'limit',
      'retryAfterSeconds',
      'faults',
    );
    fc.assert(
      fc.property(fc.constantFrom(...codes), fc.dictionary(keys, detail), (code, details) => {
        expect(errorSentence({ code, details, faults: [] })).toMatch(/\S/);
      }),
    );
  });

  it.each([
    [
      of('ROLE_FORBIDS', { functions: ['viewer'] }),
      'The role Viewer does not allow this. Ask an administrator to do it or to grant the right.',
    ],
    [
      of('FILE_TOO_LARGE', { fileName: 'big.json', limit: 64 * 1048576 }),
      'big.json is too large. 64 MB is the most. Add a smaller one.',
    ],
    [
      of('CATALOG_FOREIGN', { fileName: 'p.json', found: 'an OSCAL profile' }),
      'p.json is no OSCAL catalogue. It is an OSCAL profile. Nothing was written.',
    ],
    [
      of('CATALOG_INVALID', { fileName: 'c.json', reason: 'it is not JSON: a comma is missing', line: 3, column: 9, offset: 40 }),
      'c.json cannot be taken as a catalogue. It is not JSON: a comma is missing at line 3, column 9. Nothing was written.',
    ],
    [
      of('CATALOG_INVALID', { fileName: 'c.json', path: 'catalog.groups[3].controls[0].id', reason: 'is missing', faults: 4 }),
      'c.json cannot be taken as a catalogue. catalog.groups[3].controls[0].id is missing. It has 4 faults. Nothing was written.',
    ],
    [
      of('FIELD_FORBIDDEN', { entity: 'regulations', field: 'sourceSha256' }),
      'The system writes “Source hash” itself. Leave it out and save the rest.',
    ],
    [
      of('TRANSITION_REFUSED', { from: 'to_do', to: 'done', allowed: ['in_progress'] }),
      'There is no step from to do to done. From here it can become in progress.',
    ],
    [
      of('LICENCE_EXPIRED', { tenant: 'Brightline Logistics BV', endDate: '2026-09-30' }),
      'The licence of Brightline Logistics BV ended on 30 Sep 2026. All records are kept. Ask your administrator to renew it.',
    ],
  ])('%s', (sentence, expected) => {
    expect(sentence).toBe(expected);
  });
});
