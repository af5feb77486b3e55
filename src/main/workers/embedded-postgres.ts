/**
 * Entry of the embedded server's own process: a utilityProcess under Electron, a forked child under plain Node (command line,
 * tests). Shuts the engine down properly when told to, when the parent has gone, and on SIGTERM; then ends.
 */
import { setFlagsFromString } from 'node:v8';
import { EmbeddedHost } from '@main/db/embedded/host';
import { exactBytes, type FromServer, isToServer } from '@main/db/embedded/messages';

// A start runs much code a few times. Optimising it takes a fifth of the start from the window on two cores, so only what runs
// really often is worth it. Throughput afterwards is the same (docs/measurements.md).
setFlagsFromString('--wasm-tiering-budget=50000000');

/** The part of Electron's `process.parentPort` that is used here. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
}

function isParentPort(value: unknown): value is ParentPort {
  return typeof value === 'object' && value !== null && 'postMessage' in value && 'on' in value;
}

const candidate: unknown = Reflect.get(process, 'parentPort');
const port = isParentPort(candidate) ? candidate : null;

function post(message: FromServer): void {
  const whole = message.type === 'data' ? { ...message, bytes: exactBytes(message.bytes) } : message;
  if (port) port.postMessage(whole);
  else if (process.connected) process.send?.(whole);
}

/** A workstation that was killed leaves a server behind that ends by itself; the next start waits for it rather than complain. */
const PATIENCE_MS = 12_000;

const host = new EmbeddedHost(post, port ? PATIENCE_MS : 0);

function receive(message: unknown): void {
  if (isToServer(message)) host.handle(message);
}

if (port) {
  port.on('message', (event) => receive(event.data));
  port.on('close', () => void host.stop());
} else {
  process.on('message', receive);
  process.on('disconnect', () => void host.stop());
}
// The parent decides when to end; Ctrl-C in a terminal reaches the whole group.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => void host.stop());

void host.ended.then(() => {
  // The last message must leave before the process does.
  setTimeout(() => process.exit(0), 20);
});
