/**
 * What the Node of the oldest supported runtime (Electron 25: Node 18.15, V8 11.4) lacks and we, or a package of ours, use.
 * Imported first, for its effect, by main; the embedded server's process needs none of them. Each piece is added only where it is missing.
 */
import { File as NodeFile } from 'node:buffer';
import { webcrypto } from 'node:crypto';

function add(target: object, name: string, value: unknown): void {
  if (name in target) return;
  Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: false });
}

/** `CustomEvent` of the DOM, as far as Node needs it. */
class CustomEventPolyfill<T> extends Event {
  readonly detail: T | null;
  constructor(type: string, options: EventInit & { detail?: T } = {}) {
    super(type, options);
    this.detail = options.detail ?? null;
  }
}

/** `Promise.withResolvers` (ES2024). */
function withResolvers<T>() {
  let resolve: (value: T | PromiseLike<T>) => void = () => undefined;
  let reject: (reason?: unknown) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** `URL.canParse` (Node 18.17). */
function canParse(input: string, base?: string): boolean {
  try {
    new URL(input, base);
    return true;
  } catch {
    return false;
  }
}

/** `AbortSignal.any` (Node 20.3): aborts with the first of its sources. */
function anySignal(signals: Iterable<AbortSignal>): AbortSignal {
  const controller = new AbortController();
  const sources = [...signals];
  const stop = (event: Event) => finish(event.target);
  const finish = (source: EventTarget | null) => {
    for (const signal of sources) signal.removeEventListener('abort', stop);
    controller.abort(source instanceof AbortSignal ? source.reason : undefined);
  };
  for (const signal of sources) {
    if (signal.aborted) {
      finish(signal);
      break;
    }
    signal.addEventListener('abort', stop, { once: true });
  }
  return controller.signal;
}

/** `Object.groupBy` (ES2024). */
function groupBy<T>(items: Iterable<T>, keyOf: (item: T, index: number) => PropertyKey): Partial<Record<PropertyKey, T[]>> {
  const groups: Partial<Record<PropertyKey, T[]>> = Object.create(null);
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups[key];
    if (group) group.push(item);
    else groups[key] = [item];
  }
  return groups;
}

add(globalThis, 'crypto', webcrypto);
add(globalThis, 'File', NodeFile);
add(globalThis, 'CustomEvent', CustomEventPolyfill);
add(Promise, 'withResolvers', withResolvers);
add(URL, 'canParse', canParse);
add(AbortSignal, 'any', anySignal);
add(Object, 'groupBy', groupBy);
