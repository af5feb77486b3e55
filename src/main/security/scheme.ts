/** The application's own protocol: registered before Electron is ready, served from the built renderer and the vault. */
import { randomBytes } from 'node:crypto';
import { protocol, type Session } from 'electron';
import { COMMON_HEADERS, contentSecurityPolicy, NONCE_PLACEHOLDER } from './csp';
import { APP_SCHEME } from './origin';
import { pathInside, readStatic } from './static-files';

/** Standard and secure, so that it has an origin of its own; no CORS, no service workers, no bypass of the policy. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
  ]);
}

/** Answers for `kompl://app/vault/<file id>`; null where the file is not to be shown. */
export type VaultResponder = (fileId: string, request: Request) => Promise<Response | null>;

export interface SchemeOptions {
  readonly rendererRoot: string;
  readonly vault: VaultResponder;
  /** Told of what could not be answered; the page only gets a status. */
  readonly onError: (error: unknown) => void;
}

export function serveApp(session: Session, options: SchemeOptions): void {
  session.protocol.handle(APP_SCHEME, async (request) => {
    try {
      return await answer(request, options);
    } catch (error) {
      options.onError(error);
      return refusal(500);
    }
  });
}

async function answer(request: Request, { rendererRoot, vault }: SchemeOptions): Promise<Response> {
  if (request.method !== 'GET') return refusal(405);
  const inside = pathInside(request.url);
  if (inside === null) return refusal(404);
  const fileId = /^vault\/([0-9a-f-]{36})$/.exec(inside)?.[1];
  if (fileId !== undefined) return (await vault(fileId, request)) ?? refusal(404);
  const file = await readStatic(rendererRoot, request.url);
  if (!file) return refusal(404);
  const nonce = randomBytes(18).toString('base64');
  const body = file.isPage ? file.body.toString('utf8').replaceAll(NONCE_PLACEHOLDER, nonce) : new Uint8Array(file.body);
  return new Response(body, {
    headers: {
      ...COMMON_HEADERS,
      'Content-Type': file.mediaType,
      'Content-Security-Policy': contentSecurityPolicy(nonce),
      // Names of built files hold the hash of their content; the page itself is new every time, for its nonce.
      'Cache-Control': file.isPage ? 'no-store' : 'public, max-age=31536000, immutable',
    },
  });
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: { ...COMMON_HEADERS, 'Cache-Control': 'no-store' } });
}
