/** Evidence over the application's protocol: decrypted piece by piece in memory, never cached, never alive. */
import type { Evidence } from '../evidence/service';
import { COMMON_HEADERS, VAULT_POLICY } from './csp';

export interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** One range of a `Range` header; null for none, `invalid` for one that the file cannot serve. */
export function readRange(header: string | null, size: number): ByteRange | null | 'invalid' {
  if (header === null) return null;
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  return Number.isSafeInteger(start) && start < end ? { start, end } : 'invalid';
}

/** Null where nothing may be shown under this id in the present session. */
export async function respondFromVault(
  evidence: Pick<Evidence, 'openShown'>,
  epoch: number,
  fileId: string,
  request: Request,
): Promise<Response | null> {
  const opened = await evidence.openShown(fileId, epoch);
  if (!opened) return null;
  const { file, mediaType } = opened;
  const range = readRange(request.headers.get('range'), file.size);
  const headers: Record<string, string> = {
    ...COMMON_HEADERS,
    'Content-Type': mediaType === 'text/plain' ? 'text/plain; charset=utf-8' : mediaType,
    'Content-Security-Policy': VAULT_POLICY,
    'Content-Disposition': 'inline',
    'Cache-Control': 'no-store',
    'Accept-Ranges': 'bytes',
  };
  if (range === 'invalid') {
    await file.close();
    return new Response(null, { status: 416, headers: { ...headers, 'Content-Range': `bytes */${file.size}` } });
  }
  const { start, end } = range ?? { start: 0, end: file.size };
  if (range) headers['Content-Range'] = `bytes ${start}-${end - 1}/${file.size}`;
  headers['Content-Length'] = String(end - start);
  const pieces = file.read(start, end);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await pieces.next();
        if (!done) return controller.enqueue(new Uint8Array(value));
        await file.close();
        controller.close();
      } catch (error) {
        await file.close();
        controller.error(error);
      }
    },
    async cancel() {
      await file.close();
    },
  });
  return new Response(body, { status: range ? 206 : 200, headers });
}
