// PgBouncer's look-up against a real server: whom it lets through, and whom never.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';

const { KOMPL_TEST_PG_URL: url, KOMPL_TEST_PGBOUNCER_HOST: host, KOMPL_TEST_PGBOUNCER_PORT: port } = process.env;
const name = `bouncer_${randomBytes(4).toString('hex')}`;
const password = 'right horse';
let admin;

beforeAll(async () => {
  if (!url) throw new Error('KOMPL_TEST_PG_URL is not set: run npm test -- int');
  admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`create role ${name} login password '${password}'`);
  await admin.query(`create role ${name}_late login password '${password}' valid until '2001-01-01'`);
  await admin.query(`create database ${name}`);
});

afterAll(async () => {
  await admin?.query(`drop database if exists ${name} with (force)`);
  await admin?.query(`drop role if exists ${name}`);
  await admin?.query(`drop role if exists ${name}_late`);
  await admin?.end();
});

async function whoAmI(user, secret) {
  const client = new pg.Client({ host, port: Number(port), database: name, user, password: secret });
  client.on('error', () => undefined); // a refusal is told by connect() too
  await client.connect();
  try {
    const { rows } = await client.query('select session_user as who');
    return rows[0].who;
  } finally {
    await client.end();
  }
}

it('passes a person’s own sign-in through, in a database made later', async () => {
  expect(await whoAmI(name, password)).toBe(name);
});

it('refuses a wrong password, an unknown person and one whose time is over', async () => {
  await expect(whoAmI(name, 'wrong')).rejects.toThrow();
  await expect(whoAmI('nobody_at_all', password)).rejects.toThrow();
  await expect(whoAmI(`${name}_late`, password)).rejects.toThrow();
});

it('never lets a superuser in, even with the right password', async () => {
  const { username, password: secret } = new URL(url);
  await expect(whoAmI(username, secret)).rejects.toThrow();
});

it('lets nobody but its own role read verifiers', async () => {
  await admin.query(`set role ${name}`);
  await expect(admin.query(`select * from pgbouncer.pgbouncer_get_auth('${name}')`)).rejects.toThrow('permission denied');
  await admin.query('reset role');
});
