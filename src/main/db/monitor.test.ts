/** Offline heals itself with growing waits; failed waits for a person. */
import { CodedError, type ErrorCode } from '@shared/errors';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConnectionMonitor, type DatabaseState } from './monitor';

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(heartbeatMs = 0) {
  let failure: ErrorCode | null = null;
  let probes = 0;
  let returns = 0;
  const seen: DatabaseState[] = [];
  const monitor = new ConnectionMonitor({
    probe: async () => {
      probes += 1;
      if (failure) throw new CodedError(failure);
    },
    onReturn: () => {
      returns += 1;
    },
    heartbeatMs,
  });
  monitor.onChange((state) => seen.push(state));
  return {
    monitor,
    seen,
    fail: (code: ErrorCode | null) => {
      failure = code;
    },
    probes: () => probes,
    returns: () => returns,
  };
}

test('waits 1, 2, 4 … 30 seconds between tries and returns by itself', async () => {
  const { monitor, fail, seen, probes, returns } = setUp();
  fail('SERVER_UNREACHABLE');
  await monitor.probe();
  for (const wait of [1, 2, 4, 8, 16, 30, 30]) {
    const { state, nextTryAt, error } = monitor.state;
    expect({ state, code: error?.code }).toEqual({ state: 'offline', code: 'SERVER_UNREACHABLE' });
    expect(Date.parse(nextTryAt ?? '') - Date.now()).toBe(wait * 1_000);
    const before = probes();
    await vi.advanceTimersByTimeAsync(wait * 1_000 - 1);
    expect(probes()).toBe(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(probes()).toBe(before + 1);
  }
  fail(null);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(monitor.state).toMatchObject({ state: 'online', error: null, nextTryAt: null });
  expect(returns()).toBe(1);
  expect(seen.filter(({ state }) => state === 'online')).toHaveLength(1);
  fail('SERVER_CLOSED');
  await monitor.probe();
  expect(Date.parse(monitor.state.nextTryAt ?? '') - Date.now()).toBe(1_000);
});

test.each([
  'SIGN_IN_REFUSED',
  'TLS_UNTRUSTED',
  'TLS_REQUIRED',
  'DATABASE_MISSING',
  'WORKSPACE_IN_USE',
  'WORKSPACE_DAMAGED',
] as const)('%s is a failure that is not tried again by itself', async (code) => {
  const { monitor, fail, probes } = setUp(1_000);
  fail(code);
  await monitor.probe();
  expect(monitor.state).toMatchObject({ state: 'failed', error: { code }, nextTryAt: null });
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(probes()).toBe(1);
  fail(null);
  expect(await monitor.probe()).toMatchObject({ state: 'online' });
});

test('proves itself after silence, and news postpone that', async () => {
  const { monitor, probes } = setUp(10_000);
  await monitor.probe();
  await vi.advanceTimersByTimeAsync(9_000);
  monitor.heard();
  await vi.advanceTimersByTimeAsync(9_000);
  expect(probes()).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(probes()).toBe(2);
});

test('a suspicion is checked once at a time, and only while online', async () => {
  const { monitor, fail, probes } = setUp();
  monitor.suspect();
  expect(probes()).toBe(0);
  await monitor.probe();
  fail('SERVER_CLOSED');
  monitor.suspect();
  monitor.suspect();
  await vi.advanceTimersByTimeAsync(0);
  expect(probes()).toBe(2);
  expect(monitor.state.state).toBe('offline');
});

test('a certain loss is offline at once and tried at once', async () => {
  const { monitor, seen } = setUp();
  await monitor.probe();
  monitor.lost(new CodedError('SERVER_CLOSED'));
  expect(seen.at(-1)).toMatchObject({ state: 'offline', error: { code: 'SERVER_CLOSED' } });
  await vi.advanceTimersByTimeAsync(0);
  expect(monitor.state.state).toBe('online');
});

test('keeps the time since when a state holds, and is quiet after its end', async () => {
  const { monitor, fail, probes } = setUp();
  fail('SERVER_UNREACHABLE');
  await monitor.probe();
  const { since } = monitor.state;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(monitor.state.since).toBe(since);
  monitor.close();
  const before = probes();
  await vi.advanceTimersByTimeAsync(600_000);
  await monitor.probe();
  expect(probes()).toBe(before);
});
