/** Where the workstation keeps its own things, on each system; the command line uses the same folder as the window. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const NAME = 'kompl-workstation';

export interface FolderEnvironment {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

/** `$XDG_CONFIG_HOME/kompl-workstation`, `~/Library/Application Support/…` or `%APPDATA%\…`. */
export function defaultDataFolder(
  { platform, env, home }: FolderEnvironment = { platform: process.platform, env: process.env, home: homedir() },
): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', NAME);
  if (platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), NAME);
  return join(env.XDG_CONFIG_HOME ?? join(home, '.config'), NAME);
}

export interface DataFolder {
  readonly root: string;
  readonly logs: string;
  readonly vault: string;
  readonly certificates: string;
  readonly settings: string;
  readonly device: string;
  readonly attempts: string;
  /** Imports whose answer has not come. */
  readonly imports: string;
  /** What the last preparation of the embedded workspace found. */
  readonly stamp: string;
}

/** The embedded server keeps its cluster and its lock in `root` itself. */
export function dataFolder(root: string): DataFolder {
  const base = resolve(root);
  return {
    root: base,
    logs: join(base, 'logs'),
    vault: join(base, 'vault'),
    certificates: join(base, 'certificates'),
    settings: join(base, 'settings.json'),
    device: join(base, 'device.json'),
    attempts: join(base, 'sign-in-attempts.json'),
    imports: join(base, 'imports.json'),
    stamp: join(base, 'workspace-stamp.json'),
  };
}
