/** Statements sent one behind the other in one flush. */

type Settled<T extends readonly Promise<unknown>[]> = { -readonly [K in keyof T]: Awaited<T[K]> };

/**
 * Waits for all and gives their results. Throws the first failure in order, after all have ended: where a statement of a
 * transaction fails, those behind it fail too, and none of them may go unheard.
 */
export async function together<const T extends readonly Promise<unknown>[]>(...running: T): Promise<Settled<T>> {
  const settled = await Promise.allSettled(running);
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  return (await Promise.all(running)) as Settled<T>;
}
