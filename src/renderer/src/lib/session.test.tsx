/** Session and scope: the scope moves before any screen is drawn, and rights follow the functions. */
// @vitest-environment happy-dom
import type { SessionState, Workspace } from '@shared/ipc';
import { act } from 'react';
import { beforeEach, describe, expect, it } from 'vitest';
import { notify, useNotices } from './notices';
import { openOverlay } from './overlays';
import { isAllowed } from './rights';
import { scope } from './scope';
import { currentSession, scopeKeyOf, setSession } from './session';
import { draw } from './testing/render';

const workspace = (tenantId: string): Workspace => ({
  tenantId,
  name: 'Nordhaven Bank AG',
  domain: 'nordhaven.example',
  kind: 'production',
  place: 'Frankfurt',
  sign: 'NB',
  colour: 'plum',
  weave: 'plain',
  functions: ['auditor'],
  licence: { type: 'enterprise', endDate: '2027-12-31', usable: true },
});
const session = (tenantId: string | null): SessionState => ({
  person: { id: 'p1', email: 'tomasz.wilk@nordhaven.example', displayName: 'Tomasz Wilk', initials: 'TW', platform: false },
  workspace: tenantId === null ? null : workspace(tenantId),
  workspaces: [],
});
const OUT: SessionState = { person: null, workspace: null, workspaces: [] };

beforeEach(() => setSession(OUT));

describe('the scope', () => {
  it('is the person and the tenant, and nothing where nobody is signed in', () => {
    expect(scopeKeyOf(OUT)).toBeNull();
    expect(scopeKeyOf(session('t1'))).toBe('p1/t1');
    expect(scopeKeyOf(session(null))).toBe('p1/');
  });

  it('moves before the session is seen', () => {
    let seen: string | null | undefined;
    const stop = scope.onChange(() => {
      seen = currentSession()?.workspace?.tenantId ?? null;
      expect(scope.current().key).toBe('p1/t1');
    });
    setSession(session('t1'));
    stop();
    expect(seen).toBe('t1');
  });

  it('counts every change and none where nothing changed', () => {
    const before = scope.current().generation;
    setSession(session('t1'));
    setSession(session('t1'));
    setSession(session('t2'));
    expect(scope.current().generation).toBe(before + 2);
  });

  it('takes notices and open dialogs away with it', async () => {
    function Count() {
      return <output>{useNotices().length}</output>;
    }
    setSession(session('t1'));
    notify({ tone: 'good', title: 'Finding F-001 saved' });
    openOverlay('palette');
    const drawn = await draw(<Count />);
    const count = () => drawn.container.querySelector('output')?.textContent;
    expect(count()).toBe('1');
    await act(async () => setSession(session('t2')));
    expect(count()).toBe('0');
    await drawn.remove();
  });
});

describe('rights', () => {
  it('come from any of the functions', () => {
    expect(isAllowed(['viewer'], 'findings', 'read')).toBe(true);
    expect(isAllowed(['viewer'], 'findings', 'create')).toBe(false);
    expect(isAllowed(['viewer', 'auditor'], 'findings', 'create')).toBe(true);
    expect(isAllowed([], 'findings', 'read')).toBe(false);
  });
});
