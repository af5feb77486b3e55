/** Where the program's own files lie, wherever it was built to: beside the bundle, or further up in the tree it was built in. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CodedError } from '@shared/errors';

/** The folder of the program that runs. */
export function programFolder(): string {
  return dirname(realpathSync(process.argv[1] ?? '.'));
}

/** The folder with the migrations. Throws MIGRATION_FAILED where the program was moved away from them. */
export function migrationsFolder(start: string = programFolder()): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = join(folder, 'migrations');
    if (existsSync(join(found, 'public')) && existsSync(join(found, 'tenant'))) return found;
    if (folder === dirname(folder)) break;
  }
  throw new CodedError('MIGRATION_FAILED', { step: 'start', reason: 'the folder "migrations" is not beside the program' });
}
