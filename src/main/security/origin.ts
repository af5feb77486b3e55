/** The one origin of the application, and whether an address belongs to it. Compared by parts, never by a prefix of text. */

export const APP_SCHEME = 'kompl';
export const APP_HOST = 'app';
export const APP_START = `${APP_SCHEME}://${APP_HOST}/index.html`;

export function isAppUrl(address: string): boolean {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return false; // no address at all
  }
  return (
    url.protocol === `${APP_SCHEME}:` &&
    url.hostname === APP_HOST &&
    url.port === '' &&
    url.username === '' &&
    url.password === ''
  );
}
