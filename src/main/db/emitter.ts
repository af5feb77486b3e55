/** A tiny typed emitter: one kind of value, listeners that cannot stop each other. */

export type Unsubscribe = () => void;

export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  on(listener: (value: T) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        // A listener's mistake is its own; it surfaces as an uncaught error instead of stopping the others.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
