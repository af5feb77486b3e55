/** The workstation as its window uses it: signing in, switching, working and filing evidence, on every kind of database. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RpcResponse } from '@shared/ipc';
import type { Diagnosis, ServerProfile } from '@shared/wire/connection';
import type { AttachResult, EvidenceCheck, EvidencePreview } from '@shared/wire/evidence';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testKinds } from '../db/testing/databases';
import { respondFromVault } from '../security/vault-responder';
import { PASSWORD, startStation, type TestStation } from './testing';

/** Uppercase in the address, so that the case of what people type does not matter. */
const AUDITOR = 'Auditor@Bank.example';

describe.each(testKinds())('the workstation on %s', (kind) => {
  let station: TestStation;
  beforeAll(async () => {
    station = await startStation(kind);
  });
  afterAll(() => station.close());

  const signIn = (email: string, password = PASSWORD) => station.codeOf('session.signIn', { email, password });
  /** Failures slow the next tries down; each test starts with a patient attacker. */
  const forgetFailures = async () => {
    await station.restartThrottle();
  };

  describe('signing in', () => {
    it('opens the tenant and says who is there', async () => {
      const state = await station.signIn(AUDITOR);
      expect(state.person).toMatchObject({ email: 'auditor@bank.example', displayName: 'Anna Test', initials: 'AT' });
      expect(state.workspace).toMatchObject({
        tenantId: station.tenants.bank,
        name: 'Bank',
        functions: ['auditor'],
        colour: 'petrol',
      });
      expect(station.titles.at(-1)).toBe('Bank');
      expect(await station.call('connection.state')).toMatchObject({ state: 'online', embedded: kind === 'embedded' });
      await station.call('session.signOut');
      expect(station.titles.at(-1)).toBeNull();
    });

    it('tells a wrong password and an unknown person in the very same words', async () => {
      const answers: RpcResponse[] = [];
      for (const email of ['auditor@bank.example', 'nobody@nowhere.example']) {
        answers.push(await station.respond('session.signIn', { email, password: 'wrong password here' }));
      }
      expect(answers[0]).toEqual({ ok: false, error: { code: 'SIGN_IN_REFUSED', details: {}, faults: [] } });
      expect(answers[1]).toEqual(answers[0]);
      await forgetFailures();
    });

    it('says that somebody is suspended only after the right password', async () => {
      expect(await signIn('gone@bank.example', 'wrong password here')).toBe('SIGN_IN_REFUSED');
      // PgBouncer asks for the verifier of people who may sign in only, so it cannot tell the two apart.
      expect(await signIn('gone@bank.example')).toBe(kind === 'pgbouncer' ? 'SIGN_IN_REFUSED' : 'PERSON_SUSPENDED');
      await forgetFailures();
    });

    it('names the tenant whose licence has run out, and the day', async () => {
      const answer = await station.respond('session.signIn', { email: 'late@ended.example', password: PASSWORD });
      expect(answer).toMatchObject({
        ok: false,
        error: { code: 'LICENCE_EXPIRED', details: { tenant: 'Ended', endDate: '2024-12-31' } },
      });
      expect(await station.call('session.state')).toMatchObject({ person: null });
    });

    it('lets an administrator of the platform in who belongs to no tenant, and to no tenant’s records', async () => {
      const { rows } = await station.admin((client) =>
        client.query("SELECT db_role FROM public.users WHERE email = 'none@bank.example'"),
      );
      const [{ db_role: role }] = rows as [{ db_role: string }];
      await station.admin((client) => client.query(`GRANT kompl_platform TO ${role}`));
      const state = await station.signIn('none@bank.example');
      expect(state).toMatchObject({ person: { platform: true }, workspace: null, workspaces: [], readOnly: null });
      expect(station.titles.at(-1)).toBeNull();
      expect(await station.codeOf('admin.tenants.list')).toBe('ok');
      expect(await station.codeOf('entities.regulations.list', {})).toBe('NOT_SIGNED_IN');
      expect(await station.codeOf('session.switchTenant', { tenantId: station.tenants.bank })).toBe('NO_MEMBERSHIP');
      await station.call('session.signOut');
      await station.admin((client) => client.query(`REVOKE kompl_platform FROM ${role}`));
    });

    it('says that somebody belongs to no tenant', async () => {
      expect(await signIn('none@bank.example')).toBe('NO_MEMBERSHIP');
    });

    it('slows down after three failures, over a restart too, and not for others', async () => {
      for (let n = 0; n < 3; n++) expect(await signIn('viewer@bank.example', `wrong ${n}`)).toBe('SIGN_IN_REFUSED');
      expect(await signIn('viewer@bank.example')).toBe('SIGN_IN_SLOWED');
      await station.restart();
      const answer = await station.respond('session.signIn', { email: 'viewer@bank.example', password: PASSWORD });
      expect(answer).toMatchObject({ ok: false, error: { code: 'SIGN_IN_SLOWED', details: { retryAfterSeconds: 2 } } });
      expect(await signIn(AUDITOR)).toBe('ok');
      await station.call('session.signOut');
      await forgetFailures();
    });

    it('is not fooled by an address that is SQL', async () => {
      expect(await signIn(`' OR 1=1 --@bank.example`)).toBe('SIGN_IN_REFUSED');
      await forgetFailures();
    });

    it('lets nobody work before and after', async () => {
      expect(await station.codeOf('entities.regulations.list', {})).toBe('NOT_SIGNED_IN');
      await station.signIn(AUDITOR);
      expect(await station.codeOf('entities.regulations.list', {})).toBe('ok');
      await station.call('session.signOut');
      expect(await station.codeOf('entities.regulations.list', {})).toBe('NOT_SIGNED_IN');
    });
  });

  describe('two tenants', () => {
    const newRegulation = (name: string) => ({
      opId: uuidv7(),
      entity: 'regulations',
      entityId: randomUUID(),
      kind: 'create',
      baseVersion: null,
      base: {},
      patch: { name },
    });

    it('are kept apart, remembered, and open only to members', async () => {
      const first = await station.signIn('both@bank.example');
      expect(first.workspaces.map((workspace) => workspace.name)).toEqual(['Bank', 'Clinic']);
      await station.call('entities.regulations.write', newRegulation('Banking act'));
      const switched = await station.call<typeof first>('session.switchTenant', { tenantId: station.tenants.clinic });
      expect(switched.workspace?.name).toBe('Clinic');
      expect(station.titles.at(-1)).toBe('Clinic');
      expect(await station.call('entities.regulations.list', {})).toMatchObject({ total: 0 });
      expect(await station.codeOf('session.switchTenant', { tenantId: randomUUID() })).toBe('NO_MEMBERSHIP');
      await station.call('session.signOut');
      expect((await station.signIn('both@bank.example')).workspace?.name).toBe('Clinic');
      await station.call('session.switchTenant', { tenantId: station.tenants.bank });
      expect(await station.call('entities.regulations.list', {})).toMatchObject({ total: 1 });
      await station.call('session.signOut');
    });

    it('never answer a call of one to the other', async () => {
      await station.signIn('both@bank.example');
      await station.call('session.switchTenant', { tenantId: station.tenants.bank });
      const [list] = await Promise.all([
        station.codeOf('entities.regulations.list', {}),
        station.call('session.switchTenant', { tenantId: station.tenants.clinic }),
      ]);
      expect(['NOT_SIGNED_IN', 'ok']).toContain(list);
      expect(station.workstation.session.state().workspace?.name).toBe('Clinic');
      await station.call('session.signOut');
    });

    it('leave no connection of the person open after signing out', async () => {
      if (kind === 'embedded') return;
      await station.signIn(AUDITOR);
      await station.call('entities.regulations.list', {});
      await station.call('session.signOut');
      const query = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename LIKE 'u\\_%' AND datname = current_database()";
      if (kind === 'pgbouncer') return;
      await expect.poll(() => station.admin(async (client) => (await client.query(query)).rows[0])).toMatchObject({ n: 0 });
    });
  });

  describe('evidence', () => {
    const photo = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), randomBytes(2_500_000)]);
    const sha256 = createHash('sha256').update(photo).digest('hex');
    let attached: AttachResult;
    const input = { opId: uuidv7(), evidenceId: randomUUID(), title: 'Door of the server room' };

    const fetchShown = (fileId: string, headers: Record<string, string> = {}) =>
      respondFromVault(
        station.workstation.evidence,
        station.workstation.session.epoch(),
        fileId,
        new Request('https://app.invalid/', { headers }),
      );

    const bytesOf = async (response: Response | null) => Buffer.from((await response?.arrayBuffer()) ?? new ArrayBuffer(0));

    it('is sealed, filed with its hash, shown and proven', async () => {
      await station.signIn(AUDITOR);
      attached = await station.call('evidence.attach', { ...input, grantId: await station.grant('door.png', photo) });
      expect(attached.file).toMatchObject({ sha256, sizeBytes: photo.length, mediaType: 'image/png', fileName: 'door.png' });
      expect(await fetchShown(attached.file.id)).toBeNull();
      const preview = await station.call<EvidencePreview>('evidence.preview', { fileId: attached.file.id });
      expect(preview).toMatchObject({ mediaType: 'image/png', show: 'image', size: photo.length });
      const shown = await fetchShown(attached.file.id);
      expect(shown?.headers.get('content-security-policy')).toMatch(/^sandbox/);
      expect(shown?.headers.get('cache-control')).toBe('no-store');
      expect((await bytesOf(shown)).equals(photo)).toBe(true);
      const part = await fetchShown(attached.file.id, { range: 'bytes=1048570-1048585' });
      expect(part?.status).toBe(206);
      expect((await bytesOf(part)).equals(photo.subarray(1048570, 1048586))).toBe(true);
      expect(await station.call('evidence.verify', { fileId: attached.file.id })).toMatchObject({
        agrees: true,
        actualSha256: sha256,
      });
    });

    it('is the same attachment when the reply was lost, though the grant is gone', async () => {
      const again = await station.call<AttachResult>('evidence.attach', { ...input, grantId: randomUUID() });
      expect(again.file.id).toBe(attached.file.id);
      const list = await station.call<{ total: number }>('entities.evidenceFiles.list', {});
      expect(list.total).toBe(1);
    });

    it('is filed once when the same bytes come again, and still found here', async () => {
      const more = { ...input, opId: uuidv7(), grantId: await station.grant('copy.png', photo) };
      expect((await station.call<AttachResult>('evidence.attach', more)).file.id).toBe(attached.file.id);
    });

    it('stays sealed with an orphan note when the database refuses, and is found again', async () => {
      const opId = uuidv7();
      const grantId = await station.grant('late.txt', 'late');
      const wrong = { opId, evidenceId: randomUUID(), grantId, controlTestId: randomUUID() };
      expect(await station.codeOf('evidence.attach', wrong)).not.toBe('ok');
      const { controlTestId: _gone, ...right } = wrong;
      const result = await station.call<AttachResult>('evidence.attach', right);
      expect(result.file.sha256).toBe(createHash('sha256').update('late').digest('hex'));
    });

    it('is not shown in another session, nor after signing out', async () => {
      await station.call('evidence.preview', { fileId: attached.file.id });
      await station.call('session.signOut');
      expect(await fetchShown(attached.file.id)).toBeNull();
      await station.signIn('second@bank.example');
      expect(await fetchShown(attached.file.id)).toBeNull();
      expect(await station.codeOf('evidence.preview', { fileId: attached.file.id })).toBe('NOT_ON_THIS_DEVICE');
      await station.call('session.signOut');
      await station.signIn('both@bank.example');
      await station.call('session.switchTenant', { tenantId: station.tenants.clinic });
      expect(await station.codeOf('evidence.preview', { fileId: attached.file.id })).toBe('NOT_FOUND');
      await station.call('session.signOut');
    });

    it('opens again after a restart, and shows one changed byte', async () => {
      await station.restart();
      await station.signIn(AUDITOR);
      expect(await station.call('evidence.verify', { fileId: attached.file.id })).toMatchObject({ agrees: true });
      const vault = join(station.folder, 'vault');
      const name = readdirSync(vault, { recursive: true, encoding: 'utf8' }).find((path) =>
        path.endsWith(`${attached.file.id}.kev`),
      );
      const path = join(vault, name ?? '');
      const sealed = readFileSync(path);
      sealed[sealed.length - 100] = (sealed[sealed.length - 100] ?? 0) ^ 1;
      writeFileSync(path, sealed);
      const check = await station.call<EvidenceCheck>('evidence.verify', { fileId: attached.file.id });
      expect(check).toMatchObject({ agrees: false, actualSha256: null, expectedSha256: sha256 });
      await station.call('session.signOut');
    });

    it('is not filed by somebody who only reads', async () => {
      await station.signIn('viewer@bank.example');
      const grantId = await station.grant('v.txt', 'v');
      expect(await station.codeOf('evidence.attach', { opId: uuidv7(), evidenceId: randomUUID(), grantId })).toBe('ROLE_FORBIDS');
      await station.call('session.signOut');
    });
  });

  describe('the connection page', () => {
    const form = async (extra: Record<string, unknown> = {}) => {
      const [, server] = await station.call<readonly ServerProfile[]>('connection.profiles');
      if (!server) throw new Error('no server profile');
      const { name, host, port, database, tlsMode } = server;
      return { id: server.id, name, kind: 'server', host, port, database, tlsMode, caFile: null, viaPgBouncer: false, ...extra };
    };
    const stepsOf = async (input: unknown) => {
      const diagnosis = await station.call<Diagnosis>('connection.test', input);
      return Object.fromEntries(diagnosis.steps.map((step) => [step.key, step.code ?? step.ok]));
    };

    it('examines the workspace of this laptop', async () => {
      if (kind !== 'embedded') return;
      expect(await station.call('connection.test', { id: 'embedded' })).toMatchObject({ ok: true });
      expect(await station.codeOf('connection.test', { id: 'gone' })).toBe('NOT_FOUND');
      expect(await station.codeOf('connection.remove', { id: 'embedded' })).toBe('STILL_REFERENCED');
    });

    it('examines a form before it is saved, to the very step that fails', async () => {
      if (kind === 'embedded') return;
      expect(await stepsOf(await form())).toMatchObject({ resolve: true, connect: true, signIn: null });
      expect(await stepsOf(await form({ id: null, port: 1 }))).toMatchObject({
        resolve: true,
        connect: 'SERVER_UNREACHABLE',
        tls: null,
      });
      expect(await stepsOf(await form({ id: null, host: 'no-such-host.invalid' }))).toMatchObject({ resolve: 'HOST_UNKNOWN' });
    });

    it('refuses a certificate file that is none, and one of another window', async () => {
      if (kind === 'embedded') return;
      const caFile = await station.grant('ca.pem', 'not a certificate');
      expect(await station.codeOf('connection.save', await form({ caFile }))).toBe('CA_FILE_INVALID');
      expect(await station.codeOf('connection.save', await form({ caFile: randomUUID() }))).toBe('FILE_GRANT_UNKNOWN');
    });

    it('signs in over TLS with the authority of a chosen file, and to nobody else', async () => {
      const authority = process.env.KOMPL_TEST_PG_CA;
      if (kind !== 'server' || !authority) return;
      const caFile = await station.grant('authority.pem', readFileSync(authority));
      await station.call('connection.save', await form({ tlsMode: 'verify-full', caFile }));
      expect(await signIn(AUDITOR)).toBe('ok');
      await station.call('connection.save', await form({ tlsMode: 'verify-full', caFile: 'none' }));
      expect(await station.call('session.state')).toMatchObject({ person: null });
      expect(await signIn(AUDITOR)).toBe('TLS_UNTRUSTED');
      await station.call('connection.save', await form({ tlsMode: 'disable' }));
      expect(await signIn(AUDITOR)).toBe('ok');
    });

    it('signs out whoever is in when another connection is chosen', async () => {
      if (kind === 'embedded') return;
      const [, server] = await station.call<readonly ServerProfile[]>('connection.profiles');
      await station.signIn(AUDITOR);
      await station.call('connection.use', { id: 'embedded' });
      expect(await station.call('session.state')).toMatchObject({ person: null, workspace: null });
      expect(await station.codeOf('entities.regulations.list', {})).toBe('NOT_SIGNED_IN');
      await station.call('connection.use', { id: server?.id });
      expect(await signIn(AUDITOR)).toBe('ok');
      await station.call('session.signOut');
    });
  });

  describe('the device', () => {
    it('counts its operations without a number twice, over restarts', async () => {
      await station.signIn(AUDITOR);
      await station.call('session.signOut');
      const schema = `tenant_${station.tenants.bank.replaceAll('-', '')}`;
      const { rows } = await station.admin((client) =>
        client.query(`SELECT count(*)::int AS n, count(DISTINCT (device_id, device_seq))::int AS d FROM ${schema}.sync_ops`),
      );
      expect(rows[0]).toMatchObject({ n: expect.any(Number) });
      expect((rows[0] as { n: number }).n).toBe((rows[0] as { d: number }).d);
    });
  });
});
