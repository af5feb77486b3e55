// A streaming replica beside a test server: a base backup in a folder of its own on a free loopback port, that can be promoted,
// killed and stopped by itself.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run, tailOf } from './run.mjs';
import { childrenOf, freePort, isAlive, makeServerFolder, readPid } from './server-folder.mjs';

/**
 * @param {{primary: import('./postgres.mjs').PostgresServer, name?: string}} options `name` is what the primary's
 *   synchronous_standby_names may call it
 * @returns {Promise<{host: string, port: number, folder: string, promote: () => Promise<void>, kill9: () => Promise<void>,
 *   stop: () => Promise<void>}>}
 */
export async function startReplica({ primary, name = 'replica' }) {
  const folder = makeServerFolder(primary.account);
  const data = join(folder, 'data');
  const logFile = join(folder, 'postgres.log');
  const port = await freePort();
  const program = (tool) => join(primary.programs.bin, tool);
  const asServer = { ...primary.account, cwd: folder };
  const from = `host=${primary.host} port=${primary.port} user=postgres password=${primary.password} application_name=${name}`;
  try {
    await run(program('pg_basebackup'), ['-d', from, '-D', data, '-X', 'stream', '-R', '-c', 'fast', '--no-sync'], {
      ...asServer,
      name: 'postgres-basebackup',
    });
    writeFileSync(join(data, 'postgresql.auto.conf'), `\nport = ${port}\nsynchronous_standby_names = ''\n`, { flag: 'a' });
    await run(program('pg_ctl'), ['-D', data, '-l', logFile, '-w', '-t', '60', 'start'], { ...asServer, name: 'replica-start' });
  } catch (error) {
    error.tail ??= tailOf(logFile);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    host: '127.0.0.1',
    port,
    folder,
    promote: () => run(program('pg_ctl'), ['-D', data, '-w', '-t', '60', 'promote'], { ...asServer, name: 'replica-promote' }),
    async kill9() {
      const pid = readPid(join(data, 'postmaster.pid'));
      if (pid === undefined) return;
      const all = [pid, ...childrenOf(pid)];
      for (const each of all) if (isAlive(each)) process.kill(each, 'SIGKILL');
      while (all.some(isAlive)) await pause(20);
    },
    async stop() {
      await run(program('pg_ctl'), ['-D', data, '-w', '-t', '60', '-m', 'immediate', 'stop'], {
        ...asServer,
        name: 'replica-stop',
        okCodes: [0, 1], // 1: it was not running
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
