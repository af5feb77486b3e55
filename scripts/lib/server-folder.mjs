// Folders for test servers: where the server's own account can reach them, with a note of
// who made them, so that what a killed run left behind is ended and removed by the next.
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheSubfolder } from './paths.mjs';
import { ask, StepError } from './run.mjs';

const prefix = 'kompl-servers-';
const ownerFile = 'owner.pid';

/** The account that servers run as: `postgres` when we are root (it refuses root), else ours. */
export function serverAccount() {
  if (process.getuid?.() !== 0) return {};
  const uid = ask('id', ['-u', 'postgres']);
  const gid = ask('id', ['-g', 'postgres']);
  if (!uid || !gid) {
    throw new StepError({
      reason: 'there is no account "postgres", and PostgreSQL does not run as root',
      remedy: 'Run as an ordinary user, or create the account: useradd --system postgres',
    });
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/** Root's cache folder is closed to other accounts; then the system's temporary folder serves. */
const baseFolder = () => (process.getuid?.() === 0 ? tmpdir() : cacheSubfolder('servers'));

/** A new folder for servers, owned by their account; leftovers of dead runs go first. */
export function makeServerFolder(account) {
  removeLeftovers();
  const folder = mkdtempSync(join(baseFolder(), prefix));
  adoptFolder(folder, account);
  return folder;
}

/** Gives a folder (created if need be) to the servers' account and notes us as its owner. */
export function adoptFolder(folder, account) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, ownerFile), `${process.pid}\n`);
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid);
}

function removeLeftovers() {
  for (const name of readdirSync(baseFolder())) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(baseFolder(), name);
    const owner = readPid(join(folder, ownerFile));
    if (owner !== undefined && isAlive(owner)) continue;
    for (const file of ['data/postmaster.pid', 'pgbouncer.pid']) endServerOf(join(folder, file), folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends the server of a pid file, if that process really works in this folder. */
function endServerOf(pidFile, folder) {
  const pid = readPid(pidFile);
  if (pid === undefined || !isAlive(pid)) return;
  try {
    if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) return;
  } catch {
    return; // no /proc here, or not ours: never end a process on a guess
  }
  const children = childrenOf(pid);
  process.kill(pid, 'SIGKILL');
  for (const child of children) if (isAlive(child)) process.kill(child, 'SIGKILL');
}

/** The number in the first line of a file. */
export function readPid(file) {
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** Whether a process runs (also when it is another account's; one not yet reaped does not). */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  return !isZombie(pid);
}

function isZombie(pid) {
  return process.platform === 'linux' && (statFields(pid)[0] ?? 'Z') === 'Z'; // none: gone meanwhile
}

/** Direct children of a process. Needs /proc; elsewhere empty. */
export function childrenOf(pid) {
  if (process.platform !== 'linux') return [];
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((each) => Number(statFields(each)[1]) === pid);
}

/** State, parent and so on of a process; empty when it is gone. */
function statFields(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold anything
  } catch {
    return [];
  }
}

/** A loopback port that is free now. */
export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
