/**
 * A ZIP looked through before any library unpacks it: how many parts it names, and how large they really become, unpacked as a stream
 * that stops at the limit. What a header claims is not believed. Works wherever `DecompressionStream` does.
 */
export interface ZipLimits {
  /** Parts at most. */
  readonly entries: number;
  /** Bytes of all parts unpacked, at most. */
  readonly unpacked: number;
}

export type ZipFault = 'broken' | 'protected' | 'entries' | 'unpacked';

export class ZipRefused extends Error {
  readonly fault: ZipFault;
  constructor(fault: ZipFault) {
    super(fault);
    this.name = 'ZipRefused';
    this.fault = fault;
  }
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
/** The end record lies in the last bytes: 22 and a comment of 65,535 at most. */
const TAIL = 22 + 65_535;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packed: Uint8Array<ArrayBuffer>;
}

/** Unpacks every part within the limits and keeps those wanted as text. Throws ZipRefused. */
export async function readZip(
  bytes: Uint8Array<ArrayBuffer>,
  limits: ZipLimits,
  wanted: (name: string) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>();
  let left = limits.unpacked;
  for (const { name, method, packed } of entriesOf(bytes, limits.entries)) {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of unpacked(packed, method)) {
      left -= piece.length;
      size += piece.length;
      if (left < 0) throw new ZipRefused('unpacked');
      if (wanted(name)) pieces.push(piece);
    }
    if (wanted(name)) kept.set(name, textOf(pieces, size));
  }
  return kept;
}

function textOf(pieces: readonly Uint8Array[], size: number): string {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return new TextDecoder().decode(whole);
}

async function* unpacked(packed: Uint8Array<ArrayBuffer>, method: number): AsyncGenerator<Uint8Array> {
  if (method === STORED) {
    yield packed;
    return;
  }
  if (method !== DEFLATED) throw new ZipRefused('broken');
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw error instanceof ZipRefused ? error : new ZipRefused('broken');
  } finally {
    // stops the unpacking where it is given up
    await reader.cancel().catch(() => undefined);
  }
}

function entriesOf(bytes: Uint8Array<ArrayBuffer>, most: number): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number16 = (at: number) => (at >= 0 && at + 2 <= bytes.length ? view.getUint16(at, true) : refuse());
  const number32 = (at: number) => (at >= 0 && at + 4 <= bytes.length ? view.getUint32(at, true) : refuse());
  let end = bytes.length - 22;
  const earliest = Math.max(0, bytes.length - TAIL);
  while (end >= earliest && number32(end) !== END) end -= 1;
  if (end < earliest) refuse();
  const count = number16(end + 10);
  if (count > most) throw new ZipRefused('entries');
  const entries: Entry[] = [];
  let at = number32(end + 16);
  for (let nth = 0; nth < count; nth += 1) {
    if (number32(at) !== CENTRAL) refuse();
    if ((number16(at + 8) & 1) === 1) throw new ZipRefused('protected');
    const nameLength = number16(at + 28);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = number32(at + 42);
    if (number32(local) !== LOCAL) refuse();
    const start = local + 30 + number16(local + 26) + number16(local + 28);
    const size = number32(at + 20);
    if (start + size > bytes.length) refuse();
    entries.push({ name, method: number16(at + 10), packed: bytes.slice(start, start + size) });
    at += 46 + nameLength + number16(at + 30) + number16(at + 32);
  }
  return entries;
}

function refuse(): never {
  throw new ZipRefused('broken');
}
