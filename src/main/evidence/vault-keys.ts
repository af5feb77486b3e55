/**
 * The keys of the vault: 32 random bytes for each person in each tenant, kept on disk only sealed. The sealing key comes from
 * the person's password by argon2id, with a salt of the person's own, and is split per tenant by HKDF. It lives in memory
 * from sign-in to sign-out. A password that is changed here takes the keys along
 * (`rekey`); one that was changed elsewhere no longer opens the vault, and `relock` takes the former one.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { writeFileAtomically } from '../platform/atomic-file';
import { damaged, KEY_BYTES, locked, NONCE_BYTES, openBytes, sealBytes } from './format';

/** OWASP's second recommendation for argon2id is 19 MiB, 2 passes; a desktop can afford more. */
export const KDF_COST = { memoryKib: 64 * 1024, passes: 3, lanes: 1 } as const;
export interface KdfCost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** Password, salt and cost → 32 bytes. */
export type Kdf = (password: string, salt: Buffer, cost: KdfCost) => Promise<Buffer>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const base64 = z.string().regex(/^[A-Za-z0-9+/]+=*$/);
const personSchema = z.strictObject({
  version: z.literal(1),
  kdf: z.strictObject({
    name: z.literal('argon2id'),
    salt: base64,
    memoryKib: z.int().min(8).max(1_048_576),
    passes: z.int().min(1).max(20),
    lanes: z.int().min(1).max(16),
  }),
});
const sealedKeySchema = z.strictObject({ version: z.literal(1), sealed: base64 });

export interface VaultKeysOptions {
  /** `<userData>/vault` */
  readonly folder: string;
  readonly kdf: Kdf;
  readonly cost?: KdfCost;
  readonly random?: (bytes: number) => Buffer;
}

/** A person's unlocked key ring. */
export interface KeyRing {
  /** The vault key in a tenant; made at the first use. VAULT_LOCKED if it was sealed with another password. */
  keyFor(tenantId: string): Buffer;
  /** Seals the tenant's key anew under the present password. VAULT_LOCKED if the former password is not the one. */
  relock(tenantId: string, formerPassword: string): Promise<void>;
  /**
   * Seals every key of the person on this laptop under a new password, each at once or not at all, and gives the ring of that
   * password. A key that this ring does not open stays as it is, for `relock` with the password it knows.
   */
  rekey(newPassword: string): Promise<KeyRing>;
  /** Takes a tenant's key over and seals it under this ring's password; for `rekey`. */
  adopt(tenantId: string, key: Buffer): void;
  /** Overwrites every key in memory; the ring is of no use afterwards. */
  forget(): void;
}

/** Where a person's sealed key and files in a tenant lie. */
export function vaultFolder(root: string, tenantId: string, personId: string): string {
  for (const id of [tenantId, personId]) if (!/^[0-9a-f-]{36}$/.test(id)) throw new TypeError('an id is a lower-case uuid');
  return join(root, tenantId, personId);
}

export async function unlockKeyRing(personId: string, password: string, options: VaultKeysOptions): Promise<KeyRing> {
  const { folder, kdf, random = randomBytes } = options;
  const { salt, cost } = personKdf(personId, options);
  const master = await kdf(password, salt, cost);
  const keys = new Map<string, Buffer>();
  let forgotten = false;

  const path = (tenantId: string) => join(vaultFolder(folder, tenantId, personId), 'key.json');
  const bound = (tenantId: string) => Buffer.from(`kompl vault key v1 ${tenantId} ${personId}`);
  const wrapping = (from: Buffer, tenantId: string) =>
    Buffer.from(hkdfSync('sha256', from, salt, `kompl vault wrapping v1 ${tenantId}`, KEY_BYTES));

  function store(tenantId: string, key: Buffer): void {
    const sealed = sealBytes(wrapping(master, tenantId), random(NONCE_BYTES), key, bound(tenantId));
    writeFileAtomically(path(tenantId), `${JSON.stringify({ version: 1, sealed: sealed.toString('base64') })}\n`);
  }

  function load(tenantId: string, from: Buffer): Buffer {
    const { sealed } = parse(sealedKeySchema, path(tenantId));
    try {
      return openBytes(wrapping(from, tenantId), Buffer.from(sealed, 'base64'), bound(tenantId));
    } catch (error) {
      throw locked('the password was changed since the vault was made', error);
    }
  }

  return {
    keyFor(tenantId) {
      if (forgotten) throw locked('signed out');
      let key = keys.get(tenantId);
      if (!key) {
        if (existsSync(path(tenantId))) key = load(tenantId, master);
        else {
          key = random(KEY_BYTES);
          store(tenantId, key);
        }
        keys.set(tenantId, key);
      }
      return key;
    },
    async relock(tenantId, formerPassword) {
      if (forgotten) throw locked('signed out');
      const former = await kdf(formerPassword, salt, cost);
      const key = load(tenantId, former);
      former.fill(0);
      store(tenantId, key);
      keys.set(tenantId, key);
    },
    async rekey(newPassword) {
      if (forgotten) throw locked('signed out');
      const next = await unlockKeyRing(personId, newPassword, options);
      for (const tenantId of sealedTenants(folder, personId)) {
        let key: Buffer;
        try {
          key = load(tenantId, master);
        } catch (error) {
          if (error instanceof CodedError && error.code === 'VAULT_LOCKED') continue;
          throw error;
        }
        next.adopt(tenantId, key);
      }
      return next;
    },
    adopt(tenantId, key) {
      if (forgotten) throw locked('signed out');
      store(tenantId, key);
      keys.set(tenantId, key);
    },
    forget() {
      forgotten = true;
      master.fill(0);
      for (const key of keys.values()) key.fill(0);
      keys.clear();
    },
  };
}

/** The tenants in which the person has a sealed key on this laptop. */
function sealedTenants(folder: string, personId: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => UUID.test(name) && existsSync(join(folder, name, personId, 'key.json')));
}

/** The person's salt and cost; made at the first sign-in on this laptop. */
function personKdf(personId: string, options: VaultKeysOptions): { salt: Buffer; cost: KdfCost } {
  const { folder, cost = KDF_COST, random = randomBytes } = options;
  if (!/^[0-9a-f-]{36}$/.test(personId)) throw new TypeError('an id is a lower-case uuid');
  const path = join(folder, 'people', `${personId}.json`);
  if (existsSync(path)) {
    const { kdf } = parse(personSchema, path);
    return { salt: Buffer.from(kdf.salt, 'base64'), cost: kdf };
  }
  const salt = random(16);
  const kdf = { name: 'argon2id' as const, salt: salt.toString('base64'), ...cost };
  writeFileAtomically(path, `${JSON.stringify({ version: 1, kdf })}\n`);
  return { salt, cost };
}

/** A damaged key file is never replaced: what it seals would be lost for good. */
function parse<T>(schema: z.ZodType<T>, path: string): T {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw damaged('key file', error);
  }
}
