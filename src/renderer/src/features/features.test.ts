/** Rules of the window's own screens without drawing them: sign-in refusals, connection form, palette, keys, tenants. */
// @vitest-environment happy-dom
import type { Workspace } from '@shared/ipc';
import type { ConnectionProfile, Diagnosis } from '@shared/wire/connection';
import { describe, expect, it, vi } from 'vitest';
import { CodedClientError } from '../lib/errors';
import type { ShortcutGroup } from '../lib/shortcuts';
import { isThisMachine, NEW_VALUES, toInput } from './connections/form';
import { sheetOf } from './keys/KeysSheet';
import { byKind } from './palette/CommandPalette';
import { allCommands, markWords, readQuery } from './palette/commands';
import { signInWords, waitUntil } from './signin/refusal';
import { reachOf } from './signin/ServerField';
import { filterWorkspaces } from './tenants/filter';

const refused = (code: 'SIGN_IN_SLOWED' | 'PERSON_SUSPENDED', details = {}) =>
  new CodedClientError({ code, details, faults: [] });

describe('a refused sign-in', () => {
  it('waits as long as main asks, and not at all otherwise', () => {
    expect(waitUntil(refused('SIGN_IN_SLOWED', { retryAfterSeconds: 8 }), 1000)).toBe(9000);
    expect(waitUntil(refused('SIGN_IN_SLOWED', { retryAfterSeconds: -8 }), 1000)).toBeNull();
    expect(waitUntil(refused('SIGN_IN_SLOWED'), 1000)).toBeNull();
    expect(waitUntil(refused('PERSON_SUSPENDED', { retryAfterSeconds: 8 }), 1000)).toBeNull();
  });

  it('has a sentence and keeps its code', () => {
    const words = signInWords(refused('PERSON_SUSPENDED'));
    expect(words.code).toBe('PERSON_SUSPENDED');
    expect(words.title).not.toMatch(/\.$/);
    expect(words.text.length).toBeGreaterThan(0);
  });
});

describe('the line under the server', () => {
  const server = (tlsMode: 'verify-full' | 'require' | 'disable'): ConnectionProfile => ({
    id: 'x',
    name: 'Frankfurt',
    kind: 'server',
    host: 'db.example',
    port: 5432,
    database: 'kompl',
    tlsMode,
    ca: null,
    viaPgBouncer: false,
    inUse: true,
  });
  const good: Diagnosis = { ok: true, latencyMs: 24, steps: [{ key: 'connect', ok: true, text: 'answers' }] };

  it('praises only a line that is checked in full', () => {
    expect(reachOf(server('verify-full'), good)).toMatchObject({ tone: 'good', text: 'Reached in 24 ms, certificate verified' });
    expect(reachOf(server('require'), good).tone).toBe('attention');
    expect(reachOf(server('disable'), good).text).toContain('not encrypted');
  });

  it('says which step failed, but not that nobody has signed in yet', () => {
    const bad: Diagnosis = {
      ok: false,
      latencyMs: null,
      steps: [{ key: 'tls', ok: false, text: 'The certificate is not trusted' }],
    };
    expect(reachOf(server('verify-full'), bad)).toMatchObject({ tone: 'bad', text: 'The certificate is not trusted' });
    const noPerson: Diagnosis = { ok: false, latencyMs: 5, steps: [{ key: 'signIn', ok: false, text: 'no password' }] };
    expect(reachOf(server('verify-full'), noPerson).tone).toBe('good');
  });
});

describe('the connection form', () => {
  const filled = { ...NEW_VALUES, name: 'Frankfurt', host: 'db.example', database: 'kompl' };

  it('gives main what it takes', () => {
    expect(toInput(filled)).toMatchObject({
      input: { kind: 'server', id: null, port: 5432, tlsMode: 'verify-full', caFile: null },
    });
    const granted = toInput({
      ...filled,
      ca: { kind: 'grant', grantId: '0198aaaa-0000-7000-8000-000000000001', fileName: 'ca.pem' },
    });
    expect(granted).toMatchObject({ input: { caFile: '0198aaaa-0000-7000-8000-000000000001' } });
    expect(toInput({ ...filled, ca: { kind: 'none' } })).toMatchObject({ input: { caFile: 'none' } });
  });

  it.each([
    ['host', 'postgres://db.example/kompl'],
    ['host', 'db.example:5432'],
    ['host', ''],
    ['port', '0'],
    ['port', '70000'],
    ['port', '54 32'],
    ['database', '  '],
    ['name', ''],
  ])('names the fault of %s = %j', (field, value) => {
    const read = toInput({ ...filled, [field]: value });
    expect('faults' in read && Object.keys(read.faults)).toEqual([field]);
  });

  it('knows this machine from another', () => {
    expect(['localhost', '127.0.0.1', '::1'].every(isThisMachine)).toBe(true);
    expect(['localhost.evil.example', '10.0.0.1', '1270.0.1'].some(isThisMachine)).toBe(false);
  });
});

