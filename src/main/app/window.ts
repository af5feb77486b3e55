/** The main window: made at once, shown when its first picture is there, coloured like the theme from the first moment. */
import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import { securePreferences } from '../security/harden';
import { APP_START } from '../security/origin';
import type { Settings, SettingsStore } from '../settings/settings';

export const APP_TITLE = 'KOMPL.AI Workstation';
/** The canvas of the look, light and dark, so that no white flash comes before the page. */
const CANVAS = { light: '#F4F5F7', dark: '#11151B' } as const;
const SIZE = { width: 1440, height: 900, minWidth: 960, minHeight: 640 } as const;

export function applyTheme(theme: Settings['app']['theme']): void {
  nativeTheme.themeSource = theme;
}

export function createMainWindow(settings: SettingsStore): BrowserWindow {
  applyTheme(settings.get().app.theme);
  const window = new BrowserWindow({
    ...SIZE,
    ...placeOf(settings.get().window),
    title: APP_TITLE,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? CANVAS.dark : CANVAS.light,
    autoHideMenuBar: true,
    webPreferences: securePreferences(join(__dirname, '../preload/index.js'), app.isPackaged),
  });
  if (settings.get().window?.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  // The title names the tenant and is main's to set.
  window.on('page-title-updated', (event) => event.preventDefault());
  window.on('close', () => remember(window, settings));
  // The page asks before it goes with unsaved drafts; where the system or the application ends, it is not asked.
  let ending = false;
  app.once('before-quit', () => {
    ending = true;
  });
  window.webContents.on('will-prevent-unload', (event) => {
    if (ending) event.preventDefault();
  });
  void window.loadURL(APP_START);
  return window;
}

/** The remembered place, unless its screen is gone. */
function placeOf(place: Settings['window']): Partial<Electron.Rectangle> {
  if (!place) return {};
  const { workArea } = screen.getDisplayMatching(place);
  const width = Math.min(Math.max(place.width, SIZE.minWidth), workArea.width);
  const height = Math.min(Math.max(place.height, SIZE.minHeight), workArea.height);
  const visible =
    place.x < workArea.x + workArea.width - 80 &&
    place.x + width > workArea.x + 80 &&
    place.y >= workArea.y - 10 &&
    place.y < workArea.y + workArea.height - 80;
  return visible ? { x: place.x, y: place.y, width, height } : { width, height };
}

function remember(window: BrowserWindow, settings: SettingsStore): void {
  const { x, y, width, height } = window.getNormalBounds();
  settings.update((current) => ({ ...current, window: { x, y, width, height, maximized: window.isMaximized() } }));
}
