/** The headers of every answer of the application's protocol. Scripts come from files only; styles need the nonce of the answer. */

export const NONCE_PLACEHOLDER = '__KOMPL_NONCE__';

/** `script-src 'self'` covers the workers of pdf.js too; `blob:` pictures are previews that the page made itself. */
export function contentSecurityPolicy(nonce: string): string {
  if (!/^[A-Za-z0-9+/_=-]{16,}$/.test(nonce)) throw new TypeError('a nonce is at least 16 characters of base64');
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "media-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "manifest-src 'none'",
  ].join('; ');
}

/** Evidence is never a page of ours: it may show itself, and do nothing. */
export const VAULT_POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'";

export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), microphone=(), geolocation=(), usb=(), serial=(), hid=(), display-capture=()',
};
