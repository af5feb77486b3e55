/** Starts the embedded server in an Electron utilityProcess. */
import { exactBytes, isFromServer } from '@main/db/embedded/messages';
import type { EmbeddedTransport } from '@main/db/embedded/transport';
import { utilityProcess } from 'electron';

/**
 * Transport of `openDatabase` under Electron. `entry` is the bundled `embedded-postgres.js`; in a package it must lie outside
 * of the asar, for the engine reads its own files by path.
 */
export function utilityProcessTransport(entry: string): EmbeddedTransport {
  return () => {
    const child = utilityProcess.fork(entry, [], { serviceName: 'KOMPL.AI embedded PostgreSQL', stdio: 'ignore' });
    return {
      post: (message) => child.postMessage(message.type === 'data' ? { ...message, bytes: exactBytes(message.bytes) } : message),
      kill: () => void child.kill(),
      listen(listener) {
        child.on('message', (message: unknown) => {
          if (isFromServer(message)) listener(message);
        });
      },
      onExit(listener) {
        child.once('exit', () => listener());
      },
    };
  };
}
