/**
 * The composition root: puts the services together from settings, device, connection, session and vault. Free of Electron;
 * what needs it comes in as a port, so that tests compose the very same application under plain Node.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { AppEvent, ConnectionState, SessionState } from '@shared/ipc';
import type { AppInfo, AppSettings } from '@shared/wire/app';
import type { ServerProfile } from '@shared/wire/connection';
import { v7 as uuidv7 } from 'uuid';
import { importJournalSchema } from '../bulk/import/journal';
import { knockAt } from '../connections/knock';
import { createLiveConnection, type LiveConnection } from '../connections/live';
import { createProfileStore, type ProfileStore } from '../connections/profiles';
import { createConnectionService } from '../connections/service';
import { type Database, openDatabase } from '../db/database';
import { diagnosePlaces } from '../db/diagnose';
import type { EmbeddedTransport } from '../db/embedded/transport';
import { loadMigrations } from '../db/migrate';
import { readPlaces } from '../db/places';
import { dbRoleOf } from '../db/provision';
import { newestVersions, readStanding } from '../db/standing';
import type { ServerTarget } from '../db/target';
import { calendarDate, systemClock } from '../entities/context';
import { argon2id } from '../evidence/argon2';
import type { Evidence } from '../evidence/service';
import { unlockKeyRing } from '../evidence/vault-keys';
import { createSession, type Session } from '../identity/session';
import { openThrottle } from '../identity/throttle';
import type { Services } from '../ipc/services';
import type { DataFolder } from '../platform/data-folder';
import { openDevice } from '../platform/device';
import { createFileGrants, type FileGrants } from '../platform/file-grants';
import { openJsonStore } from '../platform/json-store';
import type { Logger } from '../platform/logger';
import type { SettingsStore } from '../settings/settings';
import type { SecretStore } from '../trail/embedded-sealer';
import { startSealingLater } from '../trail/sealing-later';
import { createVisits } from '../trail/visits';
import { createAdminPorts } from './admin-ports';
import { createTenantPorts, type PortOptions } from './ports';
import { prepareWorkspace } from './prepare';
import { knownWorkspace } from './stamp';

export interface ComposeOptions {
  readonly folder: DataFolder;
  readonly settings: SettingsStore;
  readonly log: Logger;
  readonly version: string;
  readonly officialRuntime: boolean;
  readonly migrations: string;
  readonly transport: EmbeddedTransport;
  readonly emit: (event: AppEvent) => void;
  readonly saveFile: PortOptions['saveFile'];
  readonly chooseFile: PortOptions['chooseFile'];
  readonly printer: PortOptions['printer'];
  readonly openLink: (address: string) => Promise<boolean>;
  readonly applyTheme: (theme: AppSettings['theme']) => void;
  /** The tenant on screen is another one, or none: clipboard and title follow. */
  readonly onSession: (state: SessionState) => void;
  /** The operating system's key store, for the key that seals the trail of this laptop's workspace; null where there is none. */
  readonly secrets: SecretStore | null;
  /** Whether a new workspace on this laptop gets the demonstration tenants. */
  readonly demo: boolean;
}

export interface Workstation {
  readonly services: Services;
  readonly session: Session;
  readonly connection: LiveConnection;
  readonly evidence: Evidence;
  readonly grants: FileGrants;
  /** Signs out and closes every connection; the embedded server has ended when it resolves. */
  close(): Promise<void>;
}

