/** The few flags of the application itself; everything else on its command line is Chromium's. */

export interface Flags {
  readonly version: boolean;
  /** Null: the system's usual place. */
  readonly dataDir: string | null;
}

/** Reads `--version` and `--data-dir DIR` or `--data-dir=DIR`. Throws with a sentence when the folder is missing. */
export function readFlags(argv: readonly string[]): Flags {
  let dataDir: string | null = null;
  for (const [index, argument] of argv.entries()) {
    if (argument !== '--data-dir' && !argument.startsWith('--data-dir=')) continue;
    const value = argument === '--data-dir' ? argv[index + 1] : argument.slice('--data-dir='.length);
    if (value === undefined || value === '' || value.startsWith('--')) throw new TypeError('--data-dir needs a folder');
    dataDir = value;
  }
  return { version: argv.includes('--version'), dataDir };
}
