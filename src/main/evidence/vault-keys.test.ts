/** The key ring: right and wrong passwords, copied and damaged key files, and nothing left after signing out. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Kdf, unlockKeyRing, vaultFolder } from './vault-keys';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kompl-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the key ring', () => {
  const kdf: Kdf = async (password, salt) => createHash('sha256').update(password).update(salt).digest();
  const [person, tenant, other] = [randomUUID(), randomUUID(), randomUUID()];
  const unlock = (password: string) => unlockKeyRing(person, password, { folder, kdf });

  it('gives the same key at each sign-in, and another in each tenant', async () => {
    const first = Buffer.from((await unlock('right')).keyFor(tenant));
    const ring = await unlock('right');
    expect(ring.keyFor(tenant).equals(first)).toBe(true);
    expect(ring.keyFor(other).equals(first)).toBe(false);
  });

  it('says so when the password is another one, and opens again with the former', async () => {
    const first = Buffer.from((await unlock('old')).keyFor(tenant));
    const ring = await unlock('new');
    expect(() => ring.keyFor(tenant)).toThrow(expect.objectContaining({ code: 'VAULT_LOCKED' }));
    await expect(ring.relock(tenant, 'wrong')).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    await ring.relock(tenant, 'old');
    expect(ring.keyFor(tenant).equals(first)).toBe(true);
    expect((await unlock('new')).keyFor(tenant).equals(first)).toBe(true);
  });

  it('takes every key along to a new password, and leaves those it does not know', async () => {
    const ring = await unlock('old');
    const [first, second] = [Buffer.from(ring.keyFor(tenant)), Buffer.from(ring.keyFor(other))];
    const foreign = randomUUID();
    (await unlock('older')).keyFor(foreign);
    const next = await ring.rekey('new');
    for (const opened of [next, await unlock('new')]) {
      expect(opened.keyFor(tenant).equals(first)).toBe(true);
      expect(opened.keyFor(other).equals(second)).toBe(true);
      expect(() => opened.keyFor(foreign)).toThrow(expect.objectContaining({ code: 'VAULT_LOCKED' }));
    }
    expect((await unlock('older')).keyFor(foreign)).toHaveLength(32);
    const former = await unlock('old');
    expect(() => former.keyFor(tenant)).toThrow(expect.objectContaining({ code: 'VAULT_LOCKED' }));
  });

  it('does not take a key that was copied from another tenant', async () => {
    const ring = await unlock('right');
    ring.keyFor(tenant);
    ring.keyFor(other);
    writeFileSync(
      join(vaultFolder(folder, tenant, person), 'key.json'),
      readFileSync(join(vaultFolder(folder, other, person), 'key.json')),
    );
    const again = await unlock('right');
    expect(() => again.keyFor(tenant)).toThrow(expect.objectContaining({ code: 'VAULT_LOCKED' }));
  });

  it('never replaces a damaged key file', async () => {
    (await unlock('right')).keyFor(tenant);
    const path = join(vaultFolder(folder, tenant, person), 'key.json');
    writeFileSync(path, '{"version":1');
    const ring = await unlock('right');
    expect(() => ring.keyFor(tenant)).toThrow(expect.objectContaining({ code: 'VAULT_DAMAGED' }));
    expect(readFileSync(path, 'utf8')).toBe('{"version":1');
  });

  it('is of no use after signing out', async () => {
    const ring = await unlock('right');
    const before = ring.keyFor(tenant);
    ring.forget();
    expect(before.equals(Buffer.alloc(32))).toBe(true);
    expect(() => ring.keyFor(tenant)).toThrow(expect.objectContaining({ code: 'VAULT_LOCKED' }));
  });
});
