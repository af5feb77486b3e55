/**
 * Evidence files of the signed-in person: into the vault and into the database, shown from the vault, and proven against the
 * hash that the database keeps. The database decides who may see a file; the vault decides whether its bytes are still the same.
 */
import { CodedError } from '@shared/errors';
import type { AttachFileInput } from '@shared/wire/collab';
import type { AttachInput, AttachResult, EvidenceCheck, EvidencePreview } from '@shared/wire/evidence';
import type { EvidencePort, TenantCall } from '../ipc/services';
import type { GrantedFile } from '../platform/file-grants';
import { mediaTypeOf, SNIFF_BYTES, showAs, UNKNOWN_TYPE } from './media-type';
import type { SealedFile } from './sealed-file';
import type { Vault } from './vault';

/** What the database is told of a file that is safe in the vault. */
export interface FileFacts {
  readonly fileId: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly deviceId: string;
  readonly capturedAt: string;
}

/** What the database keeps of a file: of an evidence record, or attached to any other. */
export interface FileRecord {
  readonly sha256: string;
  readonly resourceType: 'evidence_files' | 'attachments';
}

export interface EvidenceOptions {
  readonly deviceId: string;
  readonly now: () => Date;
  /** The vault of the person in the tenant of the call. */
  readonly vault: (call: TenantCall) => Promise<Vault>;
  readonly unlock: (call: TenantCall, formerPassword: string) => Promise<void>;
  readonly grantedFile: (call: TenantCall, grantId: string) => Promise<GrantedFile>;
  /** The engine's command: evidence record and file record, one operation. */
  readonly attach: (call: TenantCall, input: Omit<AttachInput, 'grantId'>, file: FileFacts) => Promise<AttachResult>;
  /** The same for a file attached to any record; the id that its attachment has. */
  readonly attachTo: (call: TenantCall, input: Omit<AttachFileInput, 'grantId'>, file: FileFacts) => Promise<string>;
  /** The file's record as this person may read it; NOT_FOUND otherwise. */
  readonly fileRecord: (call: TenantCall, fileId: string) => Promise<FileRecord>;
  /** Writes into the trail that the file is looked at; nothing is shown where that fails. */
  readonly noteReading: (call: TenantCall, fileId: string, resourceType: FileRecord['resourceType']) => Promise<void>;
}

/** A file that may be shown to the session of this epoch. */
interface Shown {
  readonly call: TenantCall;
  readonly mediaType: string;
}

export interface Evidence extends EvidencePort {
  /** Seals a chosen file in the vault and says what it is; it belongs to no record until `filed` is called. */
  takeIn(call: TenantCall, input: Pick<AttachInput, 'opId' | 'evidenceId' | 'grantId'>): Promise<FileFacts>;
  filed(call: TenantCall, opId: string, fileId: string): Promise<void>;
  /** Opens a file for which a preview was asked in this epoch; null for every other. */
  openShown(fileId: string, epoch: number): Promise<{ readonly file: SealedFile; readonly mediaType: string } | null>;
  /** The session changed: nothing of before may be shown any more. */
  forget(): void;
}

const MAX_SHOWN = 200;

export function createEvidence(options: EvidenceOptions): Evidence {
  const shown = new Map<string, Shown>();

  /** Into the vault first: the database is told only of bytes that are safe. */
  async function intake(call: TenantCall, asked: { opId: string; evidenceId: string; grantId: string }) {
    const { opId, evidenceId, grantId } = asked;
    const vault = await options.vault(call);
    const note = await vault.intake({ opId, evidenceId, source: () => options.grantedFile(call, grantId) });
    const facts: FileFacts = {
      fileId: note.fileId,
      fileName: note.fileName,
      mediaType: note.mediaType,
      sizeBytes: note.size,
      sha256: note.sha256,
      deviceId: options.deviceId,
      capturedAt: note.modifiedAt,
    };
    return { vault, facts };
  }

  return {
    takeIn: async (call, asked) => (await intake(call, asked)).facts,
    filed: async (call, opId, fileId) => (await options.vault(call)).markFiled(opId, fileId),

    async attach(call, { grantId, ...rest }) {
      const { vault, facts } = await intake(call, { opId: rest.opId, evidenceId: rest.evidenceId, grantId });
      const result = await options.attach(call, rest, facts);
      await vault.markFiled(rest.opId, result.file.id);
      return result;
    },

    async attachTo(call, { grantId, ...rest }) {
      const { vault, facts } = await intake(call, { opId: rest.opId, evidenceId: rest.attachmentId, grantId });
      const attachmentId = await options.attachTo(call, rest, facts);
      await vault.markFiled(rest.opId, attachmentId);
      return { attachmentId };
    },

    async preview(call, fileId): Promise<EvidencePreview> {
      const record = await options.fileRecord(call, fileId);
      await options.noteReading(call, fileId, record.resourceType);
      const file = await (await options.vault(call)).open(fileId);
      try {
        const mediaType = await sniff(file);
        const show = showAs(mediaType);
        shown.delete(fileId);
        shown.set(fileId, { call, mediaType: show === 'none' ? UNKNOWN_TYPE : mediaType });
        for (const oldest of shown.keys()) {
          if (shown.size <= MAX_SHOWN) break;
          shown.delete(oldest);
        }
        // The hash in the address keeps a picture of one version from being taken for another.
        return { mediaType, show, url: `kompl://app/vault/${fileId}?sha256=${record.sha256}`, size: file.size };
      } finally {
        await file.close();
      }
    },

    async verify(call, fileId): Promise<EvidenceCheck> {
      const record = await options.fileRecord(call, fileId);
      const actualSha256 = await hashInVault(await options.vault(call), fileId);
      return {
        agrees: actualSha256 === record.sha256,
        expectedSha256: record.sha256,
        actualSha256,
        checkedAt: options.now().toISOString(),
      };
    },

    unlock: (call, formerPassword) => options.unlock(call, formerPassword),

    async openShown(fileId, epoch) {
      const entry = shown.get(fileId);
      if (!entry || entry.call.epoch !== epoch) return null;
      const vault = await options.vault(entry.call);
      return { file: await vault.open(fileId), mediaType: entry.mediaType };
    },

    forget: () => shown.clear(),
  };
}

/** By its bytes, never by what its record says: the record came from another machine, perhaps. */
async function sniff(file: SealedFile): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of file.read(0, SNIFF_BYTES)) pieces.push(piece);
  return mediaTypeOf(Buffer.concat(pieces), file.size <= SNIFF_BYTES);
}

/** Null where the bytes cannot be trusted any more; a file that is not here or not unlocked is another matter. */
async function hashInVault(vault: Vault, fileId: string): Promise<string | null> {
  try {
    const file = await vault.open(fileId);
    try {
      return await file.hash();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof CodedError && error.code === 'VAULT_DAMAGED') return null;
    throw error;
  }
}
