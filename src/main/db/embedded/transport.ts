/** How a parent reaches the embedded server's process; under Electron see `workers/utility-process.ts`. */
import { fork } from 'node:child_process';
import { EmbeddedHost } from './host';
import { type FromServer, isFromServer, type ToServer } from './messages';

/** One started server process. */
export interface EmbeddedLink {
  post(message: ToServer): void;
  /** Ends the process at once, without a proper shutdown. */
  kill(): void;
  listen(listener: (message: FromServer) => void): void;
  /** Called once, when the process has ended for whatever reason. */
  onExit(listener: () => void): void;
}

/** Starts a new server process; called again after one has died. */
export type EmbeddedTransport = () => EmbeddedLink;

/** A child process of plain Node that runs the bundled `embedded-postgres.js`. */
export function forkTransport(entry: string): EmbeddedTransport {
  return () => {
    const child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
    let exited = false;
    let onExit: () => void = () => undefined;
    const exit = () => {
      if (exited) return;
      exited = true;
      onExit();
    };
    child.once('exit', exit);
    // A child that cannot be started emits `error` and never `exit`.
    child.once('error', exit);
    return {
      post(message) {
        // A message to a child that has just died is lost with it; its exit ends every connection.
        if (child.connected) child.send(message, () => undefined);
      },
      kill: () => void child.kill('SIGKILL'),
      listen(listener) {
        child.on('message', (message: unknown) => {
          if (isFromServer(message)) listener(message);
        });
      },
      onExit(listener) {
        if (exited) listener();
        else onExit = listener;
      },
    };
  };
}

/** The server in this very process: for unit tests and short scripts; queries hold up the event loop. */
export function inProcessTransport(): EmbeddedTransport {
  return () => {
    let deliver: (message: FromServer) => void = () => undefined;
    const host = new EmbeddedHost((message) => deliver(message));
    return {
      post: (message) => host.handle(message),
      kill: () => void host.stop(),
      listen(listener) {
        deliver = listener;
      },
      onExit(listener) {
        void host.ended.then(listener);
      },
    };
  };
}
