/** The bridge that the preload put on `window.kompl`; the only door out of the renderer. */
import type { KomplBridge } from '@shared/ipc';

declare global {
  interface Window {
    readonly kompl: KomplBridge;
  }
}

export function bridge(): KomplBridge {
  return window.kompl;
}
