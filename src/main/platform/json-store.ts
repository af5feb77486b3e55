/**
 * A small JSON file with a schema, replaced whole at every change. A file that cannot be read or does not fit its schema is
 * put aside under another name, never overwritten and never silently emptied; `notice` says so to the person.
 */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { basename } from 'node:path';
import type { z } from 'zod';
import { writeFileAtomically } from './atomic-file';

export interface JsonStoreOptions<T> {
  readonly path: string;
  readonly schema: z.ZodType<T>;
  readonly initial: () => T;
  readonly now: () => Date;
}

export interface JsonStore<T> {
  get(): T;
  /** Writes the changed value before it is seen by anybody; on a failed write the old value stays. */
  update(change: (current: T) => T): T;
  /** What was put aside at opening, in one sentence; null when all was well. */
  readonly notice: string | null;
}

export function openJsonStore<T>({ path, schema, initial, now }: JsonStoreOptions<T>): JsonStore<T> {
  const found = read(path, schema);
  let notice: string | null = null;
  let value: T;
  if (found.state === 'good') value = found.value;
  else {
    value = initial();
    if (found.state === 'damaged') {
      const aside = freeName(path, now());
      renameSync(path, aside);
      notice = `${basename(path)} could not be read and was kept as ${basename(aside)}; the defaults are in use.`;
    }
  }
  return {
    get: () => value,
    update(change) {
      const next = schema.parse(change(value));
      writeFileAtomically(path, `${JSON.stringify(next, null, 2)}\n`);
      value = next;
      return value;
    },
    notice,
  };
}

type Found<T> = { state: 'good'; value: T } | { state: 'missing' } | { state: 'damaged' };

function read<T>(path: string, schema: z.ZodType<T>): Found<T> {
  if (!existsSync(path)) return { state: 'missing' };
  try {
    const parsed = schema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? { state: 'good', value: parsed.data } : { state: 'damaged' };
  } catch (error) {
    // A file that is there but unreadable is damaged too, unless this account may not read it: then nothing may be moved.
    if (error instanceof SyntaxError) return { state: 'damaged' };
    throw error;
  }
}

function freeName(path: string, at: Date): string {
  const stamp = at.toISOString().replaceAll(/[:.]/g, '-');
  for (let number = 0; ; number++) {
    const name = `${path}.damaged-${stamp}${number === 0 ? '' : `-${number}`}`;
    if (!existsSync(name)) return name;
  }
}
