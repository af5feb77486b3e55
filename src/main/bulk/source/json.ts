/**
 * JSON: a list of objects, an object of lists by the name of what they hold, or JSON Lines. A JSON document is read whole, so it
 * is limited; JSON Lines are read one at a time.
 */
import { readFile, stat } from 'node:fs/promises';
import type { Cell } from '../cells';
import { type Encoding, textOf } from './text';
import { MAX_CELL, type RowTable, SourceFault, type SourceRow } from './types';

export const MAX_JSON_BYTES = 64 * 1024 * 1024;

type Item = Readonly<Record<string, unknown>>;

/** The lists of a document by name; the only list of a plain one has the name null. Throws SourceFault. */
export async function jsonLists(path: string, encoding: Encoding): Promise<ReadonlyMap<string | null, readonly unknown[]>> {
  const { size } = await stat(path);
  if (size > MAX_JSON_BYTES) {
    throw new SourceFault(null, `is larger than ${MAX_JSON_BYTES / 1_048_576} MB; write it as JSON Lines (.jsonl) or CSV`);
  }
  const text = new TextDecoder(encoding).decode(await readFile(path));
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new SourceFault(lineOf(text, error), 'is no JSON');
  }
  if (Array.isArray(document)) return new Map([[null, document]]);
  if (!isItem(document)) throw new SourceFault(1, 'is neither a list nor lists by name');
  const lists = new Map<string | null, readonly unknown[]>();
  for (const [name, list] of Object.entries(document)) {
    if (!Array.isArray(list)) throw new SourceFault(null, `“${name.slice(0, 60)}” is no list`);
    lists.set(name, list);
  }
  return lists;
}

function lineOf(text: string, error: unknown): number | null {
  const [, position] = error instanceof SyntaxError ? (/position (\d+)/.exec(error.message) ?? []) : [];
  return position === undefined ? null : text.slice(0, Number(position)).split('\n').length;
}

/** Rows of a list of objects; `line` is the place in the list, from 1. The header is every key that occurs. */
export function listTable(list: readonly unknown[]): RowTable {
  const header = [...new Set(list.flatMap((item) => (isItem(item) ? Object.keys(item) : [])))];
  async function* rows(): AsyncGenerator<SourceRow> {
    for (const [at, item] of list.entries()) yield { line: at + 1, cells: cellsOf(header, item, at + 1) };
  }
  return { header, headerLine: 1, rows: rows() };
}

/** JSON Lines: the keys are collected in a first reading. */
export async function linesTable(path: string, encoding: Encoding): Promise<RowTable> {
  const keys = new Set<string>();
  for await (const { item } of items(path, encoding)) for (const key of Object.keys(item)) keys.add(key);
  const header = [...keys];
  async function* rows(): AsyncGenerator<SourceRow> {
    for await (const { line, item } of items(path, encoding)) yield { line, cells: cellsOf(header, item, line) };
  }
  return { header, headerLine: 1, rows: rows() };
}

async function* items(path: string, encoding: Encoding): AsyncGenerator<{ line: number; item: Item }> {
  let rest = '';
  let line = 0;
  const read = (text: string): Item | null => {
    line += 1;
    if (text.trim() === '') return null;
    const item = parsed(text);
    if (!isItem(item)) throw new SourceFault(line, 'is no JSON object');
    return item;
  };
  for await (const piece of textOf(path, encoding)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_CELL) throw new SourceFault(line + 1, 'is too long for one line');
    for (const text of lines) {
      const item = read(text);
      if (item) yield { line, item };
    }
  }
  const last = read(rest);
  if (last) yield { line, item: last };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // told apart from JSON's own null by the caller, to whom neither is an object
  }
}

function cellsOf(header: readonly string[], item: unknown, line: number): Cell[] {
  if (!isItem(item)) throw new SourceFault(line, 'is no JSON object');
  return header.map((key) => (Object.hasOwn(item, key) ? item[key] : null));
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
