// A real PostgreSQL for tests and benches: a cluster of its own on a free loopback port,
// SCRAM only, TLS with an authority of its own, in a folder that goes away at the end.
import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeCertificates } from './certificates.mjs';
import { findPostgres } from './pgvector.mjs';
import { run, StepError, tailOf } from './run.mjs';
import { adoptFolder, childrenOf, freePort, isAlive, makeServerFolder, readPid, serverAccount } from './server-folder.mjs';

const startSeconds = '60';

/**
 * @typedef {object} PostgresServer
 * @property {string} host always 127.0.0.1
 * @property {number} port
 * @property {string} superuserUrl of the database "postgres", without TLS parameters
 * @property {string} password of the superuser "postgres"
 * @property {string} caFile authority that signed the server's certificate (127.0.0.1, localhost)
 * @property {string} folder everything of this server
 * @property {string} logFile
 * @property {import('./pgvector.mjs').PostgresPrograms} programs
 * @property {() => Promise<void>} stop ends it and removes its folder
 * @property {() => Promise<void>} restart starts it again, after a stop of sessions or a kill
 * @property {() => Promise<void>} kill9 as a power cut for the processes: SIGKILL to all
 * @property {(sql: string, database?: string) => Promise<void>} psql runs SQL as superuser
 */

/**
 * Starts a server.
 * @param {{folder?: string, port?: number, settings?: Record<string, string | number>}} [options]
 *   `folder` is created and removed; `settings` are further lines of postgresql.conf.
 * @returns {Promise<PostgresServer>}
 */
export async function startPostgres(options = {}) {
  const programs = findPostgres();
  if (!programs) {
    throw new StepError({
      reason: 'PostgreSQL 14 or newer was not found',
      remedy: 'node scripts/setup.mjs --for test',
    });
  }
  const account = serverAccount();
  const folder = options.folder ?? makeServerFolder(account);
  if (options.folder) adoptFolder(folder, account);
  const data = join(folder, 'data');
  const logFile = join(folder, 'postgres.log');
  const password = randomBytes(18).toString('base64url');
  const port = options.port ?? (await freePort());
  const program = (name) => join(programs.bin, name);
  const asServer = { ...account, cwd: folder };

  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o644 }); // the folder itself is 0700
  await run(
    program('initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-E',
      'UTF8',
      `--locale=${locale()}`,
      '--data-checksums',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--no-sync',
    ],
    { ...asServer, name: 'postgres-initdb' },
  );
  rmSync(passwordFile);
  const certificates = await makeCertificates(folder, account);
  appendFileSync(join(data, 'postgresql.conf'), configuration({ port, certificates, settings: options.settings }));

  const start = async () => {
    // A killed server's shared memory may outlive it by a moment: a few tries are normal.
    for (let attempt = 1; ; attempt += 1) {
      try {
        await run(program('pg_ctl'), ['-D', data, '-l', logFile, '-w', '-t', startSeconds, 'start'], {
          ...asServer,
          name: 'postgres-start',
        });
        return;
      } catch (error) {
        if (attempt < 5) {
          await pause(500);
          continue;
        }
        error.tail = tailOf(logFile);
        throw error;
      }
    }
  };
  const halt = (mode) =>
    run(program('pg_ctl'), ['-D', data, '-w', '-t', '60', '-m', mode, 'stop'], {
      ...asServer,
      name: 'postgres-stop',
      okCodes: [0, 1], // 1: it was not running
    });

  await start();
  const environment = { ...process.env, PGPASSWORD: password, PGCONNECT_TIMEOUT: '10' };
  return {
    host: '127.0.0.1',
    port,
    password,
    superuserUrl: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    caFile: certificates.caFile,
    certificates,
    folder,
    logFile,
    programs,
    account,
    async psql(sql, database = 'postgres') {
      await run(
        program('psql'),
        ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-d', database],
        { name: 'psql', env: environment, input: sql },
      );
    },
    async restart() {
      await halt('fast');
      await start();
    },
    async kill9() {
      const pid = readPid(join(data, 'postmaster.pid'));
      if (pid === undefined) return;
      const all = [pid, ...childrenOf(pid)];
      for (const each of all) if (isAlive(each)) process.kill(each, 'SIGKILL');
      while (all.some(isAlive)) await pause(20);
      // Where nothing reaps at once, the dead process would still look alive to pg_ctl.
      rmSync(join(data, 'postmaster.pid'), { force: true });
    },
    async stop() {
      await halt('immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const locale = () => (process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8');

function configuration({ port, certificates, settings = {} }) {
  const lines = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    max_locks_per_transaction: 256, // many tenant schemas are made and dropped
    password_encryption: 'scram-sha-256',
    ssl: 'on',
    ssl_cert_file: certificates.certFile,
    ssl_key_file: certificates.keyFile,
    ssl_ca_file: certificates.caFile,
    jit: 'off', // its compile time would drown what the benches compare
    ...settings,
  };
  const quoted = ([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`;
  return `\n# of the test server\n${Object.entries(lines).map(quoted).join('\n')}\n`;
}
