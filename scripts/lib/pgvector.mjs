// PostgreSQL's programs and the pgvector extension. Debian 12 has no pgvector for its
// PostgreSQL, so there it is built from the source in a newer release of the same system;
// the machine's own apt configuration is read and left as it was.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, run, StepError } from './run.mjs';
import {
  adviceElsewhere,
  asRoot,
  buildPackages,
  ensurePackages,
  isAvailable,
  isDebian,
  refreshPackageLists,
} from './system-packages.mjs';

const oldestMajor = 14;
const debianRoot = '/usr/lib/postgresql';
/** The release of each system that has pgvector's source. */
const sourceRelease = { Debian: 'trixie', Ubuntu: 'noble' };

/**
 * @typedef {object} PostgresPrograms
 * @property {string} bin folder of initdb, pg_ctl, postgres, psql
 * @property {number} major e.g. 15
 */

/**
 * The newest PostgreSQL server that is installed: KOMPL_PG_BIN, Debian's folders, PATH.
 * @returns {PostgresPrograms | undefined}
 */
export function findPostgres(env = process.env) {
  const folders = [];
  if (env.KOMPL_PG_BIN) folders.push(env.KOMPL_PG_BIN);
  else {
    if (existsSync(debianRoot)) {
      const majors = readdirSync(debianRoot).filter((name) => /^\d+$/.test(name));
      majors.sort((a, b) => Number(b) - Number(a));
      folders.push(...majors.map((major) => join(debianRoot, major, 'bin')));
    }
    const bindir = ask('pg_config', ['--bindir']);
    if (bindir) folders.push(bindir);
  }
  for (const bin of folders) {
    if (!existsSync(join(bin, exe('initdb'))) || !existsSync(join(bin, exe('pg_ctl')))) continue;
    const major = Number(/ (\d+)/.exec(ask(join(bin, exe('postgres')), ['--version']) ?? '')?.[1]);
    if (major >= oldestMajor) return { bin, major };
  }
  return undefined;
}

const exe = (name) => (process.platform === 'win32' ? `${name}.exe` : name);

/** Whether the extension lies where this server looks for it. */
export function hasPgvector({ bin, major }) {
  const shared =
    bin === join(debianRoot, String(major), 'bin')
      ? `/usr/share/postgresql/${major}`
      : ask(join(bin, exe('pg_config')), ['--sharedir']);
  return Boolean(shared) && existsSync(join(shared, 'extension', 'vector.control'));
}

/**
 * Makes sure of a PostgreSQL server.
 * @param {{say: (text: string) => void}} voice
 * @returns {Promise<{programs: PostgresPrograms, installed: boolean}>}
 */
export async function ensurePostgres(voice) {
  const found = findPostgres();
  if (found) return { programs: found, installed: false };
  if (!isDebian()) throw notHere('PostgreSQL 14 or newer is not installed');
  await refreshPackageLists(voice);
  const depends = ask('apt-cache', ['depends', 'postgresql']) ?? '';
  const major = /postgresql-(\d+)/.exec(depends)?.[1];
  if (!major) throw notHere('apt knows no PostgreSQL');
  await ensurePackages([[`postgresql-${major}`]], voice);
  const programs = findPostgres();
  if (!programs) throw notHere(`postgresql-${major} was installed, but its programs were not found`);
  return { programs, installed: true };
}

/**
 * Makes sure of pgvector for a server.
 * @returns {Promise<boolean>} whether it was installed now
 */
export async function ensurePgvector(programs, voice) {
  if (hasPgvector(programs)) return false;
  if (!isDebian()) throw notHere(`pgvector is not installed for PostgreSQL ${programs.major}`);
  await refreshPackageLists(voice);
  const ready = `postgresql-${programs.major}-pgvector`;
  if (isAvailable(ready)) await ensurePackages([[ready]], voice);
  else await buildFromSource(programs, voice);
  if (!hasPgvector(programs)) throw notHere(`pgvector was installed, but not where PostgreSQL ${programs.major} looks for it`);
  return true;
}

