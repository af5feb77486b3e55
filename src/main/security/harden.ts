/**
 * What no page may do, whatever it shows: leave its origin, open windows, embed foreign pages, ask for devices, or reach the
 * network. Applied to the session once and to every web contents that ever comes to be.
 */
import type { App, Session, WebContents, WebPreferences } from 'electron';
import type { Logger } from '../platform/logger';
import { APP_START, isAppUrl } from './origin';

/** Every window is made with these. `devTools` only while developing. */
export function securePreferences(preload: string, packaged: boolean): WebPreferences {
  return {
    preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    devTools: !packaged,
    // Chromium's spelling dictionaries come from a server of its vendor; nothing leaves the laptop unasked.
    spellcheck: false,
  };
}

/** Copying a hash needs the clipboard; nothing else is granted. The camera follows with fieldwork. */
const GRANTED: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, callback) => {
    callback(GRANTED.has(permission) && isAppUrl(contents.getURL()));
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => GRANTED.has(permission) && isAppOrigin(origin));
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, callback) => {
    callback({ cancel: !isLocalRequest(details.url) });
  });
  session.on('will-download', (event) => event.preventDefault());
}

export function hardenContents(app: App, log: Logger): void {
  app.on('web-contents-created', (_event, contents) => hardenOne(contents, log));
}

function hardenOne(contents: WebContents, log: Logger): void {
  const refuse = (what: string) => (event: { preventDefault(): void }) => {
    event.preventDefault();
    log.warn('refused', { what });
  };
  contents.on('will-navigate', refuse('navigation'));
  contents.on('will-redirect', refuse('redirection'));
  contents.on('will-frame-navigate', refuse('navigation of a frame'));
  contents.on('will-attach-webview', refuse('webview'));
  // A blank page comes without asking; it can do nothing, but nobody should be left before it.
  contents.on('did-navigate', (_event, address) => {
    if (contents.getType() !== 'window' || isAppUrl(address)) return;
    log.warn('refused', { what: 'blank page' });
    contents.loadURL(APP_START).catch(() => log.warn('the page did not come back'));
  });
  contents.setWindowOpenHandler(() => {
    log.warn('refused', { what: 'window' });
    return { action: 'deny' };
  });
}

function isAppOrigin(origin: string): boolean {
  return isAppUrl(origin.endsWith('/') ? origin : `${origin}/`);
}

/** Own protocol, and what a page makes in its own memory. `devtools:` exists only while developing. */
function isLocalRequest(address: string): boolean {
  return isAppUrl(address) || /^(?:blob:|data:|devtools:)/.test(address);
}
