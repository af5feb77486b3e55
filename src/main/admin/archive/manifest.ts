/**
 * What an archive says of itself. `manifest.json` names every other file with its size and SHA-256, and comes last but one;
 * `manifest.sha256` holds the manifest's own. The latter is the archive's fingerprint: told to the one who exports, it proves
 * later that nothing was exchanged.
 */
import { z } from 'zod';

export const FORMAT = 'kompl-tenant-archive';
export const FORMAT_VERSION = 1;
export const MANIFEST = 'manifest.json';
export const FINGERPRINT = 'manifest.sha256';
export const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;

export const FILES = {
  tenant: 'registry/tenant.jsonl',
  licence: 'registry/licence.jsonl',
  settings: 'registry/settings.jsonl',
  people: 'registry/people.jsonl',
  memberships: 'registry/memberships.jsonl',
  sequences: 'sequences.jsonl',
  filed: 'trail/filed.jsonl',
  seals: 'trail/seals.jsonl',
  keys: 'trail/sealing-keys.jsonl',
  platform: 'trail/platform-events.jsonl',
} as const;

export function tableFile(table: string): string {
  return `tables/${table}.jsonl`;
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

export const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  /** ISO instant of the snapshot, by the server's clock. */
  createdAt: z.string(),
  /** The login, and the person where somebody acted for one. */
  createdBy: z.strictObject({ login: z.string(), personId: z.string().nullable() }),
  /** Program and version. */
  source: z.string(),
  server: z.string(),
  tenant: z.strictObject({ id: z.uuid(), name: z.string(), domain: z.string() }),
  /** Steps of the tenant's schema, in order; the newest of the shared scopes. */
  schema: z.strictObject({
    tenant: z.array(z.strictObject({ version: z.string(), name: z.string(), checksum: sha256 })),
    public: z.string(),
    private: z.string(),
  }),
  tables: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/),
      columns: z.array(z.string()),
      rows: count,
    }),
  ),
  /** Whether the persons' password verifiers are in it. */
  logins: z.boolean(),
  /** Evidence: its records are in the tables; the sealed files lie on laptops and are not in it. */
  evidence: z.strictObject({ records: count, files: count, bytes: z.string(), contents: z.literal('not included') }),
  files: z.record(z.string(), z.strictObject({ size: count, sha256, rows: count })),
});
export type Manifest = z.infer<typeof manifestSchema>;
