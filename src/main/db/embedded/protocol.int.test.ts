/** The embedded server's manners on the wire: many connections on one engine, each as if it were alone. */
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { embeddedFolder } from '../testing/databases';
import { EmbeddedClient } from './client';
import { inProcessTransport } from './transport';

let server: EmbeddedClient;
const clients: pg.Client[] = [];

beforeAll(async () => {
  server = await EmbeddedClient.start(inProcessTransport(), { dataDir: await embeddedFolder(), idleInTransactionMs: 300 });
  const client = await connect();
  await client.query('CREATE TABLE t (n integer PRIMARY KEY, note text)');
});

afterAll(async () => {
  for (const client of clients) await client.end();
  await server.stop();
});

async function connect(options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ stream: () => server.stream(), user: 'postgres', database: 'postgres', ...options });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

/** A connection on which the test speaks the protocol itself. */
function raw(): { stream: Duplex; next(): Promise<Buffer>; closed: Promise<void> } {
  const stream = server.stream() as Duplex & { connect(): void };
  const chunks: Buffer[] = [];
  let wake: () => void = () => undefined;
  stream.on('data', (chunk: Uint8Array) => {
    chunks.push(Buffer.from(chunk));
    wake();
  });
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  stream.connect();
  return {
    stream,
    closed,
    async next() {
      while (chunks.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return chunks.shift() ?? Buffer.alloc(0);
    },
  };
}

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const framed = (type: string, body: Buffer) => Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
const sql = (text: string) => framed('Q', Buffer.from(`${text}\0`));
/** Parse, Bind and Execute of one statement without parameters. */
const extended = (text: string) => [
  framed('P', Buffer.from(`\0${text}\0\0\0`)),
  framed('B', Buffer.alloc(8)),
  framed('E', Buffer.alloc(5)),
];
const STARTUP = (() => {
  const body = Buffer.concat([int32(196_608), Buffer.from('user\0x\0database\0x\0\0')]);
  return Buffer.concat([int32(body.length + 4), body]);
})();

test('refuses encryption with N, then takes the start-up packet, even byte by byte', async () => {
  const { stream, next } = raw();
  await new Promise((resolve) => stream.once('connect', resolve));
  stream.write(Buffer.concat([int32(8), int32(80_877_103)]));
  expect((await next()).toString()).toBe('N');
  for (const byte of STARTUP) stream.write(Buffer.from([byte]));
  const greeting = await next();
  expect(greeting[0]).toBe('R'.charCodeAt(0));
  expect(greeting.subarray(-6)).toEqual(framed('Z', Buffer.from('I')));
  stream.destroy();
});

test('ends a client that speaks something else, and only that client', async () => {
  const { stream, next, closed } = raw();
  await new Promise((resolve) => stream.once('connect', resolve));
  stream.write(STARTUP);
  await next();
  stream.write(framed('z', Buffer.from('nonsense')));
  expect((await next()).toString('latin1')).toContain('C08P01');
  await closed;
  const client = await connect();
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

test('keeps others out of a transaction, failed ones included, and lets them in afterwards in order', async () => {
  const [a, b, c] = [await connect(), await connect(), await connect()];
  await a.query('BEGIN');
  await a.query('INSERT INTO t VALUES (1)');
  const order: string[] = [];
  const second = b.query('SELECT count(*)::int AS n FROM t').then(({ rows }) => order.push(`b${rows[0].n}`));
  const third = c.query('SELECT count(*)::int AS n FROM t').then(({ rows }) => order.push(`c${rows[0].n}`));
  await expect(a.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
  await expect(a.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
  expect(order).toEqual([]);
  expect((await a.query('COMMIT')).command).toBe('ROLLBACK');
  await Promise.all([second, third]);
  expect(order).toEqual(['b0', 'c0']);
});

test('rolls back for a connection that dies inside a transaction or inside a batch', async () => {
  const dying = await connect();
  await dying.query('BEGIN');
  await dying.query('INSERT INTO t VALUES (2)');
  dying.connection.stream.destroy();

  const { stream, next } = raw();
  await new Promise((resolve) => stream.once('connect', resolve));
  stream.write(STARTUP);
  await next();
  stream.write(Buffer.concat([...extended('INSERT INTO t VALUES (3)'), framed('H', Buffer.alloc(0))]));
  expect((await next()).toString('latin1')).toContain('INSERT 0 1');
  stream.destroy();

  const other = await connect();
  expect((await other.query('SELECT n FROM t')).rows).toEqual([]);
});

test('answers pipelined statements in order, errors in their place', async () => {
  const client = await connect({ pipeline: true });
  const answers = await Promise.allSettled(
    Array.from({ length: 200 }, (_, n) =>
      client.query(n % 50 === 7 ? 'SELECT 1/$1::int' : 'SELECT $1::int AS n', [n % 50 === 7 ? 0 : n]),
    ),
  );
  answers.forEach((answer, n) => {
    if (n % 50 === 7) expect(answer).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
    else expect(answer).toMatchObject({ status: 'fulfilled', value: { rows: [{ n }] } });
  });
});

test('carries a large answer and a large parameter whole', async () => {
  const client = await connect();
  const large = 'ż'.repeat(3_000_000);
  const { rows } = await client.query('SELECT $1::text AS t', [large]);
  expect(rows[0].t === large).toBe(true);
});

test('takes COPY FROM STDIN and gives COPY TO STDOUT', async () => {
  const { stream, next } = raw();
  await new Promise((resolve) => stream.once('connect', resolve));
  stream.write(STARTUP);
  await next();
  stream.write(sql('COPY t FROM STDIN'));
  expect((await next()).toString('latin1', 0, 1)).toBe('G');
  // Somebody else works in between.
  const other = await connect();
  await other.query('SELECT 1');
  stream.write(framed('d', Buffer.from('10\tten\n')));
  stream.write(framed('d', Buffer.from('11\televen\n')));
  stream.write(framed('c', Buffer.alloc(0)));
  const answer = (await next()).toString('latin1');
  expect(answer).toContain('COPY 2');
  expect(answer[0]).toBe('C');
  stream.write(sql('COPY (SELECT n FROM t WHERE n >= 10 ORDER BY n) TO STDOUT'));
  expect((await next()).toString('latin1')).toMatch(/10\n[\s\S]*11\n/);
  // A refused COPY: its data is ignored and the connection goes on.
  stream.write(sql('COPY missing FROM STDIN'));
  await next();
  stream.write(Buffer.concat([framed('d', Buffer.from('1\n')), framed('c', Buffer.alloc(0)), sql('SELECT 42')]));
  let heard = '';
  while (!heard.includes('42')) heard += (await next()).toString('latin1');
  expect(heard).toContain('C42P01');
  stream.destroy();
  await other.query('DELETE FROM t');
});

test('a COPY by the extended protocol fails alone instead of ending the engine', async () => {
  const { stream, next } = raw();
  await new Promise((resolve) => stream.once('connect', resolve));
  stream.write(STARTUP);
  await next();
  stream.write(Buffer.concat([...extended('COPY t FROM STDIN'), framed('S', Buffer.alloc(0)), sql('SELECT 43')]));
  let heard = '';
  while (!heard.includes('43')) heard += (await next()).toString('latin1');
  expect(heard).toContain('C57014');
  stream.destroy();
});

test('ends a transaction that is left open and idle', async () => {
  const [idle, other] = [await connect(), await connect()];
  await idle.query('BEGIN');
  await idle.query('INSERT INTO t VALUES (20)');
  const ended = new Promise((resolve) => idle.once('error', resolve));
  expect((await other.query('SELECT n FROM t WHERE n = 20')).rows).toEqual([]);
  expect(await ended).toMatchObject({ code: '25P03' });
});

test('discards session state with the last connection', async () => {
  const own = await EmbeddedClient.start(inProcessTransport(), { dataDir: await embeddedFolder() });
  const open = async () => {
    const client = new pg.Client({ stream: () => own.stream(), user: 'postgres' });
    await client.connect();
    return client;
  };
  const first = await open();
  await first.query("SET app.leftover = 'behind'");
  await first.query('CREATE TEMP TABLE left_behind (n integer)');
  await first.end();
  const second = await open();
  const { rows } = await second.query(
    "SELECT nullif(current_setting('app.leftover', true), '') AS setting, to_regclass('pg_temp.left_behind') IS NULL AS gone",
  );
  expect(rows).toEqual([{ setting: null, gone: true }]);
  await second.end();
  await own.stop();
});

test('looks after itself in a quiet moment after much was written', async () => {
  const own = await EmbeddedClient.start(inProcessTransport(), { dataDir: await embeddedFolder(), quietMs: 20 });
  const client = new pg.Client({ stream: () => own.stream(), user: 'postgres' });
  await client.connect();
  const facts = async () => {
    const { rows } = await client.query<{ checkpoint: string; rows: number }>(
      "SELECT (pg_control_checkpoint()).checkpoint_lsn::text AS checkpoint, reltuples::int AS rows FROM pg_class WHERE relname = 'much'",
    );
    return rows[0];
  };
  await client.query('CREATE TABLE much (n integer, filler text)');
  const before = await facts();
  await client.query('INSERT INTO much SELECT n, repeat(md5(n::text), 60) FROM generate_series(1, 20000) n');
  let after = before;
  while (after?.checkpoint === before?.checkpoint) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    after = await facts();
  }
  expect(after?.rows).toBe(20_000);
  await client.end();
  await own.stop();
});
