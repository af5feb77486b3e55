/** Which addresses may be handed to the system's browser. */
import { CodedError } from '@shared/errors';

const SCHEMES: ReadonlySet<string> = new Set(['https:']);

/** The address as the browser will get it, or INPUT_INVALID. */
export function externalAddress(address: string): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch (error) {
    throw refused(error);
  }
  const plainHost = /^[a-z0-9.-]+$/.test(url.hostname) || /^\[[0-9a-f:.]+\]$/.test(url.hostname);
  if (!SCHEMES.has(url.protocol) || url.username !== '' || url.password !== '' || !plainHost) throw refused();
  return url;
}

function refused(cause?: unknown): CodedError {
  return new CodedError('INPUT_INVALID', {}, { faults: [{ path: 'url', message: 'an https address' }], cause });
}
