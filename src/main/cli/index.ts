/** `kompl`, the command line: the same services as the window, on plain Node without a display. */
import { join } from 'node:path';
import { forkTransport } from '@main/db/embedded/transport';
import { programFolder } from './folders';
import { processIo } from './io';
import { runCommandLine } from './run';

// A reader that went away (`kompl … | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

void runCommandLine(process.argv.slice(2), {
  io: processIo,
  embedded: forkTransport(join(programFolder(), 'embedded-postgres.js')),
  folder: process.cwd(),
}).then((code) => {
  process.exitCode = code;
});
