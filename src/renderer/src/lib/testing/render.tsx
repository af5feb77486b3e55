/** For tests: draws a component into the document under Mantine and takes it away again. */
import { MantineProvider } from '@mantine/core';
import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';

declare global {
  var IS_REACT_ACT_ENVIRONMENT: boolean | undefined;
}

export interface Drawn {
  readonly container: HTMLElement;
  redraw(node: ReactNode): Promise<void>;
  remove(): Promise<void>;
}

export async function draw(node: ReactNode): Promise<Drawn> {
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  const container = document.body.appendChild(document.createElement('div'));
  const root = createRoot(container);
  const redraw = (next: ReactNode) => act(async () => root.render(<MantineProvider env="test">{next}</MantineProvider>));
  await redraw(node);
  return {
    container,
    redraw,
    remove: async () => {
      await act(async () => root.unmount());
      container.remove();
    },
  };
}

/** Presses a key on the focused element or on what is given, as a browser would tell it. */
export async function press(
  key: string,
  options: KeyboardEventInit = {},
  target: EventTarget = document.body,
): Promise<KeyboardEvent> {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options });
  await act(async () => {
    target.dispatchEvent(event);
  });
  return event;
}