function notHere(reason) {
  return new StepError({ reason, remedy: adviceElsewhere('test') });
}

async function buildFromSource(programs, voice) {
  await ensurePackages([...buildPackages, [`postgresql-server-dev-${programs.major}`]], voice);
  const work = await mkdtemp(join(tmpdir(), 'kompl-pgvector-'));
  const remedy = 'See the log; pgvector’s own instructions are at https://github.com/pgvector/pgvector.';
  try {
    const apt = ownAptOptions(work);
    voice.say('fetching the source of pgvector…');
    await run('apt-get', [...apt, '-q', '-o', 'Acquire::Retries=3', 'update'], {
      name: 'pgvector-update',
      say: voice.say,
      remedy,
    });
    await run('apt-get', [...apt, '-q', 'source', 'pgvector'], {
      name: 'pgvector-source',
      cwd: work,
      say: voice.say,
      remedy,
    });
    const source = readdirSync(work).find((name) => /^pgvector-[\d.]+$/.test(name));
    if (!source) throw new StepError({ reason: 'apt-get source left no pgvector folder', remedy });
    voice.say(`building ${source}…`);
    const make = ['OPTFLAGS=', `PG_CONFIG=${join(programs.bin, 'pg_config')}`];
    const cwd = join(work, source);
    await run('make', make, { name: 'pgvector-make', cwd, say: voice.say, remedy });
    await asRoot(['make', '-C', cwd, ...make, 'install'], {
      name: 'pgvector-install',
      say: voice.say,
      remedy,
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Options that give apt a source list and state of its own inside `work`, with one
 * deb-src entry: this machine's own mirror and keyring, the release that has pgvector.
 */
function ownAptOptions(work) {
  const { uri, origin } = ownMirror();
  const release = sourceRelease[origin];
  const keyring = keyringOf(origin);
  const list = join(work, 'apt', 'pgvector.sources');
  mkdirSync(join(work, 'apt', 'lists', 'partial'), { recursive: true });
  mkdirSync(join(work, 'apt', 'cache', 'archives', 'partial'), { recursive: true });
  writeFileSync(
    list,
    `Types: deb-src\nURIs: ${uri}\nSuites: ${release}\nComponents: ${origin === 'Ubuntu' ? 'universe' : 'main'}\nSigned-By: ${keyring}\n`,
  );
  return [
    '-o',
    `Dir::Etc::sourcelist=${list}`,
    '-o',
    'Dir::Etc::sourceparts=-',
    '-o',
    `Dir::State::lists=${join(work, 'apt', 'lists')}`,
    '-o',
    `Dir::Cache=${join(work, 'apt', 'cache')}`,
    '-o',
    'APT::Sandbox::User=', // the folder is ours alone; apt's helper user cannot enter it
  ];
}

/** The mirror of the running release that apt uses here. */
function ownMirror() {
  const text =
    ask('apt-get', ['indextargets', '--format', '$(REPO_URI)|$(ORIGIN)|$(CODENAME)|$(RELEASE)', 'Identifier: Packages']) ?? '';
  const rows = text.split('\n').map((line) => line.split('|'));
  const main = rows.find(
    ([uri, origin, , suite]) => uri && sourceRelease[origin] && !/-(security|updates|backports)/.test(suite),
  );
  if (!main) {
    throw new StepError({
      reason: 'apt has no Debian or Ubuntu mirror from which pgvector’s source could come',
      remedy: adviceElsewhere('test'),
    });
  }
  return { uri: main[0], origin: main[1] };
}

function keyringOf(origin) {
  const file =
    origin === 'Ubuntu' ? '/usr/share/keyrings/ubuntu-archive-keyring.gpg' : '/usr/share/keyrings/debian-archive-keyring.gpg';
  if (!existsSync(file)) {
    throw new StepError({
      reason: `the archive keyring ${file} is missing`,
      remedy: `sudo apt-get install ${origin.toLowerCase()}-${origin === 'Ubuntu' ? 'keyring' : 'archive-keyring'}`,
    });
  }
  return file;
}
