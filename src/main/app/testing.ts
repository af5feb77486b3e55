/**
 * For tests only: the very workstation that Electron starts, composed under plain Node on a database of its own, with two
 * tenants and a few people, and called as the window calls it.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AppEvent, RpcResponse, SessionState } from '@shared/ipc';
import { openDatabase } from '../db/database';
import { inProcessTransport } from '../db/embedded/transport';
import { type AdminClient, loadMigrations, migrateAll } from '../db/migrate';
import { createPerson, createTenant } from '../db/provision';
import type { ServerTarget, Target } from '../db/target';
import { createTestDatabase, embeddedFolder, type TestDatabase } from '../db/testing/databases';
import { rootRouter } from '../ipc/router';
import { createRpc, type Rpc } from '../ipc/rpc';
import { dataFolder } from '../platform/data-folder';
import { silentLogger } from '../platform/logger';
import { openSettings } from '../settings/settings';
import { compose, type Workstation } from './compose';

export const MIGRATIONS = resolve(import.meta.dirname, '../../../migrations');
export const PASSWORD = 'correct horse battery staple';
const WINDOW = 1;

export interface TestStation {
  readonly workstation: Workstation;
  readonly folder: string;
  readonly events: AppEvent[];
  readonly titles: (string | null)[];
  readonly tenants: { readonly bank: string; readonly clinic: string };
  /** Runs something as the administrator of the database. */
  admin<T>(work: (client: AdminClient) => Promise<T>): Promise<T>;
  call<T = unknown>(path: string, input?: unknown): Promise<T>;
  respond(path: string, input?: unknown): Promise<RpcResponse>;
  codeOf(path: string, input?: unknown): Promise<string>;
  signIn(email: string, password?: string): Promise<SessionState>;
  /** A file of this content, granted to the window. */
  grant(name: string, content: Buffer | string): Promise<string>;
  /** Closes and composes anew on the same folder, as a restart does. */
  restart(): Promise<void>;
  /** As `restart`, after somebody waited long enough for failures to be forgotten. */
  restartThrottle(): Promise<void>;
  close(): Promise<void>;
}

export async function startStation(kind: TestDatabase['kind']): Promise<TestStation> {
  const server = kind === 'embedded' ? null : await createTestDatabase(kind, 'migrated');
  // The workstation opens its own workspace before it is told of a server; a ready one keeps it from making one meanwhile.
  const folder = await embeddedFolder('migrated');
  const events: AppEvent[] = [];
  const titles: (string | null)[] = [];
  let workstation = open();
  let rpc = channel(workstation);

  function open(): Workstation {
    const data = dataFolder(folder);
    return compose({
      folder: data,
      settings: openSettings(data.settings, () => new Date()),
      log: silentLogger,
      version: '0.0.0',
      officialRuntime: true,
      migrations: MIGRATIONS,
      transport: inProcessTransport(),
      emit: (event) => void events.push(event),
      saveFile: async (_call, fileName, content) => ({ fileName, size: content.length }),
      chooseFile: async (_call, fileName) => join(folder, fileName),
      printer: null,
      openLink: async () => false,
      applyTheme: () => undefined,
      onSession: (state) => void titles.push(state.workspace?.name ?? null),
      secrets: null,
      demo: false,
    });
  }

  function channel(opened: Workstation): Rpc {
    return createRpc({
      router: rootRouter,
      services: Promise.resolve(opened.services),
      log: silentLogger,
      newReference: () => 'R',
    });
  }

  async function restart(): Promise<void> {
    await workstation.close();
    workstation = open();
    rpc = channel(workstation);
  }

  const types = new Map(Object.entries(rootRouter._def.procedures as object).map(([path, each]) => [path, each._def.type]));
  let id = 0;
  const respond = (path: string, input?: unknown): Promise<RpcResponse> =>
    rpc.call(WINDOW, true, { id: ++id, type: types.get(path), path, input });

  async function admin<T>(work: (client: AdminClient) => Promise<T>): Promise<T> {
    if (!server) return (await workstation.connection.embedded()).admin(work);
    const database = openDatabase(server.target);
    try {
      return await database.admin(work);
    } finally {
      await database.close();
    }
  }

  async function call<T>(path: string, input?: unknown): Promise<T> {
    const response = await respond(path, input);
    if (!response.ok) throw new Error(`${path}: ${response.error.code} ${JSON.stringify(response.error)}`);
    return response.data as T;
  }

  if (server) {
    const database = openDatabase(server.target);
    await migrateAll(() => database.connectAdmin(), { folder: MIGRATIONS, now: () => performance.now() });
    await database.close();
    const saved = await call<{ id: string }>('connection.save', profileOf(server.as('nobody', '')));
    await call('connection.use', { id: saved.id });
  }
  const tenants = await admin(populate);

  return {
    get workstation() {
      return workstation;
    },
    folder,
    events,
    titles,
    tenants,
    admin,
    call,
    respond,
    async codeOf(path, input) {
      const response = await respond(path, input);
      return response.ok ? 'ok' : response.error.code;
    },
    signIn: (email, password = PASSWORD) => call('session.signIn', { email, password }),
    async grant(name, content) {
      const path = join(folder, name);
      await writeFile(path, content);
      return (await workstation.grants.grant(WINDOW, path)).grantId;
    },
    restart,
    async restartThrottle() {
      await rm(dataFolder(folder).attempts, { force: true });
      await restart();
    },
    async close() {
      await workstation.close();
      await server?.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function profileOf(target: Target): Record<string, unknown> {
  const { host, port, database } = target as ServerTarget;
  return { id: null, name: 'Test', kind: 'server', host, port, database, tlsMode: 'disable', caFile: null, viaPgBouncer: false };
}

/** A bank, a clinic whose licence has run out, and the people of both. */
async function populate(client: AdminClient): Promise<TestStation['tenants']> {
  const migrations = await loadMigrations(MIGRATIONS);
  const licence = { type: 'standard', startDate: '2020-01-01', endDate: '2099-12-31' };
  const marks = { kind: 'production', place: 'Hamburg', sign: 'NB', colour: 'petrol', weave: 'bars' } as const;
  const bank = (await createTenant(client, { name: 'Bank', domain: 'bank.example', config: marks, licence }, { migrations })).id;
  const clinic = (
    await createTenant(client, { name: 'Clinic', domain: 'clinic.example', config: marks, licence }, { migrations })
  ).id;
  const ended = (
    await createTenant(
      client,
      { name: 'Ended', domain: 'ended.example', config: marks, licence: { ...licence, endDate: '2024-12-31' } },
      { migrations },
    )
  ).id;
  const person = (email: string, tenantId: string, fn: 'auditor' | 'viewer' | 'admin', firstName: string) =>
    createPerson(client, { email, password: PASSWORD, tenantId, function: fn, firstName, lastName: 'Test' });
  await person('auditor@bank.example', bank, 'auditor', 'Anna');
  await person('second@bank.example', bank, 'auditor', 'Bert');
  await person('viewer@bank.example', bank, 'viewer', 'Vera');
  await person('late@ended.example', ended, 'auditor', 'Lena');
  const suspended = await person('gone@bank.example', bank, 'auditor', 'Gus');
  await client.query(`SELECT public.suspend_person('${suspended.id}')`);
  const both = await person('both@bank.example', bank, 'admin', 'Bea');
  await client.query(`SELECT public.grant_membership('${both.id}', '${clinic}', 'auditor')`);
  const none = await person('none@bank.example', bank, 'auditor', 'Nils');
  await client.query(`SELECT public.revoke_membership('${none.id}', '${bank}', 'auditor')`);
  return { bank, clinic };
}
