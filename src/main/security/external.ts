/** The only way out to the person's browser: https addresses without credentials, after the person has seen where they lead. */
import { type BrowserWindow, dialog, shell } from 'electron';
import { externalAddress } from './external-address';

/** True when the browser was asked to open it; false when the person said no. Throws INPUT_INVALID for any other address. */
export async function safeOpenExternal(window: BrowserWindow, address: string): Promise<boolean> {
  const url = externalAddress(address);
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: `Open ${url.host} in your browser?`,
    detail: url.href.slice(0, 500),
    buttons: ['Open in browser', 'Cancel'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  if (response !== 0) return false;
  await shell.openExternal(url.href);
  return true;
}
