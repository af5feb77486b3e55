/**
 * Who this laptop is in the ledger: an id, and a sequence that never gives a number twice. Numbers are reserved in blocks
 * before the first of a block is handed out; after a crash the rest of the block is skipped.
 */
import { z } from 'zod';
import { type JsonStore, openJsonStore } from './json-store';

const BLOCK = 1000;

const deviceSchema = z.strictObject({
  version: z.literal(1),
  id: z.uuid(),
  /** No number above this one has been handed out. */
  reservedThrough: z.int().min(0),
});
type DeviceFile = z.infer<typeof deviceSchema>;

export interface Device {
  readonly id: string;
  nextSeq(): number;
}

export interface OpenedDevice extends Device {
  /** Set when the old file was damaged: the laptop then counts as a new device, so no number can come twice. */
  readonly notice: string | null;
}

export function openDevice(path: string, newId: () => string, now: () => Date): OpenedDevice {
  const store: JsonStore<DeviceFile> = openJsonStore({
    path,
    schema: deviceSchema,
    initial: () => ({ version: 1, id: newId(), reservedThrough: 0 }),
    now,
  });
  const { id, reservedThrough } = store.update((device) => device);
  let last = reservedThrough;
  let end = reservedThrough;
  return {
    id,
    notice: store.notice,
    nextSeq() {
      if (last >= end)
        end = store.update((device) => ({ ...device, reservedThrough: device.reservedThrough + BLOCK })).reservedThrough;
      last += 1;
      return last;
    },
  };
}
