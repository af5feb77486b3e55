/** The main process: flags, one instance a data folder, the scheme, and then everything else when Electron is ready. */
import './platform/polyfills';
import { app, dialog } from 'electron';
import { type Flags, readFlags } from './app/flags';
import { startWorkstation } from './app/start';
import { kindOf } from './ipc/failure';
import { defaultDataFolder } from './platform/data-folder';
import { registerAppScheme } from './security/scheme';

function main(): void {
  const flags = flagsOrSentence();
  if (typeof flags === 'string') refuse(flags, 2);
  else if (flags.version) {
    process.stdout.write(`KOMPL.AI Workstation ${app.getVersion()}\n`);
    app.exit(0);
  } else start(flags);
}

function start(flags: Flags): void {
  app.setPath('userData', flags.dataDir ?? defaultDataFolder());
  // Root cannot have Chromium's sandbox: CI runs without it, a release never does.
  const unboxed = app.commandLine.hasSwitch('no-sandbox');
  if (unboxed && app.isPackaged) return void refuse('the workstation does not run without its sandbox (--no-sandbox)', 2);
  // The lock is one a data folder, so two people on one machine, or two tests, do not meet.
  if (!app.requestSingleInstanceLock()) return void refuse('the workstation is open already on this data folder', 0);
  if (!unboxed) app.enableSandbox();
  registerAppScheme();
  const started = app.whenReady().then(startWorkstation);
  app.on('second-instance', () => void started.then((workstation) => workstation.show()));
  started.catch(fail);
  process.on('uncaughtException', fail);
}

function flagsOrSentence(): Flags | string {
  try {
    return readFlags(process.argv);
  } catch (error) {
    return error instanceof Error ? error.message : 'the flags cannot be read';
  }
}

function refuse(reason: string, exitCode: number): void {
  process.stderr.write(`${reason}\n`);
  app.exit(exitCode);
}

/** Nothing can be trusted any more: say so in one sentence and end. What was saved is in the database. */
function fail(error: unknown): void {
  const { kind = 'error', place = '' } = kindOf(error);
  process.stderr.write(`the workstation cannot go on: ${kind} ${place}\n`);
  dialog.showErrorBox(
    'KOMPL.AI Workstation',
    `The workstation cannot go on (${kind} ${place}). What was saved is safe; start it again.`,
  );
  app.exit(1);
}

main();
