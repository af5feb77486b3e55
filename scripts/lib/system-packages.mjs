// System libraries and servers. On Debian and its relatives it installs what is missing;
// elsewhere it says exactly what is needed and how to get it.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ask, run, StepError } from './run.mjs';

/**
 * What the workstation needs from the system. Each entry lists package names of which one
 * is enough: names differ between releases (the t64 names are Debian 13's, Ubuntu 24.04's).
 */
export const startPackages = [['libgtk-3-0', 'libgtk-3-0t64'], ['libnss3'], ['libasound2t64', 'libasound2'], ['libgbm1']];
export const displayPackages = [['xvfb']];
export const testPackages = [['pgbouncer'], ['openssl']];
export const buildPackages = [['make'], ['gcc'], ['dpkg-dev'], ['libc6-dev']];

/** Whether this is a system with apt and dpkg. */
export const isDebian = () => process.platform === 'linux' && existsSync('/usr/bin/dpkg-query');

const isRoot = () => process.getuid?.() === 0;

/** Names that are installed, of those asked for (one quick dpkg-query). */
export function installedOf(names) {
  // dpkg-query fails as soon as one name is unknown to it, so its code says nothing.
  const text = ask('sh', [
    '-c',
    `dpkg-query -W -f '\${Package} \${db:Status-Abbrev}\\n' "$@" 2>/dev/null || true`,
    'sh',
    ...names,
  ]);
  const installed = new Set();
  for (const line of (text ?? '').split('\n')) {
    const [name, status] = line.split(' ');
    if (status?.startsWith('ii')) installed.add(name);
  }
  return installed;
}

/** The entries of which no name is installed. */
export function missingOf(entries) {
  const installed = installedOf(entries.flat());
  return entries.filter((names) => !names.some((name) => installed.has(name)));
}

/** Whether apt can install a real package of this name (not merely a virtual one). */
export function isAvailable(name) {
  const text = ask('apt-cache', ['policy', name], { env: { ...process.env, LC_ALL: 'C' } });
  return /^ {2}Candidate: (?!\(none\))/m.test(text ?? '');
}

/**
 * Installs what is missing. Quick when nothing is.
 * @param {string[][]} entries
 * @param {{say: (text: string) => void}} voice
 * @returns {Promise<string[]>} the names that were installed now
 */
export async function ensurePackages(entries, voice) {
  const missing = missingOf(entries);
  if (missing.length === 0) return [];
  await refreshPackageLists(voice);
  const names = missing.map((options) => options.find(isAvailable) ?? options.at(-1));
  await installPackages(names, voice);
  return names;
}

let listsAreFresh = false;

/** `apt-get update`, once in a run of a script. */
export async function refreshPackageLists(voice) {
  if (listsAreFresh) return;
  voice.say('reading the package lists…');
  await asRoot(['apt-get', '-q', '-o', 'Acquire::Retries=3', 'update'], {
    name: 'apt-update',
    say: voice.say,
    remedy: 'Check that Debian’s package mirror is reachable (apt-get update), then run the command again.',
  });
  listsAreFresh = true;
}

/** Installs packages without questions, without extras, and without starting services. */
export async function installPackages(names, voice) {
  voice.say(`installing ${names.join(' ')}…`);
  const undo = await holdServicesBack(names, voice);
  try {
    await asRoot(
      [
        'env',
        'DEBIAN_FRONTEND=noninteractive',
        'apt-get',
        '-q',
        '-y',
        '--no-install-recommends',
        '-o',
        'Acquire::Retries=3',
        '-o',
        'DPkg::Lock::Timeout=300',
        'install',
        ...names,
      ],
      {
        name: 'apt-install',
        say: voice.say,
        remedy: `Install them yourself: sudo apt-get install ${names.join(' ')}`,
      },
    );
  } finally {
    for (const step of undo) step();
  }
}

/** Runs a command as root: directly, or through sudo (which may ask for the password). */
export async function asRoot(command, options) {
  const [program, ...args] = await rootCommand(command);
  return run(program, args, options);
}

