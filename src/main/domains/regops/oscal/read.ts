/**
 * From the bytes of a file to one JSON document, strictly: size, text encoding, syntax with the place of a fault, and the few
 * characters that JSON can carry but PostgreSQL's jsonb cannot. Nothing is repaired; what is refused is refused with its place.
 */
import { CodedError } from '@shared/errors';
import { findJsonFault } from './json-scan';

/** The largest catalogue that is read; the largest published ones are below 10 MiB. */
export const MAX_CATALOG_BYTES = 64 * 1024 * 1024;

/** How other formats of a catalogue begin. */
const OTHER_FORMATS: Readonly<Record<string, string>> = {
  '<': 'XML, not JSON; take the JSON form of the catalogue',
  '%PDF': 'a PDF, not JSON',
  'catalog:': 'YAML, not JSON; take the JSON form of the catalogue',
};

export interface JsonDocument {
  /** The text as it stood in the file, without a byte order mark. */
  readonly text: string;
  readonly value: unknown;
}

/** Decodes and parses; throws FILE_TOO_LARGE or CATALOG_INVALID with `fileName` and the place. */
export function readJsonDocument(input: string | Uint8Array, fileName: string): JsonDocument {
  const size = typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength;
  if (size > MAX_CATALOG_BYTES) throw new CodedError('FILE_TOO_LARGE', { fileName, size, limit: MAX_CATALOG_BYTES });
  const text = (typeof input === 'string' ? input : decode(input, fileName)).replace(/^\ufeff/, '');
  if (text.trim() === '') throw invalid(fileName, 'the file is empty');
  const other = Object.entries(OTHER_FORMATS).find(([start]) => text.trimStart().startsWith(start));
  if (other) throw invalid(fileName, `it is ${other[1]}`);
  const fault = findJsonFault(text);
  if (fault) {
    const { line, column, offset, reason } = fault;
    throw new CodedError('CATALOG_INVALID', { fileName, line, column, offset, reason: `it is not JSON: ${reason}` });
  }
  return { text, value: JSON.parse(text) };
}

function invalid(fileName: string, reason: string, place: { offset?: number } = {}): CodedError {
  return new CodedError('CATALOG_INVALID', { fileName, reason, ...place });
}

function decode(bytes: Uint8Array, fileName: string): string {
  const [first, second, third] = bytes;
  const utf16 =
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff) ||
    first === 0 ||
    (second === 0 && third !== undefined);
  if (utf16) throw invalid(fileName, 'the text is UTF-16 or UTF-32; JSON files are UTF-8, save it as UTF-8');
  if (first === 0x1f && second === 0x8b) throw invalid(fileName, 'the file is compressed (gzip); unpack it first');
  if (first === 0x50 && second === 0x4b) throw invalid(fileName, 'the file is a ZIP archive or an office document, not JSON');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    const offset = firstBadByte(bytes);
    throw invalid(fileName, `the text is not UTF-8: byte ${offset} belongs to no character`, { offset });
  }
}

/** Offset of the first byte that is not UTF-8: the longest prefix that decodes, found by halving. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.byteLength;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    try {
      // `stream` forgives a character that the cut itself splits.
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      bad = middle;
    }
  }
  return good;
}
