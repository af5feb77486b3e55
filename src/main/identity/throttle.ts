/**
 * Slows repeated failures to sign in: from the third failure of one e-mail address, or the tenth on this laptop, each further
 * try has to wait 2, 4, 8 … 300 seconds. Kept across restarts. An attempt counts as failed before its password is looked at,
 * so that killing the app in the middle gains nothing. Addresses are kept as keyed hashes only.
 *
 * Time is the highest clock ever seen plus the time that has run since, so setting the clock back shortens nothing and
 * changing it while the app runs does nothing at all.
 */
import { createHmac } from 'node:crypto';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { type JsonStore, openJsonStore } from '../platform/json-store';

const FREE_PER_ADDRESS = 3;
const FREE_OVERALL = 10;
const LONGEST_SECONDS = 300;
/** Failures this old no longer count. */
const FORGET_MS = 24 * 3_600_000;
const MAX_ADDRESSES = 500;

const countSchema = z.strictObject({ failures: z.int().min(0), lastAt: z.number() });
const attemptsSchema = z.strictObject({
  version: z.literal(1),
  /** Key of the address hashes. */
  salt: z.string().min(16),
  highWater: z.number(),
  overall: countSchema,
  addresses: z.record(z.string(), countSchema),
});
type Attempts = z.infer<typeof attemptsSchema>;
type Count = z.infer<typeof countSchema>;

export interface ThrottleClock {
  /** Wall clock, milliseconds. */
  readonly wall: () => number;
  /** Milliseconds that never go back. */
  readonly steady: () => number;
}

export interface Attempt {
  /** The password was right: this address starts afresh. */
  succeeded(): void;
  /** The password was never judged (no network, for example): as if nobody had tried. */
  withdrawn(): void;
}

export interface Throttle {
  /** Counts a try, or throws SIGN_IN_SLOWED with `retryAfterSeconds` and counts nothing. */
  begin(email: string): Attempt;
}

export function openThrottle(path: string, salt: () => string, clock: ThrottleClock): Throttle {
  const store: JsonStore<Attempts> = openJsonStore<Attempts>({
    path,
    schema: attemptsSchema,
    initial: () => ({ version: 1, salt: salt(), highWater: 0, overall: { failures: 0, lastAt: 0 }, addresses: {} }),
    now: () => new Date(clock.wall()),
  });
  const base = Math.max(clock.wall(), store.get().highWater) - clock.steady();
  const now = () => base + clock.steady();
  const keyOf = (email: string) => createHmac('sha256', store.get().salt).update(email.trim().toLowerCase()).digest('hex');

  function addTo(key: string, by: 1 | -1): void {
    const at = now();
    store.update((current) => ({
      ...current,
      highWater: Math.max(current.highWater, at),
      overall: changed(current.overall, by, at),
      addresses: bounded({ ...current.addresses, [key]: changed(current.addresses[key], by, at) }, at),
    }));
  }

  return {
    begin(email) {
      const key = keyOf(email);
      const at = now();
      const { overall, addresses } = store.get();
      const wait = Math.max(waitOf(addresses[key], FREE_PER_ADDRESS, at), waitOf(overall, FREE_OVERALL, at));
      if (wait > 0) throw new CodedError('SIGN_IN_SLOWED', { retryAfterSeconds: Math.ceil(wait / 1000) });
      const before = store.get();
      addTo(key, 1);
      return {
        succeeded() {
          store.update((current) => {
            const { [key]: own, ...rest } = current.addresses;
            const left = Math.max(0, current.overall.failures - (own?.failures ?? 0));
            return {
              ...current,
              highWater: Math.max(current.highWater, now()),
              overall: { ...current.overall, failures: left },
              addresses: rest,
            };
          });
        },
        withdrawn() {
          store.update((current) => {
            const addressesNow = { ...current.addresses };
            const former = before.addresses[key];
            if (former) addressesNow[key] = former;
            else delete addressesNow[key];
            return { ...current, overall: before.overall, addresses: addressesNow };
          });
        },
      };
    },
  };
}

/** Milliseconds still to wait after so many failures. */
function waitOf(count: Count | undefined, free: number, at: number): number {
  if (!count || count.failures < free || at - count.lastAt >= FORGET_MS) return 0;
  const seconds = Math.min(LONGEST_SECONDS, 2 ** Math.min(count.failures - free + 1, 20));
  return Math.max(0, count.lastAt + seconds * 1000 - at);
}

function changed(count: Count | undefined, by: 1 | -1, at: number): Count {
  const former = count && at - count.lastAt < FORGET_MS ? count.failures : 0;
  return { failures: Math.max(0, former + by), lastAt: at };
}

/** Old entries go first; the newest are kept, so a flood of addresses meets the overall limit instead. */
function bounded(addresses: Record<string, Count>, at: number): Record<string, Count> {
  const fresh = Object.entries(addresses).filter(([, count]) => at - count.lastAt < FORGET_MS);
  fresh.sort(([, a], [, b]) => b.lastAt - a.lastAt);
  return Object.fromEntries(fresh.slice(0, MAX_ADDRESSES));
}
