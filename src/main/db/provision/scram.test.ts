import { createHash, createHmac } from 'node:crypto';
import { CodedError } from '@shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkNewPassword, isScramVerifier, preparePassword, scramVerifier, verifyScram } from './scram';

/** Few characters, but those that preparing treats in different ways. */
const anyText = fc.string({
  unit: fc.constantFrom('a', 'B', ' ', 'é', 'e\u0301', '\u00A0', '\u00AD', '\u2168', 'ﬁ', 'ß', 'й', '🔑', '\u0007'),
  minLength: 1,
});

const SALT = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

describe('scramVerifier', () => {
  it('agrees with the exchange of RFC 7677: the proof there is accepted by the stored key here', () => {
    const verifier = scramVerifier('pencil', { salt: SALT, iterations: 4096 });
    const [, , keys] = verifier.split('$');
    const [storedKey = '', serverKey = ''] = (keys ?? '').split(':');
    const authMessage =
      'n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,' +
      's=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
    const signature = createHmac('sha256', Buffer.from(storedKey, 'base64')).update(authMessage).digest();
    const clientKey = Buffer.from(proof.map((byte, at) => byte ^ (signature[at] ?? 0)));
    expect(createHash('sha256').update(clientKey).digest('base64')).toBe(storedKey);
    const serverSignature = createHmac('sha256', Buffer.from(serverKey, 'base64')).update(authMessage).digest('base64');
    expect(serverSignature).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });

  it('has the form that PostgreSQL stores, and its default of 4096 rounds', () => {
    const verifier = scramVerifier('correct horse battery', { salt: SALT });
    expect(verifier.startsWith('SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$')).toBe(true);
    expect(isScramVerifier(verifier)).toBe(true);
    expect(verifier.length).toBeLessThanOrEqual(255);
  });
});

describe('verifyScram', () => {
  it('accepts the password and no other', () => {
    fc.assert(
      fc.property(anyText, anyText, (mine, other) => {
        const verifier = scramVerifier(mine, { salt: SALT, iterations: 1 });
        expect(verifyScram(mine, verifier)).toBe(true);
        expect(verifyScram(other, verifier)).toBe(preparePassword(mine) === preparePassword(other));
      }),
    );
  });

  it('refuses a verifier with one changed byte', () => {
    const verifier = scramVerifier('correct horse battery', { salt: SALT, iterations: 1 });
    for (let at = verifier.indexOf(':') + 1; at < verifier.length; at += 1) {
      const changed = `${verifier.slice(0, at)}${verifier[at] === 'A' ? 'B' : 'A'}${verifier.slice(at + 1)}`;
      // The last character before "=" holds bits that base64 ignores.
      const same =
        changed.split('$').join(':').split(':').slice(2).map(decoded).join() ===
        verifier.split('$').join(':').split(':').slice(2).map(decoded).join();
      if (!same) expect(verifyScram('correct horse battery', changed)).toBe(false);
    }
  });

  it.each(['', 'md5a3556571e93b0d20722ba62be61e8c2d', 'SCRAM-SHA-256$0:AA==$x:y', 'SCRAM-SHA-256$9999999:AA==$'])(
    'takes %j for no verifier',
    (text) => {
      expect(verifyScram('anything at all', text)).toBe(false);
      expect(isScramVerifier(text)).toBe(false);
    },
  );
});

describe('preparePassword', () => {
  it.each([
    ['ASCII as it is', 'I am  fine', 'I am  fine'],
    ['other spaces become one', 'a\u00A0b\u3000c', 'a b c'],
    ['soft hyphens and joiners vanish', 'I\u00ADX\u200D', 'IX'],
    ['compatibility forms are folded', '\u2168\uFB01', 'IXfi'],
    ['case is kept', 'USER', 'USER'],
  ])('%s', (_, given, prepared) => expect(preparePassword(given)).toBe(prepared));

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(preparePassword(preparePassword(text))).toBe(preparePassword(text));
      }),
    );
  });
});

describe('checkNewPassword', () => {
  const fault = (password: string) => {
    try {
      checkNewPassword(password);
      return null;
    } catch (error) {
      return error instanceof CodedError ? [error.code, error.faults[0]?.path, error.faults[0]?.message] : error;
    }
  };

  it('takes twelve characters, of any script', () => {
    expect(fault('aaaaaaaaaaaa')).toBeNull();
    expect(fault('пароль пароль')).toBeNull();
    expect(fault('🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑')).toBeNull();
  });

  it.each([
    ['eleven characters', 'aaaaaaaaaaa', 'at least 12 characters'],
    ['twelve of which one vanishes', 'aaaaaaaaaaa\u00AD', 'at least 12 characters'],
    ['a control character', 'aaaaaaaaaaaa\u0007', 'no control or invisible characters'],
    ['a change of direction', 'aaaaaaaaaaaa\u202E', 'no control or invisible characters'],
    ['half a surrogate pair', 'aaaaaaaaaaaa\uD800', 'no control or invisible characters'],
    ['more than a kilobyte', 'a'.repeat(1025), 'at most 1024 bytes'],
  ])('refuses %s', (_, password, message) => expect(fault(password)).toEqual(['INPUT_INVALID', 'password', message]));
});

function decoded(part: string | undefined): string {
  return Buffer.from(part ?? '', 'base64').toString('hex');
}
