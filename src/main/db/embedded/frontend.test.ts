/** Units are cut at the same places however the bytes arrive, and nonsense is refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrontendReader, ProtocolError, type Unit } from './frontend';

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const message = (type: string, body = '') =>
  Buffer.concat([Buffer.from(type), int32(body.length + 4), Buffer.from(body, 'latin1')]);
const startup = (version: number, body: Buffer) => Buffer.concat([int32(body.length + 8), int32(version), body]);

function units(reader: FrontendReader): Unit[] {
  const all: Unit[] = [];
  for (let unit = reader.unit(); unit !== null; unit = reader.unit()) all.push(unit);
  return all;
}

/** What a unit is made of, by message types. */
const shape = (unit: Unit) => {
  if (unit.kind !== 'run') return unit.kind;
  let types = '';
  for (let at = 0; at < unit.bytes.length; at += 1 + unit.bytes.readInt32BE(at + 1))
    types += unit.bytes.toString('latin1', at, at + 1);
  return `${types}${unit.endsBatch ? '' : '…'}`;
};

const STORY = Buffer.concat([
  message('Q', 'SELECT 1\0'),
  message('P', '\0SELECT 2\0\0\0'),
  message('B', '\0\0\0\0\0\0\0\0'),
  message('E', '\0\0\0\0\0'),
  message('S'),
  message('P', '\0SELECT 3\0\0\0'),
  message('H'),
  message('S'),
  message('Q', 'COPY t FROM STDIN WITH (FORMAT csv)\0'),
  message('d', '1\n'),
  message('S'),
  message('d', '2\n'),
  message('c'),
  message('d', 'left over'),
  message('Q', "SELECT 'COPY t FROM STDIN'\0"),
  message('X'),
]);
const SHAPES = ['Q', 'PBES', 'PH…', 'S', 'copyIn', 'Qddc', 'Q', 'terminate'];

describe('units', () => {
  test('are the same in one piece and in any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const reader = new FrontendReader();
        const seen: string[] = [];
        for (let at = 0, turn = 0; at < STORY.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          reader.push(STORY.subarray(at, at + size));
          at += size;
          seen.push(...units(reader).map(shape));
        }
        expect(seen).toEqual(SHAPES);
      }),
    );
  });

  test.each([
    ['COPY a FROM STDIN', true],
    ['  copy a.b (x, y)\n from stdin', true],
    ['BEGIN; COPY a FROM STDIN; COMMIT', true],
    ["SELECT 'COPY a FROM STDIN'", false],
    ['COPY a TO STDOUT', false],
    ["COPY a FROM '/file'; SELECT 1", false],
    ['SELECT 1 -- copy a from stdin', false],
  ])('%s waits for data: %s', (sql, waits) => {
    const reader = new FrontendReader();
    reader.push(message('Q', `${sql}\0`));
    expect(reader.unit()?.kind).toBe(waits ? 'copyIn' : 'run');
  });

  test('unknown types and impossible lengths are refused', () => {
    for (const bad of [message('z'), Buffer.concat([Buffer.from('Q'), int32(3)]), Buffer.concat([Buffer.from('Q'), int32(-1)])]) {
      const reader = new FrontendReader();
      reader.push(bad);
      expect(() => reader.unit()).toThrow(ProtocolError);
    }
  });
});

describe('start-up', () => {
  test('reads parameters, also in pieces', () => {
    const bytes = startup(196_608, Buffer.from('user\0u\0database\0d\0\0'));
    const reader = new FrontendReader();
    for (const byte of bytes.subarray(0, -1)) {
      reader.push(Buffer.from([byte]));
      expect(reader.startup()).toBeNull();
    }
    reader.push(bytes.subarray(-1));
    expect(reader.startup()).toEqual({
      kind: 'start',
      parameters: new Map([
        ['user', 'u'],
        ['database', 'd'],
      ]),
    });
  });

  test('knows requests for encryption and for cancelling', () => {
    for (const [version, kind] of [
      [80_877_103, 'encryption'],
      [80_877_104, 'encryption'],
      [80_877_102, 'cancel'],
    ] as const) {
      const reader = new FrontendReader();
      reader.push(startup(version, Buffer.alloc(0)));
      expect(reader.startup()).toEqual({ kind });
    }
  });

  test('refuses other protocols and endless packets', () => {
    for (const bad of [startup(131_072, Buffer.alloc(0)), Buffer.concat([int32(1_000_000), int32(196_608)]), Buffer.alloc(8)]) {
      const reader = new FrontendReader();
      reader.push(bad);
      expect(() => reader.startup()).toThrow(ProtocolError);
    }
  });
});
