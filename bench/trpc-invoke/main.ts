/**
 * A window as the workstation makes it (own protocol, sandbox, real router and adapter) around a page that measures. Prints one
 * line `BENCH {…}` with what the page found, and ends.
 */
import '@main/platform/polyfills';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { bindChannels } from '@main/ipc/adapter';
import { rootRouter } from '@main/ipc/router';
import { createRpc } from '@main/ipc/rpc';
import { createFileGrants } from '@main/platform/file-grants';
import { hardenSession, securePreferences } from '@main/security/harden';
import { APP_START } from '@main/security/origin';
import { registerAppScheme, serveApp } from '@main/security/scheme';
import { app, BrowserWindow, ipcMain, session } from 'electron';
import { BENCH_CHANNELS, type Outcome, ROWS } from './channels';
import { controlsPage } from './rows';
import { servicesWith } from './services';

const complain = (what: string, fields: unknown = {}) => console.error(what, JSON.stringify(fields));
const log = { debug: () => undefined, info: () => undefined, warn: complain, error: complain };
const rows = controlsPage(ROWS);

function end(outcome: Outcome): void {
  process.stdout.write(`BENCH ${JSON.stringify({ outcome, bytes: JSON.stringify(rows).length })}\n`, () => app.exit(0));
}

registerAppScheme();
void app.whenReady().then(() => {
  hardenSession(session.defaultSession);
  serveApp(session.defaultSession, {
    rendererRoot: join(__dirname, 'page'),
    vault: async () => null,
    onError: () => complain('the page could not be served'),
  });
  const window = new BrowserWindow({ webPreferences: securePreferences(join(__dirname, 'preload.cjs'), false) });
  const own = new Set([window.webContents.id]);
  const rpc = createRpc({ router: rootRouter, services: Promise.resolve(servicesWith(rows)), log, newReference: randomUUID });
  const grants = createFileGrants(randomUUID, () => performance.now());
  const ready = Promise.resolve({ rpc, grants });
  const nothing = () => undefined;
  bindChannels({ ownIds: own, ready, onFirstCall: nothing, onReady: nothing, log, newReference: randomUUID });
  ipcMain.handle(BENCH_CHANNELS.raw, () => rows);
  ipcMain.once(BENCH_CHANNELS.done, (_event, outcome: Outcome) => end(outcome));
  window.webContents.on('render-process-gone', (_event, { reason }) => end({ ok: false, reason: `the page ended: ${reason}` }));
  void window.loadURL(APP_START);
});
