/**
 * The bridge, and nothing more: five functions on `window.kompl`. It passes on what main answers and never takes a path from
 * the page; a path comes only from a File that the person chose.
 */
import { CHANNELS, MAX_REQUEST_BYTES } from '@shared/channels';
import type { AppEvent, FileGrant, KomplBridge, RpcResponse } from '@shared/ipc';
import { judgeRequest, type RequestVerdict } from '@shared/request-size';
import { contextBridge, ipcRenderer, webUtils } from 'electron';

/**
 * Electron before 32 has no `webUtils.getPathForFile`; there a File carries its path. A File made by the page has none, and what
 * only looks like a File could name any path, so it gets none either.
 */
function pathOf(file: File): string {
  if (!(file instanceof File)) return '';
  // The module is typed for the newest runtime; on the oldest one `webUtils` is not there.
  const utils: typeof webUtils | undefined = webUtils;
  if (utils) return utils.getPathForFile(file);
  return 'path' in file && typeof file.path === 'string' ? file.path : '';
}

/** Main says the same; here it keeps what is too large, or cannot be copied, from being sent between processes at all. */
const REFUSALS: Readonly<Record<Exclude<RequestVerdict, 'fits'>, RpcResponse>> = {
  tooLarge: { ok: false, error: { code: 'INPUT_TOO_LARGE', details: { limitBytes: MAX_REQUEST_BYTES }, faults: [] } },
  refused: { ok: false, error: { code: 'INPUT_INVALID', details: {}, faults: [] } },
};

const bridge: KomplBridge = {
  async invoke(request) {
    const verdict = judgeRequest(request, MAX_REQUEST_BYTES);
    return verdict === 'fits' ? ipcRenderer.invoke(CHANNELS.rpc, request) : REFUSALS[verdict];
  },
  abort: (id) => void ipcRenderer.invoke(CHANNELS.abort, id),
  async grantFile(file) {
    const response: RpcResponse = await ipcRenderer.invoke(CHANNELS.grantFile, pathOf(file));
    // Only plain data crosses the bridge, so a refusal is the wire form of a coded error and not an Error.
    if (!response.ok) return Promise.reject(response.error);
    return response.data as FileGrant;
  },
  onEvent(listener) {
    const pass = (_event: unknown, event: AppEvent) => listener(event);
    ipcRenderer.on(CHANNELS.event, pass);
    return () => void ipcRenderer.removeListener(CHANNELS.event, pass);
  },
  ready: () => ipcRenderer.send(CHANNELS.ready),
};

contextBridge.exposeInMainWorld('kompl', bridge);
