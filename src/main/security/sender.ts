/**
 * The IPC sender guard: a call counts only if it comes from the main frame of the application's own window, and that frame
 * shows the application's own origin. A frame that is gone (null), a subframe, another window or another page is refused.
 */
import { isAppUrl } from './origin';

export interface FrameLike {
  readonly url: string;
  readonly routingId: number;
  readonly processId: number;
  readonly parent: unknown;
}

export interface SenderEvent {
  readonly senderFrame: FrameLike | null;
  readonly sender: { readonly id: number; readonly mainFrame: FrameLike };
}

/** `ownIds` are the web contents of the windows that main itself opened for the application. */
export function isTrustedSender(event: SenderEvent, ownIds: ReadonlySet<number>): boolean {
  try {
    const { senderFrame, sender } = event;
    return (
      senderFrame !== null &&
      senderFrame !== undefined &&
      ownIds.has(sender.id) &&
      senderFrame.parent === null &&
      senderFrame.routingId === sender.mainFrame.routingId &&
      senderFrame.processId === sender.mainFrame.processId &&
      isAppUrl(senderFrame.url)
    );
  } catch {
    return false; // a frame that was disposed of throws when it is looked at: it is nobody's frame any more
  }
}
