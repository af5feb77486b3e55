/** The vault under attack: flipped, moved, repeated, cut and foreign bytes, wrong keys, changing sources and crashes. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@shared/errors';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHUNK_BYTES, HEADER_BYTES, layoutOf, TAG_BYTES } from './format';
import { type IngestRequest, type IngestStep, ingest } from './ingest';
import { openSealedFile } from './sealed-file';
import { openVault } from './vault';
import { vaultFolder } from './vault-keys';

const SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES;
const key = randomBytes(32);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kompl-vault-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return error instanceof CodedError ? error.code : String(error);
  }
}

function requestFor(bytes: Buffer, extra: Partial<IngestRequest> = {}): IngestRequest {
  const source = join(folder, 'source.bin');
  writeFileSync(source, bytes);
  const fileId = randomUUID();
  return {
    source,
    target: join(folder, 'files', `${fileId}.kev`),
    temporaryFolder: join(folder, 'incoming'),
    vaultKey: key,
    fileId,
    ...extra,
  };
}

async function readAll(path: string, fileId: string, vaultKey = key, start?: number, end?: number): Promise<Buffer> {
  const file = await openSealedFile(path, vaultKey, fileId);
  try {
    const pieces: Buffer[] = [];
    for await (const piece of file.read(start, end)) pieces.push(piece);
    return Buffer.concat(pieces);
  } finally {
    await file.close();
  }
}

/** Seals `bytes`, changes the sealed file, and says how reading it ends. */
async function readChanged(bytes: Buffer, change: (sealed: Buffer) => Buffer): Promise<string> {
  const request = requestFor(bytes);
  await ingest(request);
  writeFileSync(request.target, change(readFileSync(request.target)));
  return codeOf(readAll(request.target, request.fileId));
}

