/** For tests and benches: a TCP proxy in front of a server that can delay, cut, swallow and count. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** How often the client spoke after the server had: one burst is one round trip. */
  bursts: number;
  /** Added to every byte in each direction, milliseconds; half of the added round trip. */
  delayMs: number;
  /** Swallows everything while true, as a dead network does. */
  silent: boolean;
  /** The connection that next sends a message with this text is reset when its answer comes; then null again. */
  swallowAnswerTo: string | null;
  /** Resets every connection; new ones are still accepted. */
  cut(): void;
  /** Cuts and refuses new connections until `resume`. */
  stop(): Promise<void>;
  resume(): Promise<void>;
}

export async function startTcpProxy(to: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let serverSpoke = true;
  const relay = (from: Socket, into: Socket, passes: (bytes: Buffer) => boolean) => {
    from.setNoDelay(true);
    from.on('data', (bytes) => {
      if (!passes(bytes) || proxy.silent) return;
      if (proxy.delayMs === 0) into.write(bytes);
      else setTimeout(() => into.write(bytes), proxy.delayMs);
    });
    from.on('error', () => into.destroy());
    from.on('close', () => {
      sockets.delete(from);
      if (!proxy.silent) setTimeout(() => into.end(), proxy.delayMs);
    });
    sockets.add(from);
  };
  const server = createServer((client) => {
    const upstream = connect(to);
    let doomed = false;
    relay(client, upstream, (bytes) => {
      if (serverSpoke) proxy.bursts += 1;
      serverSpoke = false;
      if (proxy.swallowAnswerTo !== null && bytes.includes(proxy.swallowAnswerTo)) {
        proxy.swallowAnswerTo = null;
        doomed = true;
      }
      return true;
    });
    relay(upstream, client, () => {
      serverSpoke = true;
      // The server has done what it was asked; nobody will ever hear it.
      if (doomed) client.resetAndDestroy();
      return !doomed;
    });
  });
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  const port = await listen(0);
  const proxy: TcpProxy = {
    port,
    bursts: 0,
    delayMs: 0,
    silent: false,
    swallowAnswerTo: null,
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      proxy.cut();
      await closed;
    },
    async resume() {
      await listen(port);
    },
  };
  return proxy;
}
