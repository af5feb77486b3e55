/**
 * What happens when the connection, the network or the server goes away in the middle of each operation: the old state or the new
 * one, never between, and whoever asked is told which.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../db/database';
import { startTcpProxy, type TcpProxy, testKinds } from '../db/testing';
import { exportTenant } from './archive/export';
import { importTenant } from './archive/import';
import { writeSetting } from './config';
import { renameTenant, scheduleDeletion, shred } from './lifecycle';
import { ONBOARDING_STEPS, onboardTenant } from './onboarding';
import { ownerRunner, type Runner } from './runner';
import { prepareSpaces, readSpaces } from './spaces';
import { AdminDesk, onboarding, refusal, SOURCE, unique } from './testing';

const REASON = 'the contract has ended';
const ACTOR = { personId: null, source: SOURCE };

describe.runIf(testKinds().includes('server'))('a server that goes away', () => {
  let desk: AdminDesk;
  let proxy: TcpProxy;
  let database: Database;
  let folder: string;

  beforeAll(async () => {
    desk = await AdminDesk.open('server');
    const { target } = desk.server;
    if (target.kind !== 'server') throw new TypeError('not a server');
    proxy = await startTcpProxy(target);
    database = desk.through({ port: proxy.port });
    await database.ready();
    folder = await mkdtemp(join(tmpdir(), 'kompl-faults-'));
  });
  afterAll(async () => {
    await database?.close();
    await proxy?.stop();
    await desk?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  type Fault = (client: pg.Client) => Promise<void> | void;

  /** A runner whose connection meets `fault` once, right before the first statement that fits. */
  function runner(fits: RegExp, fault: Fault): Runner {
    let met = false;
    const connectAdmin = async () => {
      const client = await database.connectAdmin();
      const query = client.query.bind(client) as (text: string, values?: unknown[]) => Promise<pg.QueryResult>;
      const watched = async (text: string, values?: unknown[]) => {
        if (!met && fits.test(text)) {
          met = true;
          await fault(client);
        }
        return query(text, values);
      };
      return Object.assign(client, { query: watched });
    };
    return ownerRunner({ connectAdmin }, ACTOR);
  }

  const cut: Fault = () => proxy.cut();
  const terminate: Fault = async (client) => {
    const { rows } = await desk.database.admin((admin) =>
      admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1', [
        'processID' in client ? client.processID : null,
      ]),
    );
    expect(rows).toHaveLength(1);
  };
  /** The statement that follows reaches the server; its answer never comes back. */
  const loseReply: Fault = () => {
    proxy.delayMs = 400;
    setTimeout(() => {
      proxy.delayMs = 0;
      proxy.cut();
    }, 600);
  };

  const FAULTS: readonly (readonly [string, Fault])[] = [
    ['the network is cut', cut],
    ['the backend is ended', terminate],
  ];

  describe.each(FAULTS)('%s', (_, fault) => {
    it.each([
      ['record', /create_tenant_record/],
      ['schema', /CREATE TABLE/],
      ['settings', /set_tenant_config/],
      ['starter', /fill_tenant/],
      ['administrator', /create_person/],
      ['commit', /^COMMIT$/],
    ])('in the middle of an onboarding, at its %s: nothing is there, and that is said', async (step, fits) => {
      expect(ONBOARDING_STEPS).toContain(step);
      const before = await desk.footprint();
      const given = onboarding({ settings: { 'risk.tolerance': 'low' } });
      const error = await refusal(onboardTenant(runner(fits, fault), given, { migrations: desk.migrations }));
      expect(error).toMatchObject({ code: 'SERVER_CLOSED', details: { outcome: 'nothing' } });
      expect(await desk.footprint()).toEqual(before);
      // The same again goes well: nothing is in the way.
      if (step === 'commit') await desk.onboard({ domain: given.domain, starter: 'none' });
    });

    it('in the middle of a change of name, a setting, a deletion and a shredding: the old state, and that is said', async () => {
      const { id, domain } = await desk.onboard({ starter: 'none' });
      const state = () => desk.look('SELECT name, domain, status, deleted_at FROM public.tenants WHERE id = $1', [id]);
      const nothing = { code: 'SERVER_CLOSED', details: { outcome: 'nothing' } };
      let before = await state();
      expect(await refusal(renameTenant(runner(/^COMMIT$/, fault), { tenantId: id, name: 'Else' }))).toMatchObject(nothing);
      expect(await refusal(writeSetting(runner(/set_tenant_config/, fault), id, 'risk.tolerance', 'low'))).toMatchObject(nothing);
      const deletion = { tenantId: id, graceDays: 0, reason: REASON };
      expect(await refusal(scheduleDeletion(runner(/^COMMIT$/, fault), deletion))).toMatchObject(nothing);
      expect(await state()).toEqual(before);
      await scheduleDeletion(desk.runner, deletion);
      before = await state();
      for (const fits of [/shred_tenant/, /now\(\) >=/]) {
        expect(await refusal(shred(runner(fits, fault), { tenantId: id, confirm: domain }))).toMatchObject(nothing);
      }
      expect(await state()).toEqual(before);
      expect(await desk.look('SELECT to_regnamespace($1) IS NOT NULL AS there', [`tenant_${id.replaceAll('-', '')}`])).toEqual([
        { there: true },
      ]);
    });

    it('in the middle of an import: nothing is there, and that is said', async () => {
      const { id } = await desk.onboard();
      const path = join(folder, `${unique('archive')}.tar`);
      await exportTenant(desk.database, ACTOR, { tenantId: id, out: path });
      const before = await desk.footprint();
      for (const fits of [/INSERT INTO "tenant_[0-9a-f]+"."controls"/, /ADD CONSTRAINT/]) {
        const options = { path, migrations: desk.migrations, asDomain: unique('half') };
        const error = await refusal(importTenant(runner(fits, fault), options));
        expect(error).toMatchObject({ code: 'SERVER_CLOSED', details: { outcome: 'nothing' } });
      }
      expect(await desk.footprint()).toEqual(before);
    });
  });

  it('the network is cut in the middle of an export: no file is left', async () => {
    const { id } = await desk.onboard();
    const options = {
      tenantId: id,
      out: join(folder, 'cut.tar'),
      progress: (what: string) => {
        if (what === 'tables/controls.jsonl') proxy.cut();
      },
    };
    expect((await refusal(exportTenant(database, ACTOR, options))).code).toBe('SERVER_CLOSED');
    expect((await readdir(folder)).filter((name) => name.startsWith('cut'))).toEqual([]);
  });

  it('the reply to COMMIT is lost: what was done is told as done', async () => {
    const made = await onboardTenant(runner(/^COMMIT$/, loseReply), onboarding(), { migrations: desk.migrations });
    expect(await desk.look('SELECT count(*) AS n FROM public.tenants WHERE id = $1', [made.id])).toEqual([{ n: 1 }]);
    await renameTenant(runner(/^COMMIT$/, loseReply), { tenantId: made.id, name: 'Told' });
    await scheduleDeletion(runner(/^COMMIT$/, loseReply), { tenantId: made.id, graceDays: 0, reason: REASON });
    expect(await desk.look('SELECT name, status FROM public.tenants WHERE id = $1', [made.id])).toEqual([
      { name: 'Told', status: 'suspended' },
    ]);
    const gone = await shred(runner(/^COMMIT$/, loseReply), { tenantId: made.id, confirm: made.domain });
    expect(gone.roles).toBe(6);
  });

  it('in the middle of a claim the space is back, and after a lost reply the tenant is told as made', async () => {
    const options = { migrations: desk.migrations };
    await prepareSpaces(desk.runner, { ...options, keep: 1 });
    const spaces = await readSpaces(desk.runner, options);
    for (const fits of [/fill_tenant/, /^COMMIT$/]) {
      const error = await refusal(onboardTenant(runner(fits, terminate), onboarding(), options));
      expect(error).toMatchObject({ code: 'SERVER_CLOSED', details: { outcome: 'nothing' } });
      expect(await readSpaces(desk.runner, options)).toEqual(spaces);
    }
    const made = await onboardTenant(runner(/^COMMIT$/, loseReply), onboarding(), options);
    expect(made).toMatchObject({ id: spaces[0]?.id, prepared: true });
    expect(await readSpaces(desk.runner, options)).toEqual([]);
  });

  it('a server that stays away leaves it open, and says so', async () => {
    const stopped: Fault = () => proxy.stop();
    const work = onboardTenant(runner(/fill_tenant/, stopped), onboarding(), { migrations: desk.migrations, patienceMs: 300 });
    expect(await refusal(work)).toMatchObject({ code: 'SERVER_CLOSED', details: { outcome: 'unknown' } });
    await proxy.resume();
  });
});
