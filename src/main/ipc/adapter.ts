/** Binds the adapter, the file grants and the ready signal to their channels. Every message passes the sender guard first. */
import { CodedError } from '@shared/errors';
import { type AppEvent, CHANNELS, type RpcResponse } from '@shared/ipc';
import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain, webContents } from 'electron';
import type { FileGrants } from '../platform/file-grants';
import type { Logger } from '../platform/logger';
import { isTrustedSender } from '../security/sender';
import { toFailure } from './failure';
import type { Rpc } from './rpc';

export interface ChannelOptions {
  /** The web contents of the application's own windows. */
  readonly ownIds: ReadonlySet<number>;
  /** Put together while the window opens; calls that come earlier wait. */
  readonly ready: Promise<{ readonly rpc: Rpc; readonly grants: FileGrants }>;
  /** The window's first call has come; the answer waits for `ready`. */
  readonly onFirstCall: () => void;
  readonly onReady: () => void;
  readonly log: Logger;
  readonly newReference: () => string;
}

export function bindChannels(options: ChannelOptions): void {
  const { ownIds, ready, log, newReference } = options;
  const trusted = (event: IpcMainInvokeEvent | IpcMainEvent) => {
    const verdict = isTrustedSender(event, ownIds);
    if (!verdict) log.warn('refused', { what: 'call from a stranger' });
    return verdict;
  };

  let called = false;
  ipcMain.handle(CHANNELS.rpc, async (event, raw: unknown): Promise<RpcResponse> => {
    const verdict = trusted(event);
    const { id } = event.sender;
    if (verdict && !called) {
      called = true;
      options.onFirstCall();
    }
    try {
      return await (await ready).rpc.call(id, verdict, raw);
    } catch (error) {
      return { ok: false, error: toFailure(error, { log, newReference, during: 'start' }) };
    }
  });

  ipcMain.handle(CHANNELS.abort, async (event, id: unknown): Promise<void> => {
    const verdict = trusted(event);
    const sender = event.sender.id;
    await ready.then(
      ({ rpc }) => rpc.abort(sender, verdict, id),
      () => undefined,
    );
  });

  ipcMain.handle(CHANNELS.grantFile, async (event, path: unknown): Promise<RpcResponse> => {
    const verdict = trusted(event);
    const { id } = event.sender;
    try {
      if (!verdict) throw new CodedError('SENDER_REFUSED');
      return { ok: true, data: await (await ready).grants.grant(id, path) };
    } catch (error) {
      return { ok: false, error: toFailure(error, { log, newReference, during: 'file grant' }) };
    }
  });

  ipcMain.on(CHANNELS.ready, (event) => {
    if (trusted(event)) options.onReady();
  });
}

/** Tells the application's own windows, and nobody else. */
export function broadcast(ownIds: ReadonlySet<number>, event: AppEvent): void {
  for (const id of ownIds) {
    const contents = webContents.fromId(id);
    if (contents && !contents.isDestroyed()) contents.send(CHANNELS.event, event);
  }
}