async function rootCommand(command) {
  if (isRoot()) return command;
  if (ask('sudo', ['-n', 'true']) !== undefined) return ['sudo', '-n', ...command];
  if (process.stdin.isTTY && ask('sudo', ['--version']) !== undefined) {
    process.stdout.write('  system packages are needed; sudo may ask for your password\n');
    const { spawnSync } = await import('node:child_process');
    if (spawnSync('sudo', ['-v'], { stdio: 'inherit' }).status === 0) return ['sudo', '-n', ...command];
  }
  throw new StepError({
    reason: 'system packages are missing and this account may not install them',
    remedy: `Run as root: ${command.filter((word) => word !== 'env' && !word.includes('=') && word !== '-o').join(' ')}`,
  });
}

const noClusterFile = '/etc/postgresql-common/createcluster.d/kompl-no-main-cluster.conf';
const policyFile = '/usr/sbin/policy-rc.d';

/**
 * Keeps the installation of servers from leaving servers running or a "main" cluster
 * behind: our tests make their own. Existing clusters and policies are not touched.
 * @returns {Promise<Array<() => void>>} what undoes it
 */
async function holdServicesBack(names, voice) {
  if (!isRoot()) return []; // with sudo the distribution's own behaviour stands
  const servers = names.filter((name) => /^postgresql-\d+$/.test(name) || name === 'pgbouncer');
  if (servers.length === 0) return [];
  const undo = [];
  if (!existsSync(policyFile)) {
    writeFileSync(policyFile, '#!/bin/sh\n# for the time of one installation\nexit 101\n', { mode: 0o755 });
    undo.push(() => rmSync(policyFile, { force: true }));
  }
  if (servers.some((name) => name.startsWith('postgresql-'))) {
    if (installedOf(['postgresql-common']).size === 0) {
      await run(
        'env',
        ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y', '--no-install-recommends', 'install', 'postgresql-common'],
        { name: 'apt-install-common', say: voice.say },
      );
    }
    mkdirSync(dirname(noClusterFile), { recursive: true });
    writeFileSync(noClusterFile, 'create_main_cluster = false\n');
    undo.push(() => rmSync(noClusterFile, { force: true }));
  }
  return undo;
}

/** Shared libraries that a program asks for and the system does not have (Linux). */
export function missingLibraries(program) {
  if (process.platform !== 'linux') return [];
  const text = ask('ldd', [program]) ?? '';
  return [...text.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
}

/** What to tell a person whose system is not Debian's kind. */
export function adviceElsewhere(purpose) {
  const forTest = purpose === 'test';
  if (process.platform === 'darwin')
    return forTest ? 'brew install postgresql@15 pgvector pgbouncer openssl' : 'nothing beyond Node.js is needed on macOS';
  if (process.platform === 'win32') {
    return forTest
      ? 'Install PostgreSQL 14 or newer with pgvector (https://www.postgresql.org/download/windows/) and set KOMPL_PG_BIN to its bin folder; PgBouncer and openssl must be on the PATH.'
      : 'nothing beyond Node.js is needed on Windows';
  }
  const id = linuxIds();
  if (id.some((name) => ['fedora', 'rhel', 'centos'].includes(name)))
    return `sudo dnf install ${forTest ? 'postgresql-server pgvector pgbouncer openssl xorg-x11-server-Xvfb' : 'gtk3 nss alsa-lib mesa-libgbm xorg-x11-server-Xvfb'}`;
  if (id.includes('arch'))
    return `sudo pacman -S ${forTest ? 'postgresql pgvector pgbouncer openssl xorg-server-xvfb' : 'gtk3 nss alsa-lib mesa xorg-server-xvfb'}`;
  if (id.some((name) => name.includes('suse')))
    return `sudo zypper install ${forTest ? 'postgresql15-server postgresql15-pgvector pgbouncer openssl xorg-x11-server-Xvfb' : 'gtk3-tools mozilla-nss libasound2 libgbm1 xorg-x11-server-Xvfb'}`;
  return forTest
    ? 'Install PostgreSQL 14 or newer with pgvector, PgBouncer, openssl and Xvfb with your system’s package manager.'
    : 'Install GTK 3, NSS, ALSA’s library, Mesa’s libgbm and (without a display) Xvfb with your system’s package manager.';
}

/** ID and ID_LIKE of /etc/os-release, e.g. ['ubuntu', 'debian']. */
export function linuxIds(file = '/etc/os-release') {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap((match) => match[1].split(/\s+/));
}
