/**
 * From "Electron is ready" to a window that can be used, in the order that is fastest: settings, the window, its files, and only
 * then the modules that do the work; the embedded server beside them where there are cores for it, after them where there are
 * not. Also the way back: an orderly, time-bounded end.
 */
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { AppEvent, ConnectionState, SessionState } from '@shared/ipc';
import { app, type BrowserWindow, clipboard, dialog, session as electronSession, powerMonitor } from 'electron';
import { EMBEDDED_NAME } from '../connections/profiles';
import { bindChannels, broadcast } from '../ipc/adapter';
import { kindOf } from '../ipc/failure';
import type { Rpc } from '../ipc/rpc';
import { writeBytesAtomically } from '../platform/atomic-file';
import { dataFolder } from '../platform/data-folder';
import { keyStore } from '../platform/key-store';
import { createLogger, type Logger } from '../platform/logger';
import { safeOpenExternal } from '../security/external';
import { hardenContents, hardenSession } from '../security/harden';
import { serveApp } from '../security/scheme';
import { respondFromVault } from '../security/vault-responder';
import { openSettings } from '../settings/settings';
import { utilityProcessTransport } from '../workers/utility-process';
import type { Workstation } from './compose';
import { setMenu } from './menu';
import { startAt } from './prefork';
import { createPrinter } from './print-pdf';
import { knownWorkspace } from './stamp';
import { watchStart } from './start-watch';
import { APP_TITLE, applyTheme, createMainWindow } from './window';

/** Closing takes a checkpoint of the embedded server; nobody waits longer than this for it. */
const CLOSE_MS = 12_000;
/** The window and main keep this many cores busy until the window can be used. */
const WINDOW_CORES = 2;
/** A window that does not come up, or does not ask, must not keep the workspace from opening, ms. */
const USABLE_MS = 3_000;
const CALL_MS = 2_000;

interface Loaded {
  readonly workstation: Workstation;
  readonly rpc: Rpc;
}

export async function startWorkstation(): Promise<{ show(): void }> {
  const now = () => new Date();
  const folder = dataFolder(app.getPath('userData'));
  const log = createLogger({ folder: folder.logs, now });
  const settings = openSettings(folder.settings, now);
  const ownIds = new Set<number>();
  const watch = watchStart({
    startedAt: process.env.KOMPL_STARTED_AT,
    now: Date.now,
    elapsed: () => performance.now(),
    print: (line) => process.stdout.write(line),
    onReady: (milestones) => log.info('ready', { milestones }),
  });
  watch.reached('electron');

  const transport = utilityProcessTransport(unpacked(join(__dirname, 'embedded-postgres.js')));
  const usable = signalWithin(USABLE_MS);
  // Two cores are busy with the window until it can be used; a server that starts beside it would only keep both waiting.
  const serverMoment = availableParallelism() > WINDOW_CORES ? Promise.resolve() : usable.given;
  const served = settings.get().connections.inUse === 'embedded' ? startAt(serverMoment, transport, folder.root) : transport;
  const called = signalWithin(CALL_MS); // the window needs an answer, or nothing any more

  const loading = called.given.then(load);
  loading.catch((error: unknown) => log.error('the application could not be put together', kindOf(error)));
  hardenContents(app, log);
  hardenSession(electronSession.defaultSession);
  serveApp(electronSession.defaultSession, {
    rendererRoot: join(__dirname, '../renderer'),
    vault: async (fileId, request) => {
      const { workstation } = await loading;
      return respondFromVault(workstation.evidence, workstation.session.epoch(), fileId, request);
    },
    onError: (error) => log.error('a file could not be served', kindOf(error)),
  });
  bindChannels({
    ownIds,
    ready: loading.then(({ workstation, rpc }) => ({ rpc, grants: workstation.grants })),
    onFirstCall() {
      // Main answers nothing while it loads: the form comes first where it needs no answer.
      if (!sayWhatIsKnown()) called.give();
    },
    onReady() {
      watch.reached('page');
      called.give();
      usable.give();
    },
    log,
    newReference: randomUUID,
  });
  setMenu(app);
  const window = openWindow();
  watch.reached('window');

  function openWindow(): BrowserWindow {
    const made = createMainWindow(settings);
    const { id } = made.webContents;
    ownIds.add(id);
    const forget = () => {
      loading.then(
        ({ workstation, rpc }) => {
          rpc.forget(id);
          workstation.grants.forget(id);
        },
        // There is nothing to forget in an application that did not come up.
        () => undefined,
      );
    };
    made.webContents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) forget();
    });
    made.webContents.on('render-process-gone', (_event, { reason }) => {
      log.error('the window ended', { reason });
      forget();
      if (reason !== 'clean-exit' && !made.isDestroyed()) made.webContents.reload();
    });
    made.on('closed', () => {
      ownIds.delete(id);
      forget();
    });
    return made;
  }

  /** The sign-in form of a known workspace needs nothing of what is still to be loaded. */
  function sayWhatIsKnown(): boolean {
    if (settings.get().connections.inUse !== 'embedded' || knownWorkspace(folder.stamp, now) === null) return false;
    broadcast(ownIds, { type: 'connection', connection: openingWorkspace(now()) });
    broadcast(ownIds, { type: 'session', session: { person: null, workspace: null, workspaces: [] } });
    return true;
  }

  async function load(): Promise<Loaded> {
    // These modules are most of main's code.
    const [{ compose }, { createRpc }, { rootRouter }] = await Promise.all([
      import('./compose'),
      import('../ipc/rpc'),
      import('../ipc/router'),
    ]);
    const workstation = compose({
      folder,
      settings,
      log,
      version: app.getVersion(),
      officialRuntime: isOfficialRuntime(),
      migrations: join(app.getAppPath(), 'migrations'),
      transport: served,
      emit(event: AppEvent) {
        if (event.type === 'connection' && event.connection.state !== 'starting') watch.reached('connection');
        broadcast(ownIds, event);
      },
      saveFile: (_call, fileName, content) => saveFile(window, fileName, content),
      chooseFile: (_call, fileName) => chooseFile(window, fileName),
      printer: createPrinter(),
      openLink: (address) => safeOpenExternal(window, address),
      applyTheme,
      onSession: sessionShower(window),
      secrets: keyStore(),
      demo: true,
    });
    watch.reached('services');
    const rpc = createRpc({ router: rootRouter, services: Promise.resolve(workstation.services), log, newReference: randomUUID });
    powerMonitor.on(
      'resume',
      () => void workstation.connection.renew().catch((error: unknown) => log.error('after sleep', kindOf(error))),
    );
    return { workstation, rpc };
  }

  endInOrder(loading, log);
  log.info('started', { version: app.getVersion(), electron: process.versions.electron, platform: process.platform });
  return {
    show() {
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
  };
}

