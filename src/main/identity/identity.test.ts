/** Slowing down guesses, and deciding which tenant opens. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@shared/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveConnection } from '../connections/live';
import { silentLogger } from '../platform/logger';
import { openSettings } from '../settings/settings';
import { createSession } from './session';
import { openThrottle } from './throttle';
import { chooseTenant, refusalOf, toWorkspace, type WorkspaceRow } from './workspaces';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kompl-identity-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the throttle', () => {
  let wall = 1_800_000_000_000;
  let steady = 0;
  const pass = (seconds: number) => {
    wall += seconds * 1000;
    steady += seconds * 1000;
  };
  const open = () =>
    openThrottle(join(folder, 'attempts.json'), () => 'a-salt-of-sixteen', { wall: () => wall, steady: () => steady });
  const waitOf = (throttle: ReturnType<typeof open>, email = 'a@b.example') => {
    try {
      throttle.begin(email);
      return 0;
    } catch (error) {
      if (error instanceof CodedError && error.code === 'SIGN_IN_SLOWED') return Number(error.details.retryAfterSeconds);
      throw error;
    }
  };

  it('lets three tries pass and then asks for 2, 4, 8 … 300 seconds', () => {
    const throttle = open();
    expect([waitOf(throttle), waitOf(throttle), waitOf(throttle)]).toEqual([0, 0, 0]);
    for (const expected of [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
      expect(waitOf(throttle)).toBe(expected);
      pass(expected - 1);
      expect(waitOf(throttle)).toBe(1);
      pass(1);
      expect(waitOf(throttle)).toBe(0);
    }
  });

  it('does not count a try that it held back', () => {
    const throttle = open();
    for (let n = 0; n < 3; n++) waitOf(throttle);
    for (let n = 0; n < 50; n++) expect(waitOf(throttle)).toBe(2);
  });

  it('knows the address in any case and with blanks around', () => {
    const throttle = open();
    for (const email of ['A@b.example', ' a@B.example', 'a@b.EXAMPLE ']) waitOf(throttle, email);
    expect(waitOf(throttle, 'a@b.example')).toBe(2);
    expect(waitOf(throttle, 'c@b.example')).toBe(0);
  });

  it('slows everybody after ten failures with many addresses', () => {
    const throttle = open();
    for (let n = 0; n < 10; n++) expect(waitOf(throttle, `p${n}@b.example`)).toBe(0);
    expect(waitOf(throttle, 'new@b.example')).toBe(2);
  });

  it('starts afresh after the right password', () => {
    const throttle = open();
    waitOf(throttle);
    waitOf(throttle);
    throttle.begin('a@b.example').succeeded();
    expect([waitOf(throttle), waitOf(throttle), waitOf(throttle), waitOf(throttle)]).toEqual([0, 0, 0, 2]);
  });

  it('forgets a try whose password was never judged', () => {
    const throttle = open();
    for (let n = 0; n < 20; n++) throttle.begin('a@b.example').withdrawn();
    expect(waitOf(throttle)).toBe(0);
  });

  it('remembers over a restart, even one in the middle of a try', () => {
    for (let n = 0; n < 3; n++) open().begin('a@b.example');
    expect(waitOf(open())).toBe(2);
  });

  it('gains nothing by a clock set back, while running or between starts', () => {
    const throttle = open();
    for (let n = 0; n < 3; n++) waitOf(throttle);
    wall -= 30 * 86_400_000;
    expect(waitOf(throttle)).toBe(2);
    expect(waitOf(open())).toBe(2);
    pass(2);
    expect(waitOf(throttle)).toBe(0);
    wall += 30 * 86_400_000;
  });

  it('gains nothing by a clock set forward while running', () => {
    const throttle = open();
    for (let n = 0; n < 3; n++) waitOf(throttle);
    wall += 3_600_000;
    expect(waitOf(throttle)).toBe(2);
    wall -= 3_600_000;
  });

  it('writes no address down', () => {
    waitOf(open(), 'anna.berg@nordhaven.example');
    expect(readFileSync(join(folder, 'attempts.json'), 'utf8')).not.toMatch(/anna|nordhaven/);
  });
});

describe('a server that cannot be reached', () => {
  it('costs nobody a try', async () => {
    const connection = {
      embedded: () => Promise.reject(new CodedError('SERVER_CLOSED')),
      signIn: () => Promise.reject(new CodedError('SERVER_UNREACHABLE')),
    } as unknown as LiveConnection;
    const settings = openSettings(join(folder, 'settings.json'), () => new Date());
    const session = createSession({
      connection,
      embedded: () => false,
      source: 'test',
      settings,
      throttle: openThrottle(join(folder, 'attempts.json'), () => 'a-salt-of-sixteen', { wall: () => 0, steady: () => 0 }),
      unlock: () => Promise.reject(new Error('not reached')),
      standing: async () => null,
      today: () => '2026-03-01',
      onState: () => undefined,
      onLeave: () => undefined,
      log: silentLogger,
    });
    for (let n = 0; n < 20; n++) {
      await expect(session.signIn({ email: 'a@b.example', password: 'x' })).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    }
    expect(session.state().person).toBeNull();
    expect(() => session.open()).toThrow(expect.objectContaining({ code: 'NOT_SIGNED_IN' }));
  });
});

describe('the tenants of a person', () => {
  const today = '2026-03-01';
  const row = (extra: Partial<WorkspaceRow> = {}): WorkspaceRow => ({
    tenant_id: '3f0c1a52-0000-4000-8000-000000000001',
    name: 'Nordhaven Bank AG',
    domain: 'nordhaven.example',
    config: {},
    tenant_status: 'active',
    functions: ['auditor'],
    licence_type: 'enterprise',
    licence_status: 'active',
    licence_start: '2025-01-01',
    licence_end: '2026-03-01',
    ...extra,
  });
  const other = (extra: Partial<WorkspaceRow> = {}) =>
    row({ tenant_id: '3f0c1a52-0000-4000-8000-000000000002', name: 'Other', ...extra });
  const refused = (rows: WorkspaceRow[]) => {
    try {
      return chooseTenant(rows, undefined, today);
    } catch (error) {
      return error instanceof CodedError ? { code: error.code, ...error.details } : error;
    }
  };

  it('open the one last used, unless it cannot be used any more', () => {
    expect(chooseTenant([row(), other()], other().tenant_id, today)).toBe(other().tenant_id);
    expect(chooseTenant([row(), other({ licence_end: '2026-02-28' })], other().tenant_id, today)).toBe(row().tenant_id);
    expect(chooseTenant([row(), other()], 'gone', today)).toBe(row().tenant_id);
  });

  it('count the last day of a licence in', () => {
    expect(refusalOf(row(), today)).toBeNull();
    expect(refusalOf(row(), '2026-03-02')).toMatchObject({ code: 'LICENCE_EXPIRED' });
  });

  it('say why none opens', () => {
    expect(refused([])).toEqual({ code: 'NO_MEMBERSHIP' });
    expect(refused([row({ licence_end: '2026-02-28' })])).toEqual({
      code: 'LICENCE_EXPIRED',
      tenant: 'Nordhaven Bank AG',
      endDate: '2026-02-28',
    });
    expect(refused([row({ licence_start: '2026-04-01' })])).toEqual({
      code: 'LICENCE_NOT_STARTED',
      tenant: 'Nordhaven Bank AG',
      startDate: '2026-04-01',
    });
    expect(refused([row({ tenant_status: 'suspended' })])).toEqual({ code: 'TENANT_SUSPENDED', tenant: 'Nordhaven Bank AG' });
    expect(refused([row({ licence_status: 'suspended' })])).toEqual({ code: 'TENANT_SUSPENDED', tenant: 'Nordhaven Bank AG' });
    expect(refused([row({ licence_type: null, licence_end: null })])).toMatchObject({ code: 'LICENCE_EXPIRED' });
  });

  it('keep their marks, and get steady ones where they have none', () => {
    const marked = toWorkspace(
      row({ config: { kind: 'training', place: 'Zürich', sign: 'NB', colour: 'petrol', weave: 'bars' } }),
      today,
    );
    expect(marked).toMatchObject({ kind: 'training', place: 'Zürich', sign: 'NB', colour: 'petrol', weave: 'bars' });
    const bare = toWorkspace(row({ config: 'nonsense' }), today);
    expect(bare).toEqual(toWorkspace(row({ config: { colour: 'pink', weave: 7 } }), today));
    expect(bare).toMatchObject({ sign: 'NB', kind: 'production', licence: { usable: true } });
  });
});
