/** What was known of the workspace on this laptop after it was last prepared; never believed alone. Light, for the first moments. */
import { z } from 'zod';
import { type JsonStore, openJsonStore } from '../platform/json-store';

const stampSchema = z.strictObject({
  version: z.literal(1),
  /** Hash over the checksums of all migration files. */
  files: z.string(),
  /** Number, newest id and newest instant of the history's rows. */
  history: z.string(),
  demo: z.boolean(),
});
export type Stamp = z.infer<typeof stampSchema>;

const NO_STAMP: Stamp = { version: 1, files: '', history: '', demo: false };

export function openStamp(path: string, now: () => Date): JsonStore<Stamp> {
  return openJsonStore({ path, schema: stampSchema, initial: () => NO_STAMP, now });
}

/** What is known of the workspace before it is open; null where it never was. */
export function knownWorkspace(path: string, now: () => Date): { readonly demo: boolean } | null {
  const { files, demo } = openStamp(path, now).get();
  return files === '' ? null : { demo };
}
