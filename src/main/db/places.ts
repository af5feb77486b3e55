/**
 * Where a database may be found: a primary and its standbys, any of which may be the primary tomorrow. Which one it is today is
 * asked of the servers themselves, as libpq's `target_session_attrs` does.
 */
import { CodedError } from '@shared/errors';
import type pg from 'pg';

export interface Place {
  readonly host: string;
  readonly port: number;
}

const MAX_PLACES = 8;
const DEFAULT_PORT = 5432;

export function samePlace(one: Place, other: Place): boolean {
  return one.host === other.host && one.port === other.port;
}

/**
 * Reads libpq's form: hosts with commas between them, and one port for all or one for each. Throws INPUT_INVALID for more than
 * eight, an empty one, or a number of ports that does not fit.
 */
export function readPlaces(hosts: string, ports: string | undefined): readonly [Place, ...Place[]] {
  const names = hosts.split(',').map((host) => host.trim());
  const numbers = (ports ?? '').split(',').map((port) => (port.trim() === '' ? DEFAULT_PORT : Number(port)));
  const fits = names.length <= MAX_PLACES && (numbers.length === 1 || numbers.length === names.length);
  const places = names.map((host, index): Place => ({ host, port: numbers[numbers.length === 1 ? 0 : index] ?? DEFAULT_PORT }));
  const [first, ...more] = places;
  if (!fits || !first || places.some(({ host, port }) => host === '' || !Number.isInteger(port) || port < 1 || port > 65_535)) {
    throw new CodedError('INPUT_INVALID', { field: 'host' });
  }
  return [first, ...more];
}

export interface Found {
  readonly primary: Place | null;
  readonly standbys: readonly Place[];
  /** Why the first place that did not answer did not. */
  readonly error: unknown;
}

/** Asks all places at once. A server in recovery is a standby; two that are not would be a split, and none is chosen. */
export async function lookAtPlaces(places: readonly Place[], connect: (place: Place) => Promise<pg.Client>): Promise<Found> {
  const asked = await Promise.allSettled(
    places.map(async (place) => {
      const client = await connect(place);
      try {
        const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
        return { place, standby: rows[0]?.standby !== false };
      } finally {
        client.end().catch(() => undefined);
      }
    }),
  );
  const answers = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const primaries = answers.filter(({ standby }) => !standby);
  const failed = asked.find((one) => one.status === 'rejected');
  return {
    primary: primaries.length === 1 ? (primaries[0]?.place ?? null) : null,
    standbys: answers.filter(({ standby }) => standby).map(({ place }) => place),
    error: primaries.length > 1 ? new CodedError('SERVER_UNREACHABLE', { cause: 'two primaries' }) : failed?.reason,
  };
}
