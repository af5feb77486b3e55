/** Reading an archive: every byte of it is accounted for before anything is believed. */
import { createHash } from 'node:crypto';
import { CodedError } from '@shared/errors';
import type { z } from 'zod';
import { FINGERPRINT, MANIFEST, MAX_MANIFEST_BYTES, type Manifest, manifestSchema } from './manifest';
import { damaged, TarReader } from './tar';

export interface Archive {
  readonly reader: TarReader;
  readonly manifest: Manifest;
  readonly fingerprint: string;
}

/**
 * Opens an archive and checks it whole: the manifest against its hash (and against the fingerprint that was told at the export,
 * where given), every other file against the manifest. The caller closes `reader`.
 * @throws CodedError ARCHIVE_INVALID naming the file and what is wrong with it, FILE_UNREADABLE
 */
export async function openArchive(path: string, fingerprint?: string): Promise<Archive> {
  const reader = await TarReader.open(path);
  try {
    return await check(reader, fingerprint);
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function check(reader: TarReader, expected: string | undefined): Promise<Archive> {
  const text = await reader.text(MANIFEST, MAX_MANIFEST_BYTES);
  const fingerprint = createHash('sha256').update(text, 'utf8').digest('hex');
  if ((await reader.text(FINGERPRINT, 100)) !== `${fingerprint}\n`)
    throw damaged(MANIFEST, 'it is not what it was when it was written');
  if (expected !== undefined && expected.toLowerCase() !== fingerprint) {
    throw damaged(MANIFEST, 'its fingerprint is not the one that was told at the export');
  }
  const manifest = parse(manifestSchema, text, MANIFEST);
  for (const [name, { size, sha256 }] of Object.entries(manifest.files)) {
    const entry = reader.entries.get(name);
    if (!entry) throw damaged(name, 'it is missing from the archive');
    if (entry.size !== size || (await reader.sha256(name)) !== sha256)
      throw damaged(name, 'it is not what it was when it was written');
  }
  for (const name of reader.entries.keys()) {
    if (name !== MANIFEST && name !== FINGERPRINT && !Object.hasOwn(manifest.files, name)) {
      throw damaged(name, 'it does not belong into the archive');
    }
  }
  return { reader, manifest, fingerprint };
}

/** A JSON text of an archive by its schema. @throws CodedError ARCHIVE_INVALID */
export function parse<T>(schema: z.ZodType<T>, text: string, file: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CodedError('ARCHIVE_INVALID', { file, reason: 'it is not JSON' }, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damaged(file, `${issue?.path.join('.') ?? ''} is not as it should be`.trim());
}
