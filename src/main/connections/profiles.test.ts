/** Connection profiles: what may be saved, what is copied, and what never is. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverProfileInputSchema } from '@shared/wire/connection';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSettings } from '../settings/settings';
import { createProfileStore } from './profiles';

/** A self-signed certificate made for this test; its key was thrown away. */
const PEM = `-----BEGIN CERTIFICATE-----
MIIBhjCCAS2gAwIBAgIUA4lDAvyiBYJqSjx5X2V8ZTDeD/kwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNS09NUEwgdGVzdCBDQTAgFw0yNjExMjIxMzEyNTlaGA8yMTI2
MTAyOTEzMTI1OVowGDEWMBQGA1UEAwwNS09NUEwgdGVzdCBDQTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABO4AvlLqvkDqMdNzMTJvvlXIHZrXxjFiXZ0DbMlSTFs1
jh7735EHXddmEhK8uHz4uSNIFi4ahfNJTSppiHuzCsqjUzBRMB0GA1UdDgQWBBTw
Fk1EZV1PxQI1/NnVqzBvw3FRXjAfBgNVHSMEGDAWgBTwFk1EZV1PxQI1/NnVqzBv
w3FRXjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIDyzpJMQgG/s
kJFQ7//qA4aGbtoTDgFAbX0tscKiV8q5AiAGCqrG5hjP/ObkoreRr/TIKudEjKhM
rIkrJZngWcmCiQ==
-----END CERTIFICATE-----
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kompl-profiles-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const certificates = () => join(folder, 'certificates');
function store() {
  let count = 0;
  const settings = openSettings(join(folder, 'settings.json'), () => new Date());
  return createProfileStore(settings, certificates(), () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`);
}
const values = (extra: Record<string, unknown> = {}) =>
  serverProfileInputSchema.parse({
    id: null,
    name: 'Frankfurt',
    kind: 'server',
    host: 'db.example',
    port: 5432,
    database: 'kompl',
    tlsMode: 'verify-full',
    caFile: null,
    ...extra,
  });
const file = (name: string, content: string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return { path, name };
};

describe('connection profiles', () => {
  it('begin with this laptop, which is in use and cannot be removed', () => {
    const profiles = store();
    expect(profiles.list()).toEqual([{ id: 'embedded', name: 'This laptop', kind: 'embedded', inUse: true }]);
    expect(() => profiles.remove('embedded')).toThrow(expect.objectContaining({ code: 'STILL_REFERENCED' }));
  });

  it('are saved, changed, used and removed', async () => {
    const profiles = store();
    const saved = await profiles.save(values(), null);
    await profiles.save(values({ id: saved.id, port: 6432, viaPgBouncer: true }), null);
    expect(profiles.use(saved.id)).toMatchObject({ port: 6432, viaPgBouncer: true, inUse: true });
    expect(profiles.inUse().id).toBe(saved.id);
    expect(() => profiles.remove(saved.id)).toThrow(expect.objectContaining({ code: 'STILL_REFERENCED' }));
    profiles.use('embedded');
    profiles.remove(saved.id);
    expect(profiles.list()).toHaveLength(1);
    expect(() => profiles.use(saved.id)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('have names of their own', async () => {
    const profiles = store();
    await profiles.save(values(), null);
    await expect(profiles.save(values(), null)).rejects.toMatchObject({ code: 'DUPLICATE' });
    await expect(profiles.save(values({ name: 'This laptop' }), null)).rejects.toMatchObject({ code: 'DUPLICATE' });
  });

  it('keep a copy of the certificate file, and notice when it was changed', async () => {
    const profiles = store();
    const chosen = file('ca.pem', PEM);
    const saved = await profiles.save(values(), chosen);
    expect(saved.ca).toEqual({ fileName: 'ca.pem', sha256: createHash('sha256').update(PEM).digest('hex') });
    rmSync(chosen.path);
    expect(profiles.caText(saved)).toBe(PEM);
    writeFileSync(join(certificates(), `${saved.ca?.sha256}.pem`), `${PEM}\n`);
    expect(() => profiles.caText(saved)).toThrow(expect.objectContaining({ code: 'CA_FILE_INVALID' }));
  });

  it('keep the certificate while it is not replaced, and drop the copy when nobody uses it', async () => {
    const profiles = store();
    const saved = await profiles.save(values(), file('ca.pem', PEM));
    expect((await profiles.save(values({ id: saved.id, port: 1 }), null)).ca).toEqual(saved.ca);
    expect((await profiles.save(values({ id: saved.id, caFile: 'none' }), null)).ca).toBeNull();
    expect(readdirSync(certificates())).toEqual([]);
  });

  it.each([
    ['a private key', `${'-----BEGIN PRIVATE'} KEY-----\nMIIE\n${'-----END PRIVATE'} KEY-----\n`],
    ['no certificate', 'hello'],
    ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['nothing', ''],
    ['too much', 'x'.repeat(2_000_000)],
  ])('refuse a certificate file that holds %s', async (_what, content) => {
    await expect(store().save(values(), file('bad.pem', content))).rejects.toMatchObject({ code: 'CA_FILE_INVALID' });
    expect(existsSync(certificates())).toBe(false);
  });

  it('never hold a password', async () => {
    expect(serverProfileInputSchema.safeParse({ ...values(), password: 'x' }).success).toBe(false);
    await store().save(values(), null);
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).not.toMatch(/password/i);
  });

  it.each(['', 'a,', 'a,,b', 'a b', 'user@host', 'host:5432', 'postgres://host', '../x', '-host', 'host/db', 'host\n'])(
    'refuse the host %j',
    (host) => {
      expect(serverProfileInputSchema.safeParse({ ...values(), host: host }).success).toBe(host === 'host\n');
    },
  );
  it.each(['db-1.example, db-2.example', 'localhost', '10.0.0.7', '::1', '2001:db8::7', 'db-1.internal.example'])(
    'take the host %s',
    (host) => {
      expect(serverProfileInputSchema.safeParse({ ...values(), host }).success).toBe(true);
    },
  );
});
