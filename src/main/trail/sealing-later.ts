/** Begins to seal the workspace on this laptop when the start is long over; its code is loaded only then. */
import type { EmbeddedSealerOptions } from './embedded-sealer';
import { pauseFor } from './pause';

export interface Sealing {
  /** Ends after the batch at hand. */
  stop(): Promise<void>;
}

/** The start itself has better things to do. */
const DELAY_MS = 20_000;

export function startSealingLater(options: EmbeddedSealerOptions, delayMs = DELAY_MS): Sealing {
  const stop = new AbortController();
  const done = (async () => {
    await pauseFor(delayMs, stop.signal);
    if (stop.signal.aborted) return;
    const { runEmbeddedSealer } = await import('./embedded-sealer');
    await runEmbeddedSealer(options, stop.signal);
  })().catch((error: unknown) => {
    options.log.warn('the trail is not sealed', { reason: error instanceof Error ? error.name : typeof error });
  });
  return {
    async stop() {
      stop.abort();
      await done;
    },
  };
}