export function compose(options: ComposeOptions): Workstation {
  const { folder, settings, log, version, emit } = options;
  const device = openDevice(folder.device, randomUUID, systemClock.now);
  const source = `workstation/${version} ${device.id}`;
  const grants = createFileGrants(randomUUID, () => performance.now());
  const profiles = createProfileStore(settings, folder.certificates, randomUUID);
  const known = knownWorkspace(folder.stamp, systemClock.now);
  let demo = known?.demo ?? false;

  const connection = createLiveConnection({
    profile: () => profiles.inUse(),
    openEmbedded: () => openDatabase({ kind: 'embedded', dataDir: folder.root, transport: options.transport }),
    known: () => known !== null,
    async prepare(database: Database, progress) {
      demo = (
        await prepareWorkspace(database, {
          migrations: options.migrations,
          stamp: folder.stamp,
          demo: options.demo,
          progress,
          printer: options.printer,
          log,
        })
      ).demo;
    },
    openServer: async (profile, credentials) => openDatabase({ ...targetOf(profile, profiles), ...credentials }),
    knock: (profile) => knockAt(() => diagnosePlaces(withoutPassword(targetOf(profile, profiles))), systemClock.now),
    onState: (state: ConnectionState) => emit({ type: 'connection', connection: state }),
    log,
    now: systemClock.now,
  });

  const session = createSession({
    connection,
    embedded: () => profiles.inUse().kind === 'embedded',
    source,
    settings,
    throttle: openThrottle(folder.attempts, () => randomBytes(16).toString('hex'), {
      wall: Date.now,
      steady: () => performance.now(),
    }),
    unlock: (personId, password) => unlockKeyRing(personId, password, { folder: folder.vault, kdf: argon2id }),
    standing: async (database, personId, tenantId) =>
      readStanding(database, { personId, tenantId, source, expected: newestVersions(await loadMigrations(options.migrations)) }),
    today: () => calendarDate(new Date()),
    onState(state) {
      visits.follow(state);
      options.onSession(state);
      emit({ type: 'session', session: state });
    },
    onLeave() {
      grants.clear();
      ports.evidence.forget();
    },
    log,
  });

  const visits = createVisits({ database: () => session.open().database, source, told: () => ports.told(), log });

  const ports = createTenantPorts({
    session,
    device,
    clock: systemClock,
    source,
    grants,
    vaultRoot: folder.vault,
    importJournal: openJsonStore({
      path: folder.imports,
      schema: importJournalSchema,
      initial: () => ({ entries: [] }),
      now: systemClock.now,
    }),
    newId: uuidv7,
    emit,
    saveFile: options.saveFile,
    chooseFile: options.chooseFile,
    printer: options.printer,
    version,
    log,
  });

  const services: Services = {
    app: {
      info: (): AppInfo => ({
        version,
        platform: platformName(process.platform),
        officialRuntime: options.officialRuntime,
        demo,
        settingsNotice: settings.notice ?? device.notice,
      }),
      settings: () => settings.get().app,
      async saveSettings(patch) {
        const { app } = settings.update((current) => ({ ...current, app: { ...current.app, ...patch } }));
        options.applyTheme(app.theme);
        return app;
      },
      openLink: options.openLink,
    },
    connection: createConnectionService({
      live: connection,
      profiles,
      session,
      grants,
      diagnose: async ({ signIn, ...server }) => {
        const [first, ...also] = readPlaces(server.host, String(server.port));
        return diagnosePlaces(
          {
            ...server,
            ...first,
            also,
            tls: { mode: server.tlsMode, ca: server.ca },
            ...(signIn ? { user: dbRoleOf(signIn.email), password: signIn.password } : NOBODY),
            kind: 'server',
          },
          { expected: newestVersions(await loadMigrations(options.migrations)) },
        );
      },
      async diagnoseEmbedded() {
        const began = performance.now();
        const database = await connection.embedded();
        const { state, error } = await database.probe();
        const ok = state === 'online';
        const step = { key: 'connect', ok, text: ok ? 'The workspace on this laptop answers' : 'It does not answer' } as const;
        return { steps: [error ? { ...step, code: error.code } : step], ok, latencyMs: Math.round(performance.now() - began) };
      },
    }),
    session: {
      state: session.state,
      epoch: session.epoch,
      signIn: session.signIn,
      async signOut() {
        await visits.end();
        return session.signOut();
      },
      switchTenant: session.switchTenant,
      changePassword: session.changePassword,
    },
    ...ports,
    ...createAdminPorts({ session, source, migrations: options.migrations }),
  };

  connection.start();
  const sealing = startSealingLater({
    inUse: () => profiles.inUse().kind === 'embedded',
    database: () => connection.embedded(),
    folder: folder.root,
    secrets: options.secrets,
    log,
    now: () => performance.now(),
  });
  return {
    services,
    session,
    connection,
    evidence: ports.evidence,
    grants,
    async close() {
      await sealing.stop();
      await visits.end();
      await session.signOut();
      await connection.close();
    },
  };
}

const NOBODY = { user: '', password: '' } as const;

function targetOf(profile: ServerProfile, profiles: ProfileStore): Omit<ServerTarget, 'user' | 'password'> {
  const { database, tlsMode } = profile;
  const [first, ...also] = readPlaces(profile.host, String(profile.port));
  return {
    kind: 'server',
    ...first,
    also,
    readReplicas: also.length > 0,
    database,
    tls: { mode: tlsMode, ca: profiles.caText(profile) },
  };
}

function withoutPassword(target: Omit<ServerTarget, 'user' | 'password'>): ServerTarget {
  return { ...target, ...NOBODY };
}

function platformName(platform: NodeJS.Platform): AppInfo['platform'] {
  return platform === 'linux' || platform === 'darwin' || platform === 'win32' ? platform : 'other';
}
