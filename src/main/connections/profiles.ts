/**
 * Connection profiles: the workspace on this laptop, always first, and any number of servers. Kept in the settings, without
 * passwords. A certificate file is copied into the app's own folder under its hash, so that a file moved or changed later
 * changes nothing.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@shared/errors';
import {
  type ConnectionProfile,
  EMBEDDED_PROFILE_ID,
  type ServerProfile,
  type ServerProfileValues,
} from '@shared/wire/connection';
import { writeBytesAtomically } from '../platform/atomic-file';
import type { GrantedFile } from '../platform/file-grants';
import type { SettingsStore, StoredProfile } from '../settings/settings';

export const EMBEDDED_NAME = 'This laptop';
const MAX_CA_BYTES = 1024 * 1024;

export interface ProfileStore {
  list(): readonly ConnectionProfile[];
  inUse(): ConnectionProfile;
  find(id: string): ConnectionProfile;
  /** Saves a new or changed server profile. `ca` is the chosen certificate file, already resolved from its grant. */
  save(values: ServerProfileValues, ca: GrantedFile | null): Promise<ServerProfile>;
  use(id: string): ConnectionProfile;
  /** Refused (STILL_REFERENCED) for the one in use, and for the workspace on this laptop. */
  remove(id: string): void;
  /** The certificate authority's text as the app keeps it; CA_FILE_INVALID if it is not what was copied. */
  caText(profile: ServerProfile): string | null;
}

export function createProfileStore(settings: SettingsStore, certificates: string, newId: () => string): ProfileStore {
  const stored = () => settings.get().connections;
  const caPath = (sha256: string) => join(certificates, `${sha256}.pem`);

  function list(): readonly ConnectionProfile[] {
    const { profiles, inUse } = stored();
    const known = profiles.some((profile) => profile.id === inUse);
    return [
      { id: EMBEDDED_PROFILE_ID, name: EMBEDDED_NAME, kind: 'embedded', inUse: !known },
      ...profiles.map((profile) => toProfile(profile, profile.id === inUse)),
    ];
  }

  function find(id: string): ConnectionProfile {
    const found = list().find((profile) => profile.id === id);
    if (!found) throw new CodedError('NOT_FOUND');
    return found;
  }

  function dropUnusedCertificates(): void {
    if (!existsSync(certificates)) return;
    const used = new Set(stored().profiles.flatMap(({ ca }) => (ca ? [`${ca.sha256}.pem`] : [])));
    for (const name of readdirSync(certificates)) if (name.endsWith('.pem') && !used.has(name)) rmSync(join(certificates, name));
  }

  return {
    list,
    find,
    inUse: () => list().find((profile) => profile.inUse) ?? find(EMBEDDED_PROFILE_ID),
    async save(values, ca) {
      const former = values.id === null ? undefined : stored().profiles.find((profile) => profile.id === values.id);
      if (values.id !== null && !former) throw new CodedError('NOT_FOUND');
      if (
        stored().profiles.some((profile) => profile.id !== values.id && profile.name === values.name) ||
        values.name === EMBEDDED_NAME
      ) {
        throw new CodedError('DUPLICATE', {}, { faults: [{ path: 'name', message: 'there is a connection of this name' }] });
      }
      const { id, kind: _kind, caFile, ...plain } = values;
      const profile: StoredProfile = {
        ...plain,
        id: id ?? newId(),
        ca: caFile === 'none' ? null : ca ? await copyCertificate(ca, caPath) : (former?.ca ?? null),
      };
      settings.update((current) => ({
        ...current,
        connections: {
          ...current.connections,
          profiles: former
            ? current.connections.profiles.map((each) => (each.id === profile.id ? profile : each))
            : [...current.connections.profiles, profile],
        },
      }));
      dropUnusedCertificates();
      return toProfile(profile, stored().inUse === profile.id);
    },
    use(id) {
      find(id);
      settings.update((current) => ({ ...current, connections: { ...current.connections, inUse: id } }));
      return find(id);
    },
    remove(id) {
      const profile = find(id);
      if (profile.kind === 'embedded' || profile.inUse) throw new CodedError('STILL_REFERENCED', { name: profile.name });
      settings.update((current) => ({
        ...current,
        connections: { ...current.connections, profiles: current.connections.profiles.filter((each) => each.id !== id) },
      }));
      dropUnusedCertificates();
    },
    caText(profile) {
      if (!profile.ca) return null;
      try {
        return trusted(readFileSync(caPath(profile.ca.sha256)), profile.ca.sha256);
      } catch (error) {
        throw error instanceof CodedError ? error : invalid('the copy of the file is missing', error);
      }
    },
  };
}

function toProfile(profile: StoredProfile, inUse: boolean): ServerProfile {
  return { ...profile, kind: 'server', inUse };
}

/** Reads the chosen file, checks that it holds certificates and nothing secret, and keeps a copy. */
async function copyCertificate(file: GrantedFile, caPath: (sha256: string) => string): Promise<NonNullable<StoredProfile['ca']>> {
  const bytes = await readCertificate(file);
  const sha256 = sha256Of(bytes);
  writeBytesAtomically(caPath(sha256), bytes);
  return { fileName: file.name.slice(0, 255), sha256 };
}

/** The PEM text of a chosen file, for a test of a form that is not saved yet. */
export async function readCertificate(file: GrantedFile): Promise<Buffer> {
  if (statSync(file.path).size > MAX_CA_BYTES) throw invalid('the file is too large');
  const bytes = await readFile(file.path);
  const text = bytes.toString('latin1');
  if (/PRIVATE KEY/.test(text)) throw invalid('the file holds a private key');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw invalid('there is no PEM certificate in the file');
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch (error) {
    throw invalid('a certificate in the file cannot be read', error);
  }
  return bytes;
}

function trusted(bytes: Buffer, sha256: string): string {
  if (sha256Of(bytes) !== sha256) throw invalid('the copy of the file was changed');
  return bytes.toString('utf8');
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function invalid(reason: string, cause?: unknown): CodedError {
  return new CodedError('CA_FILE_INVALID', { reason }, { cause });
}
