/**
 * What a request may be made of, checked before anything parses it: plain objects, arrays and primitives, not too much of
 * them, not nested too deep, and no key that could reach a prototype. The walk stops at the first breach, so that a huge
 * request costs no more than one at the limit. Shared references count each time they are met, which bounds cycles too.
 */

/** Deeper than any form or filter of ours; a cycle looks like endless depth. */
const MAX_DEPTH = 64;
const PER_VALUE_BYTES = 8;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export type RequestVerdict = 'fits' | 'tooLarge' | 'refused';

interface Visit {
  readonly value: unknown;
  readonly depth: number;
}

/** Judges a structured-clone value against `limit` bytes. Text counts at least a byte a character, every value eight. */
export function judgeRequest(root: unknown, limit: number): RequestVerdict {
  let bytes = 0;
  const open: Visit[] = [{ value: root, depth: 0 }];
  for (let visit = open.pop(); visit; visit = open.pop()) {
    const { value, depth } = visit;
    bytes += PER_VALUE_BYTES + ownBytes(value);
    if (bytes > limit) return 'tooLarge';
    if (typeof value !== 'object' || value === null) {
      if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') return 'refused';
      continue;
    }
    if (depth >= MAX_DEPTH) return 'refused';
    if (Array.isArray(value)) {
      if (value.length * PER_VALUE_BYTES > limit - bytes) return 'tooLarge';
      for (const item of value) open.push({ value: item, depth: depth + 1 });
      continue;
    }
    if (!isPlainObject(value)) return 'refused';
    for (const [key, item] of Object.entries(value)) {
      if (FORBIDDEN_KEYS.has(key)) return 'refused';
      bytes += key.length;
      open.push({ value: item, depth: depth + 1 });
    }
    if (bytes > limit) return 'tooLarge';
  }
  return 'fits';
}

/** Bytes that a value holds beside its parts; binary data is counted although it is refused, so that its size is named first. */
function ownBytes(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (value instanceof Map || value instanceof Set) return value.size * PER_VALUE_BYTES;
  return 0;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
