/** The floor of the start figure: the least that Electron can show. Prints `ready` when an empty page is loaded and the window shown. */
import { app, BrowserWindow } from 'electron';

void app.whenReady().then(async () => {
  const window = new BrowserWindow({ width: 1440, height: 900, show: false });
  const shown = new Promise<void>((done) => window.once('show', done));
  const loaded = new Promise<void>((done) => window.webContents.once('did-finish-load', () => done()));
  window.once('ready-to-show', () => window.show());
  void window.loadURL('data:text/html,<!doctype html><title>Empty</title>');
  await Promise.all([shown, loaded]);
  process.stdout.write('ready\n');
});

process.on('SIGTERM', () => app.exit(0));
