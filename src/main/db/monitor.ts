/**
 * How we stand with the server: `starting`, `online`, `offline` or `failed`, proven by a real query and never guessed.
 *
 * Offline heals itself: the probe is repeated after 1, 2, 4 … 30 seconds. Failed does not: a wrong password or a folder in use
 * needs a person, and repeating a sign-in locks accounts.
 */
import { CodedError, type CodedErrorData, type ErrorCode } from '@shared/errors';
import { Emitter, type Unsubscribe } from './emitter';

export interface DatabaseState {
  readonly state: 'starting' | 'online' | 'offline' | 'failed';
  /** Since when, ISO instant. */
  readonly since: string;
  /** Why it is offline or failed. */
  readonly error: CodedErrorData | null;
  /** When the next try happens, ISO instant; null unless offline. */
  readonly nextTryAt: string | null;
}

export interface MonitorOptions {
  /** A real query on a fresh connection; rejects with a CodedError. */
  readonly probe: () => Promise<void>;
  /** Called after a successful probe, before `online` is announced. */
  readonly onReturn: () => void;
  /** A probe is made after so long without news while online, milliseconds; 0 for never. */
  readonly heartbeatMs: number;
  /** First and longest wait between two tries, milliseconds. */
  readonly backoffMs?: { readonly first: number; readonly longest: number };
  readonly now?: () => Date;
}

/** Failures that pass by themselves; all others need somebody to change something. */
const HEALS: ReadonlySet<ErrorCode> = new Set([
  'SERVER_UNREACHABLE',
  'SERVER_TIMEOUT',
  'SERVER_CLOSED',
  'SERVER_BUSY',
  'HOST_UNKNOWN',
]);

const BACKOFF = { first: 1_000, longest: 30_000 };

export class ConnectionMonitor {
  readonly #options: MonitorOptions;
  readonly #changes = new Emitter<DatabaseState>();
  readonly #now: () => Date;
  #state: DatabaseState;
  #probing: Promise<DatabaseState> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  #closed = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
    this.#state = { state: 'starting', since: this.#now().toISOString(), error: null, nextTryAt: null };
  }

  get state(): DatabaseState {
    return this.#state;
  }

  onChange(listener: (state: DatabaseState) => void): Unsubscribe {
    return this.#changes.on(listener);
  }

  /** Probes now; a probe that is under way is shared. */
  probe(): Promise<DatabaseState> {
    if (this.#closed) return Promise.resolve(this.#state);
    this.#probing ??= this.#probe().finally(() => {
      this.#probing = null;
    });
    return this.#probing;
  }

  /** Work met a lost connection: whether the server is gone is for a probe to say. */
  suspect(): void {
    if (this.#state.state === 'online') void this.probe();
  }

  /** The other end is certain to have died: offline at once, and the first try to return now. */
  lost(error: CodedError): void {
    if (this.#closed) return;
    this.#set({ state: 'offline', error: error.toData(), nextTryAt: this.#now().toISOString() });
    void this.probe();
  }

  /** Work heard from the server; the next heartbeat can wait. */
  heard(): void {
    if (this.#state.state === 'online') this.#timer?.refresh();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#set({ state: 'offline', error: new CodedError('SERVER_CLOSED').toData(), nextTryAt: null });
  }

  async #probe(): Promise<DatabaseState> {
    clearTimeout(this.#timer);
    try {
      await this.#options.probe();
      if (this.#closed) return this.#state;
      this.#tries = 0;
      if (this.#state.state !== 'online') this.#options.onReturn();
      this.#set({ state: 'online', error: null, nextTryAt: null });
      if (this.#options.heartbeatMs > 0) this.#wait(this.#options.heartbeatMs);
    } catch (error) {
      if (this.#closed) return this.#state;
      this.#fail(error instanceof CodedError ? error : new CodedError('INTERNAL', {}, { cause: error }));
    }
    return this.#state;
  }

  #fail(error: CodedError): void {
    if (!HEALS.has(error.code)) {
      this.#set({ state: 'failed', error: error.toData(), nextTryAt: null });
      return;
    }
    const { first, longest } = this.#options.backoffMs ?? BACKOFF;
    const wait = Math.min(longest, first * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, 20);
    this.#set({ state: 'offline', error: error.toData(), nextTryAt: new Date(this.#now().getTime() + wait).toISOString() });
    this.#wait(wait);
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.probe(), milliseconds);
    this.#timer.unref();
  }

  #set(next: Omit<DatabaseState, 'since'>): void {
    const since = next.state === this.#state.state ? this.#state.since : this.#now().toISOString();
    const before = this.#state;
    this.#state = { ...next, since };
    if (before.state !== next.state || before.nextTryAt !== next.nextTryAt) this.#changes.emit(this.#state);
  }
}
