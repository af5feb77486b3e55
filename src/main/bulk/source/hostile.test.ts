/** Archives and XML that only a broken program or an attacker writes: each is refused, and none fills the memory. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zip } from '../testing';
import { SourceFault } from './types';
import { type XmlEvent, xmlEvents } from './xml';
import { unpack, zipNames } from './zip';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kompl-hostile-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SourceFault)) throw new Error('no fault', { cause: error });
  return error.reason;
}

const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** Writes over a field behind every record with this signature, as an attacker does to an archive of a common program. */
function forged(bytes: Buffer, signature: number, change: (at: number, index: number) => void): Buffer {
  let index = 0;
  for (let at = 0; at + 4 <= bytes.length; at += 1) {
    if (bytes.readUInt32LE(at) !== signature) continue;
    change(at, index);
    index += 1;
  }
  if (index === 0) throw new Error('nothing to forge');
  return bytes;
}

async function read(bytes: Buffer, name: string): Promise<string> {
  count += 1;
  const path = join(root, `${count}.zip`);
  await writeFile(path, bytes);
  expect([...(await zipNames(path))]).toContain(name);
  const pieces: Buffer[] = [];
  for await (const piece of unpack(path, name)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('archives', () => {
  const files = { 'a.xml': 'x'.repeat(100_000), 'b.xml': 'y'.repeat(10) };

  it('reads what is whole, in the format for large ones too', async () => {
    await expect(read(await zip(files), 'a.xml')).resolves.toBe(files['a.xml']);
    await expect(read(await zip(files, true), 'b.xml')).resolves.toBe(files['b.xml']);
  });

  it.each<[string, string, (bytes: Buffer) => Buffer]>([
    ['unpacks to more than it says', 'damaged', (bytes) => forged(bytes, CENTRAL, (at) => bytes.writeUInt32LE(20, at + 24))],
    ['unpacks to less than it says', 'damaged', (bytes) => forged(bytes, CENTRAL, (at) => bytes.writeUInt32LE(200_000, at + 24))],
    ['says that it is huge', '2 GB', (bytes) => forged(bytes, CENTRAL, (at) => bytes.writeUInt32LE(0x8fffffff, at + 24))],
    [
      'says that it packs as nothing does',
      '250 times',
      (bytes) => forged(bytes, CENTRAL, (at) => bytes.writeUInt32LE(0x05000000, at + 24)),
    ],
    ['says that it holds very many', '10000 files', (bytes) => forged(bytes, END, (at) => bytes.writeUInt16LE(10_001, at + 10))],
    ['says that it holds more than it does', 'damaged', (bytes) => forged(bytes, END, (at) => bytes.writeUInt16LE(3, at + 10))],
    ['is encrypted', 'password', (bytes) => forged(bytes, CENTRAL, (at) => bytes.writeUInt16LE(1, at + 8))],
    ['is packed otherwise', 'packed', (bytes) => forged(bytes, CENTRAL, (at) => bytes.writeUInt16LE(12, at + 10))],
    ['holds a name that leads out', 'damaged', (bytes) => forged(bytes, CENTRAL, (at) => bytes.write('../ab', at + 46))],
    ['holds an absolute name', 'damaged', (bytes) => forged(bytes, CENTRAL, (at) => bytes.write('/', at + 46))],
    ['holds a name twice', 'damaged', (bytes) => forged(bytes, CENTRAL, (at) => bytes.write('a.xml', at + 46))],
    ['points behind its end', 'damaged', (bytes) => forged(bytes, CENTRAL, (at) => bytes.writeUInt32LE(0x00ffffff, at + 42))],
    ['is packed bytes turned', 'damaged', (bytes) => bytes.fill(0xff, 36, 60)],
  ])('refuses one that %s', async (_, reason, forge) => {
    expect(await reasonOf(read(forge(await zip(files)), 'a.xml'))).toContain(reason);
  });
});

describe('XML', () => {
  async function* bytes(text: string, size: number): AsyncGenerator<Buffer> {
    const whole = Buffer.from(text);
    for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
  }
  const events = async (text: string, size = 65_536): Promise<XmlEvent[]> => {
    const all: XmlEvent[] = [];
    for await (const event of xmlEvents(bytes(text, size))) all.push(event);
    return all;
  };

  it('reads names without prefix, entities, numbers and CDATA, in pieces of any size', async () => {
    const text = '<?xml version="1.0"?><!-- c --><x:a xmlns:x="n" r:id="1&amp;2">é&lt;&#65;<![CDATA[<&]]><b/></x:a>';
    for (const size of [1, 2, 7, 1000]) {
      const read = await events(text, size);
      expect(read.map(({ type }) => type).filter((type) => type !== 'text')).toEqual(['open', 'open', 'close', 'close']);
      expect(read[0]).toMatchObject({ name: 'a', attributes: { id: '1&2' } });
      expect(read.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe('é<A<&');
    }
  });

  it.each([
    ['a document type', '<!DOCTYPE x><x/>', 'document type'],
    ['an entity of the outside', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', 'document type'],
    ['entities of entities', '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>', 'document type'],
    ['an entity that nobody declared', '<x>&nbsp;</x>', 'broken'],
    ['tags that do not match', '<x><y></x></y>', 'broken'],
    ['an end before the end', '<x><y>', 'broken'],
    ['an attribute twice', '<x a="1" a="2"/>', 'broken'],
    ['nothing', '', 'broken'],
    ['elements inside of each other without end', '<x>'.repeat(100_000), 'broken'],
    ['text without end', `<x>${'y'.repeat(9_000_000)}`, 'broken'],
    ['a comment without end', `<x><!--${'y'.repeat(9_000_000)}`, 'broken'],
    ['a document type without end', `<!DOCTYPE x [${' '.repeat(9_000_000)}`, 'broken'],
  ])('refuses %s', async (_, text, reason) => {
    expect(await reasonOf(events(text))).toContain(reason);
  });

  it('takes a name of the prototype for a name', async () => {
    const [open] = await events('<x __proto__="1" constructor="2"/>');
    expect(JSON.stringify(open)).toBe('{"type":"open","name":"x","attributes":{"__proto__":"1","constructor":"2"}}');
    expect(Object.keys(Object.getPrototypeOf({}))).toEqual([]);
  });
});