/** How the connection stands before the modules that make it are there. */
function openingWorkspace(since: Date): ConnectionState {
  const profile = { profileName: EMBEDDED_NAME, embedded: true, known: true };
  const phase = { state: 'starting', since: since.toISOString(), error: null, nextTryAt: null } as const;
  return { ...phase, ...profile, progress: null };
}

/** A moment that somebody gives, or that comes by itself after `limitMs`. */
function signalWithin(limitMs: number): { readonly given: Promise<void>; readonly give: () => void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  setTimeout(give, limitMs).unref();
  return { given, give };
}

/** The embedded server reads its own files by path, so it lies outside of a packaged archive. */
function unpacked(path: string): string {
  return path.replace(/\bapp\.asar\b/, 'app.asar.unpacked');
}

/** The runtime of package.json, not the development one of the set-up scripts. */
function isOfficialRuntime(): boolean {
  return process.env.KOMPL_ELECTRON_OFFICIAL !== '0' && Number.parseInt(process.versions.electron, 10) >= 40;
}

/** The title says where one is; what was copied in a tenant is not there to be pasted after it. */
function sessionShower(window: BrowserWindow): (state: SessionState) => void {
  let former: string | null = null;
  return ({ workspace }) => {
    if (former !== null && former !== workspace?.tenantId) clipboard.clear();
    former = workspace?.tenantId ?? null;
    if (!window.isDestroyed()) window.setTitle(workspace ? `${workspace.name} — ${APP_TITLE}` : APP_TITLE);
  };
}

async function chooseFile(window: BrowserWindow, fileName: string): Promise<string | null> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath: join(app.getPath('documents'), fileName) });
  return canceled || !filePath ? null : filePath;
}

async function saveFile(window: BrowserWindow, fileName: string, content: string | Uint8Array) {
  const filePath = await chooseFile(window, fileName);
  if (filePath === null) return null;
  const bytes = Buffer.from(content);
  writeBytesAtomically(filePath, bytes);
  return { fileName: basename(filePath), size: bytes.length };
}

/** Quitting waits for the connections to close, but not for ever. */
function endInOrder(loading: Promise<Loaded>, log: Logger): void {
  let ending = false;
  app.on('before-quit', (event) => {
    event.preventDefault();
    if (ending) return;
    ending = true;
    const closed = loading
      .then(({ workstation }) => workstation.close())
      .then(
        () => 'closed',
        (error: unknown) => {
          log.error('closing failed', kindOf(error));
          return 'failed';
        },
      );
    const timeout = new Promise<string>((resolve) => setTimeout(resolve, CLOSE_MS, 'not closed in time'));
    void Promise.race([closed, timeout]).then((how) => {
      log.info('ended', { how });
      app.exit(0);
    });
  });
  app.on('window-all-closed', () => app.quit());
}
