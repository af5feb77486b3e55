/**
 * The vault of one person in one tenant: sealed files, and a sealed note for each intake. The note ties an operation to the
 * file it took in, so that a try that failed after the file was safe finds that very file again, and two tries with one
 * operation id can never make two files.
 *
 *   <root>/<tenant>/<person>/key.json, files/<file id>.kev, intake/<operation id>.note, incoming/*.part
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { writeBytesAtomically } from '../platform/atomic-file';
import { damaged, NONCE_BYTES, openBytes, sealBytes } from './format';
import { type Ingested, type IngestStep, ingest } from './ingest';
import { openSealedFile, type SealedFile } from './sealed-file';
import { vaultFolder } from './vault-keys';

const noteSchema = z.strictObject({
  version: z.literal(1),
  opId: z.uuid(),
  evidenceId: z.uuid(),
  fileId: z.uuid(),
  fileName: z.string().max(255),
  mediaType: z.string(),
  size: z.int().min(0),
  sha256: z.string(),
  modifiedAt: z.string(),
  /** `sealed`: in the vault, not yet known to the database; `filed`: both know it. */
  state: z.enum(['sealed', 'filed']),
});
export type IntakeNote = z.infer<typeof noteSchema>;

export interface IntakeRequest {
  readonly opId: string;
  readonly evidenceId: string;
  /** Asked only if the file is not in the vault yet. */
  readonly source: () => Promise<{ readonly path: string; readonly name: string }>;
}

export interface VaultOptions {
  readonly root: string;
  readonly tenantId: string;
  readonly personId: string;
  readonly key: Buffer;
  readonly newId: () => string;
  readonly random?: (bytes: number) => Buffer;
  readonly after?: (step: IngestStep) => Promise<void>;
}

export interface Vault {
  /** Takes a file in, or finds the one that this operation took in before. OPERATION_REUSED for other evidence. */
  intake(request: IntakeRequest): Promise<IntakeNote>;
  /**
   * The database has it, so the note is no orphan any more. `recordId` is the file's record there; where those bytes had been
   * filed before, it is another one, and the vault finds them under that name from now on.
   */
  markFiled(opId: string, recordId: string): Promise<void>;
  /** Files that are safe in the vault but not known to the database. */
  orphans(): Promise<readonly IntakeNote[]>;
  open(fileId: string): Promise<SealedFile>;
  /** Removes what a crash left of unfinished intakes. Only while no intake runs. */
  sweep(): Promise<number>;
}

export function openVault(options: VaultOptions): Vault {
  const { key, random = randomBytes } = options;
  const folder = vaultFolder(options.root, options.tenantId, options.personId);
  const incoming = join(folder, 'incoming');
  const running = new Map<string, Promise<IntakeNote>>();

  const filePath = (fileId: string) => join(folder, 'files', `${plainId(fileId)}.kev`);
  const aliasPath = (recordId: string) => join(folder, 'files', `${plainId(recordId)}.alias`);
  const notePath = (opId: string) => join(folder, 'intake', `${plainId(opId)}.note`);
  const bound = (opId: string) => Buffer.from(`kompl intake note v1 ${options.tenantId} ${options.personId} ${opId}`);

  async function readNote(opId: string): Promise<IntakeNote | null> {
    let sealed: Buffer;
    try {
      sealed = await readFile(notePath(opId));
    } catch (error) {
      if (isMissing(error)) return null;
      throw damaged('intake note', error);
    }
    try {
      return noteSchema.parse(JSON.parse(openBytes(key, sealed, bound(opId)).toString('utf8')));
    } catch (error) {
      throw damaged('intake note', error);
    }
  }

  function writeNote(note: IntakeNote): void {
    writeBytesAtomically(
      notePath(note.opId),
      sealBytes(key, random(NONCE_BYTES), Buffer.from(JSON.stringify(note)), bound(note.opId)),
    );
  }

  async function readAlias(recordId: string): Promise<string> {
    let sealed: Buffer;
    try {
      sealed = await readFile(aliasPath(recordId));
    } catch (error) {
      if (isMissing(error)) return recordId;
      throw damaged('alias', error);
    }
    try {
      return openBytes(key, sealed, bound(recordId)).toString('utf8');
    } catch (error) {
      throw damaged('alias', error);
    }
  }

  async function take(request: IntakeRequest): Promise<IntakeNote> {
    const known = await readNote(request.opId);
    if (known) {
      if (known.evidenceId !== request.evidenceId) throw new CodedError('OPERATION_REUSED');
      return known;
    }
    const fileId = options.newId();
    const source = await request.source();
    const taken: Ingested = await ingest({
      source: source.path,
      target: filePath(fileId),
      temporaryFolder: incoming,
      vaultKey: key,
      fileId,
      random,
      after: options.after,
    });
    const note: IntakeNote = {
      version: 1,
      opId: request.opId,
      evidenceId: request.evidenceId,
      fileId,
      fileName: source.name.slice(-255),
      ...taken,
      state: 'sealed',
    };
    writeNote(note);
    return note;
  }

  return {
    intake(request) {
      const already = running.get(request.opId);
      if (already) return already;
      const work = take(request).finally(() => running.delete(request.opId));
      running.set(request.opId, work);
      return work;
    },
    async markFiled(opId, recordId) {
      const note = await readNote(opId);
      if (!note) return;
      if (recordId !== note.fileId && !(await exists(filePath(recordId)))) {
        writeBytesAtomically(aliasPath(recordId), sealBytes(key, random(NONCE_BYTES), Buffer.from(note.fileId), bound(recordId)));
      }
      if (note.state !== 'filed') writeNote({ ...note, state: 'filed' });
    },
    async orphans() {
      const names = await list(join(folder, 'intake'));
      const notes = await Promise.all(names.filter((name) => name.endsWith('.note')).map((name) => readNote(name.slice(0, -5))));
      return notes.filter((note): note is IntakeNote => note?.state === 'sealed');
    },
    async open(fileId) {
      const own = (await exists(filePath(fileId))) ? fileId : await readAlias(fileId);
      return openSealedFile(filePath(own), key, own);
    },
    async sweep() {
      if (running.size > 0) return 0;
      const left = (await list(incoming)).filter((name) => name.endsWith('.part'));
      await Promise.all(left.map((name) => rm(join(incoming, name), { force: true })));
      return left.length;
    },
  };
}

function plainId(id: string): string {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new CodedError('INPUT_INVALID');
  return id;
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