describe('a sealed file', () => {
  it.each([0, 1, 15, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 12345])(
    'gives back %i bytes as they were, with their hash',
    async (size) => {
      const bytes = randomBytes(size);
      const request = requestFor(bytes);
      const taken = await ingest(request);
      expect(taken).toMatchObject({ size, sha256: sha256(bytes) });
      expect((await readAll(request.target, request.fileId)).equals(bytes)).toBe(true);
      expect(readFileSync(request.target).includes(bytes.subarray(0, 64)) && size > 16).toBe(false);
      expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
    },
  );

  it('gives any range of itself', async () => {
    const bytes = randomBytes(2 * CHUNK_BYTES + 777);
    const request = requestFor(bytes);
    await ingest(request);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length + 5), fc.nat(bytes.length + 5), async (a, b) => {
        const [start, end] = a < b ? [a, b] : [b, a];
        expect((await readAll(request.target, request.fileId, key, start, end)).equals(bytes.subarray(start, end))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('shows one flipped bit anywhere', async () => {
    const bytes = randomBytes(CHUNK_BYTES + 100);
    const request = requestFor(bytes);
    await ingest(request);
    const sealed = readFileSync(request.target);
    const places = [
      0,
      9,
      13,
      20,
      35,
      60,
      95,
      123,
      HEADER_BYTES,
      HEADER_BYTES + 5000,
      HEADER_BYTES + CHUNK_BYTES + 3,
      sealed.length - 1,
    ];
    for (const place of places) {
      const changed = Buffer.from(sealed);
      changed[place] = (changed[place] ?? 0) ^ 1;
      writeFileSync(request.target, changed);
      expect(['VAULT_DAMAGED', 'VAULT_LOCKED'], `byte ${place}`).toContain(await codeOf(readAll(request.target, request.fileId)));
    }
  });

  it('shows chunks that changed places', async () => {
    const result = await readChanged(randomBytes(3 * CHUNK_BYTES), (sealed) => {
      const first = sealed.subarray(HEADER_BYTES, HEADER_BYTES + SEALED_CHUNK);
      const second = sealed.subarray(HEADER_BYTES + SEALED_CHUNK, HEADER_BYTES + 2 * SEALED_CHUNK);
      return Buffer.concat([sealed.subarray(0, HEADER_BYTES), second, first, sealed.subarray(HEADER_BYTES + 2 * SEALED_CHUNK)]);
    });
    expect(result).toBe('VAULT_DAMAGED');
  });

  it('shows a chunk that is there twice', async () => {
    const result = await readChanged(randomBytes(2 * CHUNK_BYTES), (sealed) => {
      const first = sealed.subarray(0, HEADER_BYTES + SEALED_CHUNK);
      return Buffer.concat([first, sealed.subarray(HEADER_BYTES)]);
    });
    expect(result).toBe('VAULT_DAMAGED');
  });

  it.each([
    ['a byte', -1],
    ['the last chunk, just at its border', -SEALED_CHUNK],
    ['all but the header', Number.NEGATIVE_INFINITY],
  ])('shows that %s is missing', async (_what, cut) => {
    const result = await readChanged(randomBytes(2 * CHUNK_BYTES), (sealed) =>
      sealed.subarray(0, Math.max(HEADER_BYTES, sealed.length + cut)),
    );
    expect(result).toBe('VAULT_DAMAGED');
  });

  it.each([1, TAG_BYTES, SEALED_CHUNK])('shows %i bytes added', async (extra) => {
    expect(await readChanged(randomBytes(CHUNK_BYTES), (sealed) => Buffer.concat([sealed, randomBytes(extra)]))).toBe(
      'VAULT_DAMAGED',
    );
  });

  it('does not open under another key, nor under another name', async () => {
    const request = requestFor(Buffer.from('signed minutes'));
    await ingest(request);
    expect(await codeOf(readAll(request.target, request.fileId, randomBytes(32)))).toBe('VAULT_LOCKED');
    expect(await codeOf(readAll(request.target, randomUUID()))).toBe('VAULT_DAMAGED');
    expect(await codeOf(readAll(join(folder, 'nothing.kev'), request.fileId))).toBe('NOT_ON_THIS_DEVICE');
  });

  it('never uses a key or a nonce twice for the same text', async () => {
    const bytes = randomBytes(1000);
    const [one, two] = [requestFor(bytes), requestFor(bytes)];
    await ingest(one);
    await ingest({ ...two, fileId: one.fileId, target: two.target });
    const [a, b] = [readFileSync(one.target), readFileSync(two.target)];
    expect(a.subarray(32).equals(b.subarray(32))).toBe(false);
    expect(a.subarray(HEADER_BYTES).equals(b.subarray(HEADER_BYTES))).toBe(false);
  });

  it('has one division into chunks for every possible size', () => {
    fc.assert(
      fc.property(fc.nat(5 * 1024 ** 3), (plain) => {
        const chunks = Math.max(1, Math.ceil(plain / CHUNK_BYTES));
        expect(layoutOf(HEADER_BYTES + plain + chunks * TAG_BYTES)).toEqual({ chunks, plainBytes: plain });
      }),
    );
  });
});

describe('taking a file in', () => {
  it('refuses a source that grew while it was read, and leaves nothing', async () => {
    const request = requestFor(randomBytes(5000));
    const work = ingest({
      ...request,
      after: async (step) => {
        if (step === 'read') appendFileSync(request.source, 'more');
      },
    });
    expect(await codeOf(work)).toBe('FILE_CHANGED');
    expect(existsSync(request.target)).toBe(false);
    expect(readdirSync(request.temporaryFolder)).toEqual([]);
  });

  it('refuses a source that was rewritten at the same size', async () => {
    const request = requestFor(Buffer.alloc(5000, 1));
    const work = ingest({
      ...request,
      after: async (step) => {
        if (step !== 'read') return;
        writeFileSync(request.source, Buffer.alloc(5000, 2));
        utimesSync(request.source, new Date(), new Date(Date.now() + 5000));
      },
    });
    expect(await codeOf(work)).toBe('FILE_CHANGED');
  });

  it('refuses a source that another file took the place of', async () => {
    const request = requestFor(Buffer.alloc(5000, 1));
    const work = ingest({
      ...request,
      after: async (step) => {
        if (step !== 'read') return;
        rmSync(request.source);
        writeFileSync(request.source, Buffer.alloc(5000, 1));
      },
    });
    expect(await codeOf(work)).toBe('FILE_CHANGED');
  });

  it('finds out when the disk gave back something else than was written', async () => {
    const request = requestFor(randomBytes(CHUNK_BYTES + 5));
    const work = ingest({
      ...request,
      after: async (step) => {
        if (step !== 'flushed') return;
        const [name] = readdirSync(request.temporaryFolder);
        const path = join(request.temporaryFolder, name ?? '');
        const sealed = readFileSync(path);
        sealed[HEADER_BYTES + 7] = (sealed[HEADER_BYTES + 7] ?? 0) ^ 0x80;
        writeFileSync(path, sealed);
      },
    });
    expect(await codeOf(work)).toBe('VAULT_DAMAGED');
    expect(existsSync(request.target)).toBe(false);
  });

  it.each(['read', 'flushed', 'verified'] as const)('leaves nothing under the final name when it dies after %s', async (at) => {
    const request = requestFor(randomBytes(2000));
    const work = ingest({
      ...request,
      after: async (step) => {
        if (step === at) throw new Error('dead');
      },
    });
    await expect(work).rejects.toThrow('dead');
    expect(existsSync(request.target)).toBe(false);
  });

  it('names a folder, a missing file and a file that is not there any more', async () => {
    const request = requestFor(Buffer.from('x'));
    expect(await codeOf(ingest({ ...request, source: folder }))).toBe('FILE_UNREADABLE');
    expect(await codeOf(ingest({ ...request, source: join(folder, 'gone') }))).toBe('FILE_UNREADABLE');
  });
});

describe('the vault of a person', () => {
  const ids = { tenantId: randomUUID(), personId: randomUUID() };
  const open = (after?: (step: IngestStep) => Promise<void>, vaultKey = key) =>
    openVault({ root: folder, ...ids, key: vaultKey, newId: randomUUID, after });
  const intakeOf = (text: string) => {
    const source = join(folder, 'note.txt');
    writeFileSync(source, text);
    return { opId: randomUUID(), evidenceId: randomUUID(), source: async () => ({ path: source, name: 'note.txt' }) };
  };

  it('finds the same file again for the same operation, though the source has changed since', async () => {
    const vault = open();
    const request = intakeOf('first');
    const one = await vault.intake(request);
    writeFileSync(join(folder, 'note.txt'), 'second');
    expect(await open().intake(request)).toEqual(one);
    expect(one).toMatchObject({ mediaType: 'text/plain', size: 5, state: 'sealed' });
  });

  it('makes one file of two tries at once', async () => {
    const vault = open();
    const request = intakeOf('once');
    const [one, two] = await Promise.all([vault.intake(request), vault.intake(request)]);
    expect(one.fileId).toBe(two.fileId);
    expect(readdirSync(join(vaultFolder(folder, ids.tenantId, ids.personId), 'files'))).toHaveLength(1);
  });

  it('refuses an operation id that was used for other evidence', async () => {
    const vault = open();
    const request = intakeOf('a');
    await vault.intake(request);
    expect(await codeOf(vault.intake({ ...request, evidenceId: randomUUID() }))).toBe('OPERATION_REUSED');
  });

  it('lists what is sealed but not filed', async () => {
    const vault = open();
    const [one, two] = [intakeOf('a'), intakeOf('b')];
    await vault.intake(one);
    await vault.intake(two);
    await vault.markFiled(one.opId, randomUUID());
    expect((await vault.orphans()).map((note) => note.opId)).toEqual([two.opId]);
  });

  it('finds the bytes under the name of the record that had them before', async () => {
    const vault = open();
    const recordId = randomUUID();
    const note = await vault.intake(intakeOf('the same bytes'));
    await vault.markFiled(note.opId, recordId);
    const file = await open().open(recordId);
    expect(await file.hash()).toBe(note.sha256);
    await file.close();
    expect(await codeOf(vault.open(randomUUID()))).toBe('NOT_ON_THIS_DEVICE');
  });

  it('sweeps away what a crash left, and only that', async () => {
    const vault = open();
    const note = await vault.intake(intakeOf('kept'));
    const incoming = join(vaultFolder(folder, ids.tenantId, ids.personId), 'incoming');
    writeFileSync(join(incoming, 'half.part'), 'half');
    expect(await vault.sweep()).toBe(1);
    const file = await vault.open(note.fileId);
    expect(await file.hash()).toBe(note.sha256);
    await file.close();
  });

  it('writes neither names nor keys nor text in the clear', async () => {
    const { path } = await intakeOf('whistle-blower statement').source();
    const source = async () => ({ path, name: 'statement of A. Berg.txt' });
    const note = await open().intake({ opId: randomUUID(), evidenceId: randomUUID(), source });
    await open().markFiled(note.opId, randomUUID());
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(?:kev|note|alias|json)$/.test(path)) continue;
      const bytes = readFileSync(join(folder, path));
      expect(bytes.includes('Berg') || bytes.includes('whistle') || bytes.includes(key)).toBe(false);
    }
  });

  it('does not read its notes with another key', async () => {
    const request = intakeOf('a');
    await open().intake(request);
    expect(await codeOf(open(undefined, randomBytes(32)).intake(request))).toBe('VAULT_DAMAGED');
  });

  it('refuses ids that are no ids', async () => {
    await expect(async () => open().open('../../../etc/passwd')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(() => vaultFolder(folder, '..', ids.personId)).toThrow(TypeError);
  });
});
