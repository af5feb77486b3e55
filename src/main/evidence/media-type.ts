/** What a file is, by its first bytes and never by its name. HTML and SVG count as plain text: they must not come alive. */

/** How much of a file's start is looked at. */
export const SNIFF_BYTES = 64 * 1024;

export const UNKNOWN_TYPE = 'application/octet-stream';

interface Mark {
  readonly at: number;
  readonly bytes: string;
  readonly type: string;
}

/** Marks in latin1; the first that fits wins. */
const MARKS: readonly Mark[] = [
  { at: 0, bytes: '\x89PNG\r\n\x1a\n', type: 'image/png' },
  { at: 0, bytes: '\xff\xd8\xff', type: 'image/jpeg' },
  { at: 0, bytes: 'GIF87a', type: 'image/gif' },
  { at: 0, bytes: 'GIF89a', type: 'image/gif' },
  { at: 0, bytes: 'BM', type: 'image/bmp' },
  { at: 0, bytes: 'II*\0', type: 'image/tiff' },
  { at: 0, bytes: 'MM\0*', type: 'image/tiff' },
  { at: 0, bytes: '%PDF-', type: 'application/pdf' },
  { at: 0, bytes: '\x1f\x8b', type: 'application/gzip' },
  { at: 0, bytes: '7z\xbc\xaf\x27\x1c', type: 'application/x-7z-compressed' },
  { at: 0, bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', type: 'application/x-ole-storage' },
  { at: 0, bytes: 'OggS', type: 'audio/ogg' },
  { at: 0, bytes: 'ID3', type: 'audio/mpeg' },
];

const RIFF: Readonly<Record<string, string>> = { WEBP: 'image/webp', WAVE: 'audio/wav', 'AVI ': 'video/x-msvideo' };
const HEIF_BRANDS: ReadonlySet<string> = new Set(['heic', 'heix', 'hevc', 'mif1', 'msf1']);
const OFFICE: readonly (readonly [string, string])[] = [
  ['word/', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xl/', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['ppt/', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
];

/** `start` is the first `SNIFF_BYTES` at most; `whole` says that nothing follows. */
export function mediaTypeOf(start: Buffer, whole: boolean): string {
  if (start.length === 0) return UNKNOWN_TYPE;
  const text = start.toString('latin1', 0, Math.min(start.length, 4096));
  const mark = MARKS.find((each) => text.startsWith(each.bytes, each.at) && (each.bytes !== 'BM' || isBitmap(start)));
  if (mark) return mark.type;
  if (text.startsWith('RIFF')) return RIFF[text.slice(8, 12)] ?? UNKNOWN_TYPE;
  if (text.slice(4, 8) === 'ftyp') return isoMedia(text.slice(8, 12));
  if (text.startsWith('PK\x03\x04')) return OFFICE.find(([folder]) => text.includes(folder))?.[1] ?? 'application/zip';
  return isText(start, whole) ? 'text/plain' : UNKNOWN_TYPE;
}

function isoMedia(brand: string): string {
  if (HEIF_BRANDS.has(brand)) return 'image/heic';
  if (brand === 'avif') return 'image/avif';
  return brand === 'qt  ' ? 'video/quicktime' : 'video/mp4';
}

/** Two letters are too little to go by: the reserved words of the header must be zero as well. */
function isBitmap(start: Buffer): boolean {
  return start.length >= 26 && start.readUInt32LE(6) === 0;
}

/** UTF-8 without control characters but tab, line ends and form feed. */
function isText(start: Buffer, whole: boolean): boolean {
  for (const byte of start) if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: !whole });
    return true;
  } catch {
    return false; // not UTF-8
  }
}

/** How the window can show it. */
export function showAs(mediaType: string): 'image' | 'pdf' | 'text' | 'none' {
  if (['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp', 'image/avif'].includes(mediaType)) return 'image';
  if (mediaType === 'application/pdf') return 'pdf';
  return mediaType === 'text/plain' ? 'text' : 'none';
}
