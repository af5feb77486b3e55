/**
 * The menu: what systems expect (edit, zoom, window), nothing that reloads or inspects a packaged application. Quit closes the window,
 * which asks where drafts would be lost; without a window it ends the application.
 */
import { type App, Menu, type MenuItemConstructorOptions } from 'electron';

export function setMenu(app: App): void {
  const mac: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : [];
  const developing: MenuItemConstructorOptions[] = app.isPackaged ? [] : [{ type: 'separator' }, { role: 'toggleDevTools' }];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...mac,
      {
        label: 'File',
        submenu: [
          process.platform === 'darwin'
            ? { role: 'close' }
            : { label: 'Quit', accelerator: 'Ctrl+Q', click: (_item, window) => (window ? window.close() : app.quit()) },
        ],
      },
      { role: 'editMenu' },
      {
        label: 'View',
        submenu: [
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { type: 'separator' },
          { role: 'togglefullscreen' },
          ...developing,
        ],
      },
      { role: 'windowMenu' },
    ]),
  );
}
