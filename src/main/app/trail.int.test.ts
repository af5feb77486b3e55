/** The trail as the window meets it: what the workstation tells it by itself, and what its administrator reads, proves and takes out. */
import type { TrailEntryDetails, TrailExportResult, TrailPage, TrailProof } from '@shared/wire/trail';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKinds } from '../db/testing/databases';
import { createKeyPem, readPrivateKey } from '../trail/keys';
import { registerKey } from '../trail/sealer';
import { sealSettled } from '../trail/testing';
import { startStation, type TestStation } from './testing';

const key = readPrivateKey(createKeyPem().privatePem);

describe.each(testKinds())('the trail in the workstation on %s', (kind) => {
  let station: TestStation;
  let bank: string;
  beforeAll(async () => {
    station = await startStation(kind);
    bank = station.tenants.bank;
  });
  afterAll(() => station.close());

  const seal = () =>
    station.admin(async (client) => {
      await registerKey(client, key, 'test');
      return sealSettled(client, bank, { key });
    });
  const list = (query: object = {}) => station.call<TrailPage>('trail.list', query);
  /** What is told as well as can be is not waited for by the window. */
  const seen = async (query: object, count: number): Promise<TrailPage> => {
    for (let tries = 0; ; tries += 1) {
      const page = await list(query);
      if (page.entries.length >= count || tries > 100) return page;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const control = () =>
    station.call('entities.controls.write', {
      opId: uuidv7(),
      entity: 'controls',
      entityId: uuidv7(),
      kind: 'create',
      baseVersion: null,
      base: {},
      patch: { name: 'Seen in the trail' },
    });

  it('is told of visits and refusals, and shows them to the administrator only', async () => {
    await station.signIn('auditor@bank.example');
    expect(await station.codeOf('trail.list', {})).toBe('ROLE_FORBIDS');
    for (const path of ['trail.facets', 'trail.prove']) expect(await station.codeOf(path)).toBe('ROLE_FORBIDS');
    expect(await station.codeOf('trail.export', { format: 'jsonl' })).toBe('ROLE_FORBIDS');
    await station.call('session.signOut');
    await station.signIn('both@bank.example');
    if (bank !== (await station.call<{ workspace: { tenantId: string } }>('session.state')).workspace.tenantId) {
      await station.call('session.switchTenant', { tenantId: bank });
    }
    const visits = await seen({ actions: ['sign_in', 'sign_out'] }, 3);
    expect(visits.entries.map(({ action, actorName }) => [action, actorName])).toEqual(
      expect.arrayContaining([
        ['sign_in', 'Anna Test'],
        ['sign_out', 'Anna Test'],
        ['sign_in', 'Bea Test'],
      ]),
    );
    const denied = await seen({ actions: ['denied'] }, 4);
    expect(denied.entries.length).toBeGreaterThanOrEqual(4);
    expect(denied.entries[0]).toMatchObject({ actorName: 'Anna Test', source: expect.stringContaining('workstation/') });
    const [first] = denied.entries;
    const entry = await station.call<TrailEntryDetails>('trail.entry', { origin: first?.origin, entry: first?.entry });
    expect(entry.details).toMatchObject({ code: 'ROLE_FORBIDS', path: expect.stringContaining('trail.') });
  });

  it('gives pages that neither lose nor repeat an entry, sealed or not', async () => {
    for (let n = 0; n < 3; n += 1) await control();
    await seal();
    for (let n = 0; n < 3; n += 1) await control();
    const all = (await list({ limit: 200 })).entries.map(({ origin, entry }) => `${origin} ${entry}`);
    const paged: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: TrailPage = await list({ limit: 4, after });
      paged.push(...page.entries.map(({ origin, entry }) => `${origin} ${entry}`));
      after = page.next;
      if (after === null) break;
    }
    expect(paged).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
    const controls = await list({ resourceTypes: ['controls'], actions: ['insert'] });
    expect(controls.entries.filter(({ seal: at }) => at !== null)).toHaveLength(3);
    expect(controls.entries.filter(({ seal: at }) => at === null)).toHaveLength(3);
    expect(controls.entries[0]).toMatchObject({ called: expect.stringContaining('Seen in the trail'), changes: [], more: 0 });
    const entryOf = async (at: number) => {
      const found = controls.entries[at];
      return station.call<TrailEntryDetails>('trail.entry', { origin: found?.origin, entry: found?.entry });
    };
    expect(await entryOf(0)).toMatchObject({ seal: null, proof: null });
    const { proof } = await entryOf(5);
    expect(proof).toMatchObject({ holds: true, row: expect.stringContaining('Seen in the trail'), seal: { keyId: key.id } });
    expect(await station.codeOf('trail.list', { after: 'x|1|tenant' })).toBe('INPUT_INVALID');
    expect(await station.codeOf('trail.entry', { origin: 'tenant', entry: '999999' })).toBe('NOT_FOUND');
  });

  it('shows the platform’s events about the tenant too', async () => {
    const { entries } = await list({ limit: 200 });
    expect(entries.filter(({ origin }) => origin === 'platform').map(({ action }) => action)).toEqual(
      expect.arrayContaining(['tenant.create', 'person.create']),
    );
    expect(await station.call('trail.facets')).toMatchObject({
      actions: expect.arrayContaining(['denied', 'insert', 'tenant.create']),
    });
  });

  it('proves itself, and finds one changed byte', async () => {
    await seal();
    const proof = await station.call<TrailProof>('trail.prove');
    expect(proof).toMatchObject({ whole: true, faults: [], keys: [{ id: key.id, label: 'test' }] });
    expect(proof.rows).toBeGreaterThan(6);
    await station.admin(async (client) => {
      await client.query('ALTER TABLE private.audit_logs DISABLE TRIGGER USER');
      await client.query(
        "UPDATE private.audit_logs SET new_values = jsonb_set(new_values, '{name}', '\"Seen in the trial\"') WHERE tenant_id = $1 AND origin = 'tenant' AND resource_type = 'controls' AND trail_id = (SELECT min(trail_id) FROM private.audit_logs WHERE tenant_id = $1 AND resource_type = 'controls')",
        [bank],
      );
    });
    const broken = await station.call<TrailProof>('trail.prove');
    expect(broken).toMatchObject({ whole: false, faults: [{ kind: 'row_changed', what: expect.any(String) }] });
    await station.admin((client) =>
      client.query(
        "UPDATE private.audit_logs SET new_values = jsonb_set(new_values, '{name}', '\"Seen in the trail\"') WHERE tenant_id = $1 AND new_values ->> 'name' = 'Seen in the trial'",
        [bank],
      ),
    );
    expect(await station.call<TrailProof>('trail.prove')).toMatchObject({ whole: true });
  });

  it.each(['jsonl', 'cef'])('is taken out as %s, which stands in it', async (format) => {
    const result = await station.call<TrailExportResult>('trail.export', { format });
    expect(result.rows).toBeGreaterThan(6);
    expect(result.faults).toEqual([]);
    expect(result.saved?.size).toBeGreaterThan(1000);
    const { entries } = await list({ actions: ['export'], resourceTypes: ['audit_log'] });
    expect(entries[0]).toMatchObject({ actorName: 'Bea Test' });
  });
});
