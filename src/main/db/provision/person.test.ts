import { CodedError } from '@shared/errors';
import { describe, expect, it } from 'vitest';
import { dbRoleOf, normaliseEmail } from './person';

describe('dbRoleOf', () => {
  it('is u_ and the first 32 hex digits of the SHA-256 of the lower-cased e-mail', () => {
    expect(dbRoleOf('A@acme.example')).toBe('u_c6e4b9875bbcdb2c14283d16ae37587d');
    expect(dbRoleOf(' a@ACME.example ')).toBe(dbRoleOf('A@acme.example'));
  });
});

describe('normaliseEmail', () => {
  it('lower-cases', () => expect(normaliseEmail(' Ann.Lee@Acme.Example ')).toBe('ann.lee@acme.example'));

  it.each([
    '',
    'ann',
    'ann@',
    '@acme.example',
    'ann@acme',
    'änn@acme.example',
    'ann@acme.example\n; drop',
    `${'a'.repeat(250)}@b.example`,
  ])('refuses %j', (email) => {
    const error = (() => {
      try {
        return normaliseEmail(email);
      } catch (e) {
        return e;
      }
    })();
    expect(error).toBeInstanceOf(CodedError);
    expect(error).toMatchObject({ code: 'INPUT_INVALID', faults: [{ path: 'email' }] });
  });
});
