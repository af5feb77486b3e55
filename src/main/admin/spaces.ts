/**
 * Spaces for tenants to come: how many are ready, making as many as the platform wants ready, taking away those of another
 * version. Each space is a transaction of its own, so a run that is killed has made some of them and goes on next time.
 */
import { CodedError } from '@shared/errors';
import type { MigrationSet } from '../db/migrate';
import { discardSpace, listSpaces, makeSpace, type Space } from '../db/provision/space';
import { readSettings } from './config';
import { type Runner, rightsOf, type SettleOptions, settled } from './runner';

export interface SpacesOptions extends SettleOptions {
  readonly migrations: MigrationSet;
}

export interface PrepareOptions extends SpacesOptions {
  /** How many shall be ready afterwards, 0 to 50; the platform's setting `tenant.prepared_spaces` unless given. */
  readonly keep?: number;
  /** Takes away those that this version cannot claim: their migration failed, or another version made them. */
  readonly discard?: boolean;
  readonly progress?: (ready: number, keep: number) => void;
}

export interface Prepared {
  readonly made: number;
  readonly discarded: number;
  readonly ready: number;
  readonly keep: number;
  /** Spaces that are there and cannot be claimed by this version. */
  readonly behind: number;
}

const MOST = 50;

export function readSpaces(runner: Runner, { migrations }: SpacesOptions): Promise<Space[]> {
  return runner.transact((client) => listSpaces(client, migrations));
}

/**
 * Makes spaces until enough are ready; more than enough stay. Two at once may make a few too many, which harms nobody.
 * @throws CodedError ROLE_FORBIDS, SCHEMA_MISSING, INPUT_INVALID (`keep`), SERVER_CLOSED with `outcome` for the one in hand
 */
export async function prepareSpaces(runner: Runner, options: PrepareOptions): Promise<Prepared> {
  const keep = options.keep ?? (await wanted(runner));
  if (!Number.isInteger(keep) || keep < 0 || keep > MOST) {
    throw new CodedError('INPUT_INVALID', { field: 'keep' }, { faults: [{ path: 'keep', message: `0 to ${MOST}` }] });
  }
  const found = await readSpaces(runner, options);
  let discarded = 0;
  if (options.discard) {
    for (const { id } of found.filter(({ ready }) => !ready)) {
      await settled(runner, (client) => discardSpace(client, id), options);
      discarded += 1;
    }
  }
  let ready = found.filter((space) => space.ready).length;
  let made = 0;
  while (ready < keep) {
    await settled(runner, (client) => makeSpace(client, { ...options, rights: rightsOf(runner) }), options);
    made += 1;
    ready = (await readSpaces(runner, options)).filter((space) => space.ready).length;
    options.progress?.(ready, keep);
    // A schema of another version: what was just made is not what this program can claim.
    if (made > MOST * 2) throw new CodedError('INTERNAL', { reference: 'prepareSpaces' });
  }
  return { made, discarded, ready, keep, behind: found.filter((space) => !space.ready).length - discarded };
}

async function wanted(runner: Runner): Promise<number> {
  const setting = (await readSettings(runner, null)).find(({ key }) => key === 'tenant.prepared_spaces');
  return Number(setting?.value ?? 0);
}