describe('the palette', () => {
  const context = (text: string, may: boolean, screen: readonly ShortcutGroup[] = []) =>
    allCommands({
      screen,
      act: (shortcut) => void shortcut.run(undefined as never),
      go: vi.fn(),
      functions: ['auditor'],
      platform: false,
      mayCreate: () => may,
      setTheme: vi.fn(),
      signOut: vi.fn(),
      text,
    });

  it('reads > and # as what to look among', () => {
    expect(readQuery('> new')).toEqual({ mode: 'commands', text: 'new' });
    expect(readQuery('#F-03')).toEqual({ mode: 'reference', text: 'F-03' });
    expect(readQuery(' break ')).toEqual({ mode: 'all', text: 'break' });
  });

  it('offers to make only what the person may make', () => {
    expect(context('', true).some((command) => command.label === 'New finding')).toBe(true);
    expect(context('', false).some((command) => /^New |Import/.test(command.label))).toBe(false);
  });

  it('offers what the screen in front offers, and runs the very same', () => {
    const ran = vi.fn();
    const off = { keys: 'E', label: 'Edit the row', enabled: false, run: ran };
    const move = { keys: ['J', 'ArrowDown'], label: 'Next row', run: ran };
    const list = { name: 'Findings', layer: 0, shortcuts: [{ keys: 'F', label: 'Add a filter', run: ran }, off, move] };
    const found = context('add a fil', true, [list]);
    expect(found.map((command) => [command.label, command.note, command.keys])).toEqual([['Add a filter', 'Findings', 'F']]);
    found[0]?.run();
    expect(ran).toHaveBeenCalledTimes(1);
  });

  it('goes to every list that the person may read, and to none that belongs to another screen', () => {
    const labels = context('go to', true).map((command) => command.label);
    expect(labels).toEqual(expect.arrayContaining(['Go to Findings', 'Go to Files']));
    expect(labels).not.toContain('Go to Saved views');
    expect(new Set(labels).size).toBe(labels.length);
  });

  it('keeps hits of one kind together, the kind of the best hit first', () => {
    const hit = (entity: 'findings' | 'controls', id: string) => ({ entity, id, ref: null, title: id, status: null });
    const mixed = [hit('controls', 'a'), hit('findings', 'b'), hit('controls', 'c')];
    expect(byKind(mixed).map(({ id }) => id)).toEqual(['a', 'c', 'b']);
  });

  it('always leaves the way to another tenant', () => {
    expect(context('nothing has this name', true).map((command) => command.key)).toEqual(['tenant']);
  });

  it('marks what was looked for, with signs taken as signs', () => {
    expect(markWords('Break-glass accounts', 'glass')).toEqual([
      { text: 'Break-', hit: false },
      { text: 'glass', hit: true },
      { text: ' accounts', hit: false },
    ]);
    expect(markWords('AC-6(5) (5)', '(5)').filter((piece) => piece.hit)).toHaveLength(2);
    expect(markWords('anything', '')).toEqual([{ text: 'anything', hit: false }]);
  });
});

describe('the sheet of keys', () => {
  it("puts the screen's first and leaves out what does not work now", () => {
    const shortcut = (keys: string, label: string, enabled = true) => ({ keys, label, enabled, run: () => undefined });
    const sheet = sheetOf([
      { name: 'Go', layer: 0, shortcuts: [shortcut('G C', 'Go to Controls')] },
      { name: 'Everywhere', layer: 0, shortcuts: [shortcut('?', 'All keys')] },
      { name: 'Controls', layer: 0, shortcuts: [shortcut('J', 'Next'), shortcut('E', 'Edit', false)] },
      { name: 'Empty', layer: 0, shortcuts: [shortcut('Q', 'Never', false)] },
    ]);
    expect(sheet.map((group) => group.name)).toEqual(['Controls', 'Everywhere', 'Go']);
    expect(sheet[0]?.rows).toEqual([{ keys: ['J'], label: 'Next' }]);
  });
});

describe('finding a tenant', () => {
  const tenant = (name: string, place: string): Workspace => ({
    tenantId: name,
    name,
    domain: 'x.example',
    kind: 'production',
    place,
    sign: 'XX',
    colour: 'navy',
    weave: 'grid',
    functions: ['viewer'],
    licence: { type: 'trial', endDate: '2027-01-01', usable: true },
  });
  const all = [tenant('Östra Energi AB', 'Göteborg'), tenant('Helvia Health Group', 'Zürich')];

  it('does not mind capitals and accents', () => {
    expect(filterWorkspaces(all, 'ostra').map((one) => one.name)).toEqual(['Östra Energi AB']);
    expect(filterWorkspaces(all, 'HEALTH zurich').map((one) => one.name)).toEqual(['Helvia Health Group']);
    expect(filterWorkspaces(all, 'health göteborg')).toEqual([]);
    expect(filterWorkspaces(all, ' ')).toHaveLength(2);
  });
});
