/** One change that a form or a button asks for: busy while it runs, its refusal kept beside the form, a word when it is done. */
import { useState } from 'react';
import { isDropped } from './errors';
import { notify } from './notices';

export interface Action {
  readonly busy: boolean;
  readonly failure: unknown;
  /** Runs it; true when it was done. `done` is told bottom right. */
  run(work: () => Promise<unknown>, done: string): Promise<boolean>;
}

/** @param settle makes what is on the screen fresh, from the answer or by asking again */
export function useAction(settle: (answer: unknown) => unknown): Action {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  return {
    busy,
    failure,
    async run(work, done) {
      setBusy(true);
      setFailure(null);
      try {
        await settle(await work());
        notify({ tone: 'good', title: done });
        return true;
      } catch (error) {
        if (!isDropped(error)) setFailure(error);
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
