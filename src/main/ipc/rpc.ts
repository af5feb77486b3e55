/**
 * The tRPC adapter: one request in, one response out, whatever happens. Order of the checks: sender, size and shape, known
 * path, then zod of the procedure, then the procedure. It never rejects and never tells more than a coded error.
 * Electron-free; `adapter.ts` binds it to the channels.
 */
import { CodedError, type CodedErrorData } from '@shared/errors';
import { MAX_REQUEST_BYTES, type RpcRequest, type RpcResponse, rpcRequestSchema } from '@shared/ipc';
import { judgeRequest } from '@shared/request-size';
import { type AnyTRPCRouter, callTRPCProcedure } from '@trpc/server';
import type { Logger } from '../platform/logger';
import { type FailureContext, toFailure } from './failure';
import type { RpcContext } from './procedures';
import type { Services } from './services';

export interface RpcOptions {
  readonly router: AnyTRPCRouter;
  /** Resolved once; calls that come while the services are still being put together wait for them. */
  readonly services: Promise<Services>;
  readonly log: Logger;
  readonly newReference: () => string;
}

export interface Rpc {
  /** `trusted` is the verdict of the sender guard. */
  call(webContentsId: number, trusted: boolean, raw: unknown): Promise<RpcResponse>;
  abort(webContentsId: number, trusted: boolean, id: unknown): void;
  /** The window went away or loaded anew: nobody waits for its calls any more. */
  forget(webContentsId: number): void;
}

export function createRpc(options: RpcOptions): Rpc {
  const running = new Map<string, AbortController>();
  const failure = (during: string): FailureContext => ({ log: options.log, newReference: options.newReference, during });

  async function run(webContentsId: number, request: RpcRequest): Promise<RpcResponse> {
    const key = `${webContentsId}:${request.id}`;
    const controller = new AbortController();
    running.set(key, controller);
    try {
      const context: RpcContext = { services: await options.services, caller: { webContentsId } };
      const data: unknown = await callTRPCProcedure({
        router: options.router,
        path: request.path,
        type: request.type,
        getRawInput: async () => request.input,
        ctx: context,
        signal: controller.signal,
        batchIndex: 0,
      });
      return { ok: true, data };
    } finally {
      if (running.get(key) === controller) running.delete(key);
    }
  }

  return {
    async call(webContentsId, trusted, raw) {
      let during = 'request';
      try {
        if (!trusted) return refuse('SENDER_REFUSED');
        const verdict = judgeRequest(raw, MAX_REQUEST_BYTES);
        if (verdict === 'tooLarge') return refuse('INPUT_TOO_LARGE', { limitBytes: MAX_REQUEST_BYTES });
        if (verdict === 'refused') return refuse('INPUT_INVALID');
        const request = rpcRequestSchema.parse(raw);
        if (!isKnown(options.router, request)) return refuse('PATH_UNKNOWN', { path: request.path });
        during = request.path;
        return await run(webContentsId, request);
      } catch (error) {
        return { ok: false, error: toFailure(error, failure(during)) };
      }
    },
    abort(webContentsId, trusted, id) {
      if (trusted && typeof id === 'number') running.get(`${webContentsId}:${id}`)?.abort();
    },
    forget(webContentsId) {
      for (const [key, controller] of running) {
        if (!key.startsWith(`${webContentsId}:`)) continue;
        controller.abort();
        running.delete(key);
      }
    },
  };
}

/** Only own keys of the router's own table count, so `constructor` and the like are unknown paths. */
function isKnown(router: AnyTRPCRouter, request: RpcRequest): boolean {
  const procedures: Record<string, { _def: { type: string } }> = router._def.procedures;
  return Object.hasOwn(procedures, request.path) && procedures[request.path]?._def.type === request.type;
}

function refuse(code: CodedErrorData['code'], details: CodedErrorData['details'] = {}): RpcResponse {
  return { ok: false, error: new CodedError(code, details).toData() };
}
