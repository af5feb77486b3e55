// PgBouncer before a test server, in transaction mode, the way an administrator would set
// it up: every person's own SCRAM sign-in passes through, no password is known to it but
// that of its look-up role.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, closeSync, openSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StepError, tailOf } from './run.mjs';
import { freePort } from './server-folder.mjs';

const startMs = 15_000;
const lookupRole = 'pgbouncer_lookup';

/**
 * What an administrator runs once in each database behind PgBouncer (until 1.19 the
 * look-up happens in the database that is connected to). Only sign-in roles of persons:
 * never a superuser's verifier, never a role that may not sign in or whose time is over.
 */
export const lookupSql = `
create schema if not exists pgbouncer;
create or replace function pgbouncer.pgbouncer_get_auth(wanted text)
returns table (username text, password text)
language sql stable security definer set search_path = pg_catalog
as $$
  select a.rolname::text, a.rolpassword::text
    from pg_catalog.pg_authid a
   where a.rolname = wanted and a.rolcanlogin and not a.rolsuper and not a.rolreplication
     and (a.rolvaliduntil is null or a.rolvaliduntil > pg_catalog.now())
$$;
revoke all on schema pgbouncer from public;
revoke all on function pgbouncer.pgbouncer_get_auth(text) from public;
grant usage on schema pgbouncer to ${lookupRole};
grant execute on function pgbouncer.pgbouncer_get_auth(text) to ${lookupRole};
`;

/**
 * @param {{pg: import('./postgres.mjs').PostgresServer, port?: number,
 *   settings?: Record<string, string | number>}} options
 * @returns {Promise<{host: string, port: number, pid: number, logFile: string, stop: () => Promise<void>,
 *   prepareDatabase: (name: string) => Promise<void>}>} `prepareDatabase` installs the look-up in a
 *   database that was not made from template1
 */
export async function startPgBouncer({ pg, port: wantedPort, settings = {} }) {
  const lookupPassword = randomBytes(18).toString('base64url');
  await pg.psql(
    `do $$ begin create role ${lookupRole} login; exception when duplicate_object then null; end $$;
     alter role ${lookupRole} password '${lookupPassword}';`,
  );
  // template1 as well: every database that a test makes has the look-up from birth.
  for (const database of ['postgres', 'template1']) await pg.psql(lookupSql, database);

  const port = wantedPort ?? (await freePort());
  const at = (name) => join(pg.folder, name);
  const logFile = at('pgbouncer.log');
  writeFileSync(at('userlist.txt'), `"${lookupRole}" "${lookupPassword}"\n`, { mode: 0o600 });
  writeFileSync(at('pgbouncer.ini'), configuration({ pg, port, settings, userlist: at('userlist.txt') }), { mode: 0o600 });
  for (const name of ['userlist.txt', 'pgbouncer.ini']) {
    chmodSync(at(name), 0o600);
    if (pg.account.uid !== undefined) chownSync(at(name), pg.account.uid, pg.account.gid);
  }
  const log = openSync(logFile, 'a');
  const child = spawn('pgbouncer', [at('pgbouncer.ini')], {
    cwd: pg.folder,
    ...pg.account,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let failure;
  child.once('error', (error) => {
    failure = error.code === 'ENOENT' ? 'pgbouncer is not installed' : error.message;
  });
  const ended = new Promise((done) => child.once('exit', done));
  const deadline = Date.now() + startMs;
  while (!(await answers(port))) {
    const code = child.exitCode;
    if (failure || code !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new StepError({
        reason: failure ?? (code === null ? 'pgbouncer does not answer' : `pgbouncer ended with code ${code}`),
        remedy: 'node scripts/setup.mjs --for test',
        logFile,
        tail: tailOf(logFile),
      });
    }
    await pause(50);
  }
  writeFileSync(at('pgbouncer.pid'), `${child.pid}\n`);
  return {
    host: '127.0.0.1',
    port,
    pid: child.pid,
    logFile,
    prepareDatabase: (name) => pg.psql(lookupSql, name),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM'); // at once: SIGINT would wait for the clients
      const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(killer);
    },
  };
}

function configuration({ pg, port, settings, userlist }) {
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    pool_mode: 'transaction',
    auth_type: 'scram-sha-256',
    auth_file: userlist,
    auth_user: lookupRole,
    auth_query: 'select username, password from pgbouncer.pgbouncer_get_auth($1)',
    max_client_conn: 500,
    default_pool_size: 20,
    max_db_connections: 60,
    server_idle_timeout: 30,
    ignore_startup_parameters: 'extra_float_digits',
    client_tls_sslmode: 'allow',
    client_tls_cert_file: pg.certificates.certFile,
    client_tls_key_file: pg.certificates.keyFile,
    ...settings,
  };
  const text = Object.entries(lines).map(([name, value]) => `${name} = ${value}`);
  return `[databases]\n* = host=${pg.host} port=${pg.port}\n\n[pgbouncer]\n${text.join('\n')}\n`;
}

function answers(port) {
  return new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
