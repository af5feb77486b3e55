/** What stands in the columns of a file: samples, different values, and how dates and numbers are written. From its first rows. */
import { createHash } from 'node:crypto';
import type { InspectedColumn } from '@shared/wire/imports';
import type { Cell } from '../cells';
import { isEitherOrder, orderOf } from '../dates';
import { plainName } from '../shapes';
import { BadCell } from '../source/types';
import { isLeftOut } from './guess';

const SAMPLES = 4;
const SAMPLE_LENGTH = 120;
/** More different values than a list of choices has. */
const MAX_VALUES = 60;
const VALUE_LENGTH = 120;

/** A cell as a person sees it, cut; null for an empty one. */
export function cellText(cell: Cell, limit = SAMPLE_LENGTH): string | null {
  if (cell === null || cell === undefined || cell === '') return null;
  if (cell instanceof BadCell) return `(${cell.reason})`.slice(0, limit);
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

/** Gathers one column. */
export class ColumnFacts {
  #filled = 0;
  readonly #samples: string[] = [];
  #values: Map<string, number> | null = new Map();
  readonly #orders = new Set<'dmy' | 'mdy'>();
  #eitherOrder = false;
  readonly #decimals = new Set<'point' | 'comma'>();
  #eitherDecimal = false;

  add(cell: Cell): void {
    const text = cellText(cell);
    if (text === null) return;
    this.#filled += 1;
    if (this.#samples.length < SAMPLES && !this.#samples.includes(text)) this.#samples.push(text);
    this.#count(text);
    if (typeof cell !== 'string') return;
    const order = orderOf(cell);
    if (order !== null) this.#orders.add(order);
    else if (isEitherOrder(cell)) this.#eitherOrder = true;
    this.#decimal(cell.trim());
  }

  #count(text: string): void {
    if (this.#values === null) return;
    const short = text.slice(0, VALUE_LENGTH);
    this.#values.set(short, (this.#values.get(short) ?? 0) + 1);
    if (this.#values.size > MAX_VALUES) this.#values = null;
  }

  #decimal(text: string): void {
    if (!/^[-+]?\d[\d.,]*$/.test(text)) return;
    const last = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','));
    if (last < 0) return;
    const mark = text[last] === ',' ? 'comma' : 'point';
    const both = text.includes('.') && text.includes(',');
    const several = text.split(text[last] ?? '').length > 2;
    // Three digits behind a single mark may be thousands; the same mark twice surely is.
    if (both) this.#decimals.add(mark);
    else if (several) this.#decimals.add(mark === 'comma' ? 'point' : 'comma');
    else if (text.length - last - 1 !== 3) this.#decimals.add(mark);
    else this.#eitherDecimal = true;
  }

  inspected(at: number, header: string): InspectedColumn {
    const [order, other] = [...this.#orders];
    const [decimal, second] = [...this.#decimals];
    return {
      at,
      header,
      samples: this.#samples,
      filled: this.#filled,
      dates: other !== undefined ? 'mixed' : (order ?? (this.#eitherOrder ? 'ask' : null)),
      decimals: second !== undefined || (decimal === undefined && this.#eitherDecimal) ? 'ask' : (decimal ?? null),
      values:
        this.#values === null
          ? null
          : [...this.#values]
              .map(([text, count]) => ({ text, count }))
              .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1)),
    };
  }
}

/** By what a header is found again: its names in order, without what our own files of faults add. */
export function signatureOf(header: readonly string[]): string {
  const names = header.filter((name) => !isLeftOut(name)).map(plainName);
  return createHash('sha256').update(JSON.stringify(names)).digest('hex');
}
