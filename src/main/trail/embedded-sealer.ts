/**
 * Sealing of the workspace on this laptop, in the main process, in quiet moments and in small batches. The key is made once and
 * kept behind the operating system's key store where there is one; else in a file that only this user reads.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../db/database';
import { writeBytesAtomically } from '../platform/atomic-file';
import type { Logger } from '../platform/logger';
import { openMemory } from './key-files';
import { createKeyPem, readPrivateKey, type SealingKey } from './keys';
import { pauseFor } from './pause';
import { registerKey } from './sealer';
import { watchAndSeal } from './watch';

/** The operating system's key store; `protect` gives null where it cannot be trusted. */
export interface SecretStore {
  protect(text: string): Buffer | null;
  reveal(bytes: Buffer): string;
}

export interface EmbeddedSealerOptions {
  /** The workspace on this laptop is the one in use. */
  readonly inUse: () => boolean;
  readonly database: () => Promise<Database>;
  readonly folder: string;
  readonly secrets: SecretStore | null;
  readonly log: Logger;
  readonly now: () => number;
  readonly idleMs?: number;
}

const IDLE_MS = 15_000;
/** The embedded server has one back end: a batch of some tens of milliseconds is what a person does not notice. */
const BATCH_ROWS = 200;
/** Without autovacuum the room of filed rows is taken back after so many of them. */
const VACUUM_ROWS = 5_000;

const PROTECTED = 'sealing-key.protected';
const PLAIN = 'sealing-key.pem';

/** The key of this workspace; made at the first call. Throws what the key store or the file system throws. */
export function openEmbeddedKey(folder: string, secrets: SecretStore | null): SealingKey {
  const [guarded, plain] = [join(folder, PROTECTED), join(folder, PLAIN)];
  if (existsSync(guarded)) {
    if (!secrets) throw new Error('the key store that keeps the sealing key is not there');
    return readPrivateKey(secrets.reveal(readFileSync(guarded)));
  }
  if (existsSync(plain)) return readPrivateKey(readFileSync(plain, 'utf8'));
  const { privatePem } = createKeyPem();
  const bytes = secrets?.protect(privatePem) ?? null;
  writeBytesAtomically(bytes === null ? plain : guarded, bytes ?? Buffer.from(privatePem));
  return readPrivateKey(privatePem);
}

/**
 * Seals until the signal is raised. Where the workspace goes away or something fails, it says so in the log and begins again
 * after a rest; the workstation goes on meanwhile.
 */
export async function runEmbeddedSealer(options: EmbeddedSealerOptions, signal: AbortSignal): Promise<void> {
  const idleMs = options.idleMs ?? IDLE_MS;
  let said = '';
  while (!signal.aborted) {
    try {
      if (options.inUse()) await sealWhileOpen(options, signal, idleMs);
    } catch (error) {
      const reason = reasonOf(error);
      // Once for each kind of trouble, not every few seconds.
      if (!signal.aborted && reason !== said) options.log.warn('the trail is not sealed', { reason });
      said = reason;
    }
    await pauseFor(idleMs, signal);
  }
}

async function sealWhileOpen(options: EmbeddedSealerOptions, signal: AbortSignal, idleMs: number): Promise<void> {
  const { log } = options;
  const database = await options.database();
  if (signal.aborted) return;
  const key = openEmbeddedKey(options.folder, options.secrets);
  const client = await database.connectAdmin();
  try {
    await registerKey(client, key, 'workstation');
    let rowsSinceVacuum = 0;
    await watchAndSeal(client, {
      key,
      memory: openMemory(join(options.folder, 'sealed-heads.json')),
      signal,
      now: options.now,
      sleep: pauseFor,
      idleMs,
      batchRows: BATCH_ROWS,
      sweepMs: 0,
      async onDrained(table) {
        if (table === null || rowsSinceVacuum < VACUUM_ROWS) return;
        rowsSinceVacuum = 0;
        await client.query(`VACUUM ${table}`);
      },
      onSealed(_chain, rows) {
        rowsSinceVacuum += rows;
      },
      onFailure: (chain, error) => log.warn('a trail could not be sealed', { chain, reason: reasonOf(error) }),
    });
  } finally {
    await client.end();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : error instanceof Error ? error.name : typeof error;
}
