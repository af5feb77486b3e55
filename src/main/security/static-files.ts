/**
 * From an address of the application's protocol to a file of the built renderer, or nothing. Containment is decided twice:
 * on the decoded path, and on the real path of the file found.
 */
import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { isAppUrl } from './origin';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.bcmap': 'application/octet-stream',
  '.pfb': 'application/octet-stream',
  '.ttf': 'font/ttf',
};

export interface StaticFile {
  readonly body: Buffer;
  readonly mediaType: string;
  readonly isPage: boolean;
}

/** The decoded path of an address below the root, or null where the address is not ours or tries to leave it. */
export function pathInside(address: string): string | null {
  if (!isAppUrl(address)) return null;
  let path: string;
  try {
    path = decodeURIComponent(new URL(address).pathname);
  } catch {
    return null; // a percent sign that encodes nothing
  }
  if (path === '' || path === '/') return 'index.html';
  const parts = path.replace(/^\/+/, '').split('/');
  // What is left after one decoding must be plain names: a second layer of encoding or a backslash is an attack, not a file.
  const plain = parts.every((part) => /^[A-Za-z0-9_@~+-][A-Za-z0-9._@~+-]*$/.test(part));
  return plain ? parts.join('/') : null;
}

/** Reads a file of the renderer. Null: there is no such file, or its kind is not served. */
export async function readStatic(root: string, address: string): Promise<StaticFile | null> {
  const inside = pathInside(address);
  if (inside === null) return null;
  const mediaType = MEDIA_TYPES[extname(inside).toLowerCase()];
  if (mediaType === undefined) return null;
  try {
    const realRoot = await realpath(root);
    const real = await realpath(join(realRoot, inside));
    if (!real.startsWith(realRoot + sep)) return null;
    return { body: await readFile(real), mediaType, isPage: mediaType.startsWith('text/html') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'].includes(String(error.code)))
      return null;
    throw error;
  }
}
