/** What a person may give, what is refused, and in which words. */
import { entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { operationSchema } from '@shared/operations';
import { describe, expect, it } from 'vitest';
import { bodyHash, canonicalJson } from './canonical';
import { checkChange, checkCreation, parseInput, refusePollution } from './faults';

function refusal(run: () => unknown): CodedError {
  try {
    run();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

const finding = entityOf('findings');

describe('checkCreation', () => {
  it('names each field that lacks a value or has a wrong one, in plain words', () => {
    const error = refusal(() =>
      checkCreation(finding, { title: ' ', kind: 'huge', dueDate: '31.12.2026', ownerId: 'me', cause: 'a\u0000' }),
    );
    expect(error.code).toBe('INPUT_INVALID');
    expect(Object.fromEntries(error.faults.map((fault) => [fault.path, fault.message]))).toEqual({
      title: 'needs a value',
      kind: 'is not one of the choices',
      severity: 'needs a value',
      dueDate: 'is not a date (YYYY-MM-DD)',
      ownerId: 'is not the id of a record',
      cause: 'NUL characters are not allowed',
    });
  });

  it('brings values to one form', () => {
    const values = checkCreation(entityOf('controls'), { name: 'N', description: '', tags: [' a ', 'a', 'b'] });
    expect(values).toEqual({ name: 'N', description: null, tags: ['a', 'b'] });
    const file = checkCreation(entityOf('evidenceFiles'), {
      evidenceId: '0193E5A0-0000-7000-8000-000000000001',
      fileName: 'a.pdf',
      mediaType: 'application/pdf',
      sizeBytes: 1,
      sha256: 'a'.repeat(64),
      versionNumber: 1,
      deviceId: 'd',
      capturedAt: '2026-02-27T12:00:00+02:00',
    });
    expect(file.capturedAt).toBe('2026-02-27T10:00:00.000Z');
    expect(file.evidenceId).toBe('0193e5a0-0000-7000-8000-000000000001');
  });

  it.each(['id', 'rowVersion', 'createdAt', 'updatedAt', 'createdBy', 'updatedBy', 'ref'])(
    'never takes %s from a person',
    (field) => {
      const error = refusal(() => checkCreation(finding, { title: 'T', kind: 'observation', severity: 'low', [field]: null }));
      expect(error.toData()).toMatchObject({ code: 'FIELD_FORBIDDEN', details: { field } });
    },
  );

  it('knows no other keys, least of all those of a prototype', () => {
    for (const key of ['tenantId', 'archived_at', 'toString']) {
      expect(refusal(() => checkCreation(finding, { [key]: 1 })).code).toBe('INPUT_INVALID');
    }
  });
});

describe('checkChange', () => {
  it('refuses what is set at creation only', () => {
    const error = refusal(() => checkChange(entityOf('controlTests'), { controlId: '0193e5a0-0000-7000-8000-000000000001' }));
    expect(error.toData()).toMatchObject({ code: 'FIELD_FORBIDDEN', details: { field: 'controlId' } });
  });

  it('does not let a required field be emptied', () => {
    expect(refusal(() => checkChange(finding, { title: null })).faults).toEqual([{ path: 'title', message: 'needs a value' }]);
    expect(refusal(() => checkChange(finding, { title: '' })).faults).toEqual([{ path: 'title', message: 'needs a value' }]);
  });
});

describe('refusePollution', () => {
  it.each(['{"__proto__":{"polluted":true}}', '{"a":{"constructor":{"prototype":{}}}}', '{"a":[{"prototype":1}]}'])(
    '%s',
    (json) => {
      expect(refusal(() => refusePollution(JSON.parse(json))).code).toBe('INPUT_INVALID');
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  it('refuses values nested beyond reason instead of running out of stack', () => {
    let deep: unknown = 1;
    for (let n = 0; n < 100_000; n++) deep = [deep];
    expect(refusal(() => refusePollution(deep)).code).toBe('INPUT_INVALID');
  });

  it('guards the patch of an operation', () => {
    const body = JSON.parse(`{"opId":"0193e5a0-0000-7000-8000-000000000001","entity":"findings",
      "entityId":"0193e5a0-0000-7000-8000-000000000002","kind":"create","baseVersion":null,"base":{},"patch":{"__proto__":{"a":1}}}`);
    expect(refusal(() => parseInput(operationSchema, body)).faults[0]?.path).toBe('patch.__proto__');
  });
});

describe('canonicalJson', () => {
  it('is the same for equal values in any order of keys, and differs for different ones', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe('{"b":[1,{"c":"x","d":null}]}');
    expect(bodyHash({ a: 1, b: 2 })).toBe(bodyHash({ b: 2, a: 1 }));
    expect(bodyHash({ a: '1' })).not.toBe(bodyHash({ a: 1 }));
    expect(() => canonicalJson(Number.NaN)).toThrow(TypeError);
  });
});
