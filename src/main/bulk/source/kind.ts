/**
 * What a file is, by its first bytes and not by what it is called: a workbook that is named .csv, an old .xls, a workbook that is
 * locked by a password. Each that cannot be read is told apart, with what to do about it.
 */
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { SourceFault } from './types';

export type SourceFormat = 'csv' | 'xlsx' | 'json' | 'jsonl';

const HEAD = 64 * 1024;
/** Compound files: what Excel wrote until 2003, and what it wraps a workbook with a password in (MS-CFB 2.2). */
const COMPOUND = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
const ZIP = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
const EMPTY_ZIP = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const ENCRYPTED = Buffer.from('EncryptedPackage', 'utf16le');

const BY_NAME: Readonly<Record<string, SourceFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.json': 'json',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.xlsx': 'xlsx',
  '.xlsm': 'xlsx',
};

/** The endings of files that can be read, with their points. */
export const SOURCE_ENDINGS: readonly string[] = Object.keys(BY_NAME);

/** Null for an ending that no reader knows. */
export function formatOfName(path: string): SourceFormat | null {
  return BY_NAME[extname(path).toLowerCase()] ?? null;
}

/**
 * The format of a file, `given` or by its name, checked against its first bytes. Throws SourceFault with the remedy for what cannot be read.
 */
export async function formatOf(path: string, given: SourceFormat | null = null): Promise<SourceFormat> {
  const head = await headOf(path);
  const ending = extname(path).toLowerCase();
  if (head.subarray(0, 8).equals(COMPOUND)) {
    throw new SourceFault(
      null,
      (await holds(path, ENCRYPTED))
        ? 'is protected by a password; take the password off in the spreadsheet program and save it again'
        : 'is a workbook of the old kind (.xls); open it in a spreadsheet program and save it as .xlsx or CSV',
    );
  }
  const zipped = head.subarray(0, 4).equals(ZIP) || head.subarray(0, 4).equals(EMPTY_ZIP);
  if (zipped && head.includes('mimetypeapplication/vnd.oasis')) {
    throw new SourceFault(null, 'is an OpenDocument file; save it as .xlsx or CSV');
  }
  if (head.subarray(0, 5).toString('latin1') === '%PDF-')
    throw new SourceFault(null, 'is a PDF; it holds no table that can be read here');
  const format = given ?? formatOfName(path);
  if (format === null) {
    if (zipped) return 'xlsx';
    throw new SourceFault(null, `is none of ${SOURCE_ENDINGS.join(', ')}`);
  }
  if (zipped && format !== 'xlsx') throw new SourceFault(null, 'is a workbook by its content; let its name end in .xlsx');
  if (!zipped && format === 'xlsx') {
    if (ending === '.xls' || /^\s*<(html|!doctype html|table|\?xml)/i.test(head.subarray(0, 200).toString('latin1')))
      throw new SourceFault(null, 'is a web page and no workbook; open it in a spreadsheet program and save it as .xlsx');
    throw new SourceFault(null, 'is no workbook: it is no ZIP file');
  }
  return format;
}

async function headOf(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(HEAD);
    const { bytesRead } = await handle.read(buffer, 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Whether the bytes stand in the file's first or last pieces, where compound files keep their directory. */
async function holds(path: string, wanted: Buffer): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const piece = 4 * 1024 * 1024;
    for (const at of new Set([0, Math.max(0, size - piece)])) {
      const buffer = Buffer.alloc(Math.min(piece, size - at));
      await handle.read(buffer, 0, buffer.length, at);
      if (buffer.includes(wanted)) return true;
    }
    return false;
  } finally {
    await handle.close();
  }
}
