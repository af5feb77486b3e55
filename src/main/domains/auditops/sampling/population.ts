/**
 * Reads a population from a file (CSV, XLSX, JSON, JSON Lines) without keeping more of it than keys, amounts and strata. Gives the
 * hash of the file, and the hash of its items, which stays the same whatever order or format they come in.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { openSource, type Source, type SourcePart } from '@main/bulk/source/open';
import { BadCell, SourceFault, type SourceTable } from '@main/bulk/source/types';
import { CodedError } from '@shared/errors';
import { amountOf, amountText, type DecimalMark, readAmount } from '@shared/sampling/amounts';
import { compareKeys, type PopulationItem } from './draw';

/** Above so many rows a population does not fit beside everything else in memory. */
export const MAX_ROWS = 2_000_000;
const MAX_KEY = 500;
const MAX_SHOWN = 20;

export interface PopulationColumns {
  /** A sheet of a workbook, or a list of a JSON file; null for the only or first one. */
  readonly sheet: string | null;
  readonly keyColumn: string;
  readonly amountColumn: string | null;
  readonly stratumColumn: string | null;
  readonly decimalMark: DecimalMark | null;
}

export interface PopulationOutline {
  readonly name: string;
  readonly sha256: string;
  readonly sheets: readonly string[];
  readonly sheet: string | null;
  readonly header: readonly string[];
  readonly rows: number;
  /** The first rows, as text. */
  readonly first: readonly (readonly string[])[];
}

export interface Population {
  readonly name: string;
  readonly sha256: string;
  /** SHA-256 over the items in the order of their keys: key, 0x1F, amount, 0x1F, stratum, 0x0A of each. */
  readonly contentSha256: string;
  readonly items: readonly PopulationItem[];
  /** Sum of all amounts; null where there are none. */
  readonly total: string | null;
  /** The whole rows of some items, read in a second pass: column → text. */
  details(keys: ReadonlySet<string>): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>;
}

function partOf(source: Source, sheet: string | null): SourcePart {
  const part = sheet === null ? source.parts[0] : source.parts.find(({ name }) => name === sheet);
  if (part === undefined) throw new SourceFault(null, sheet === null ? 'holds no table' : `has no sheet “${sheet.slice(0, 60)}”`);
  return part;
}

/** Runs a reading; what the file is guilty of leaves as POPULATION_REFUSED with the row and the reason. */
async function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SourceFault) {
      throw new CodedError('POPULATION_REFUSED', { fileName: basename(path), reason: error.reason, line: error.line });
    }
    if (error instanceof CodedError) throw error;
    throw new CodedError('FILE_UNREADABLE', { fileName: basename(path) }, { cause: error });
  }
}

/** What the file holds, for the person to choose columns by. Reads it whole to count its rows. */
export function outlinePopulation(path: string, name: string, sheet: string | null): Promise<PopulationOutline> {
  return reading(path, async () => {
    const source = await openSource(path);
    const part = partOf(source, sheet);
    const table = await part.table();
    const first: string[][] = [];
    let rows = 0;
    for await (const { cells } of table.rows) {
      rows += 1;
      if (first.length < 5) first.push(table.header.map((_, at) => shown(cells[at])));
      if (rows > MAX_ROWS) throw new SourceFault(null, `has more than ${MAX_ROWS} rows`);
    }
    const sheets = source.parts.flatMap(({ name: one }) => (one === null ? [] : [one]));
    return { name, sha256: source.sha256, sheets, sheet: part.name, header: table.header, rows, first };
  });
}

/**
 * Reads the items. Throws POPULATION_REFUSED with the row for an empty key, one that occurs twice, control characters, an amount
 * that is none; FILE_UNREADABLE.
 */
export function readPopulation(path: string, name: string, columns: PopulationColumns): Promise<Population> {
  return reading(path, async () => {
    const source = await openSource(path);
    const part = partOf(source, columns.sheet);
    const items = await itemsOf(await part.table(), columns);
    items.sort((a, b) => compareKeys(a.key, b.key));
    const hash = createHash('sha256');
    let total = 0n;
    for (const { key, amount, stratum } of items) {
      hash.update(`${key}\x1f${amount ?? ''}\x1f${stratum ?? ''}\n`, 'utf8');
      if (amount !== null) total += amountOf(amount);
    }
    return {
      name,
      sha256: source.sha256,
      contentSha256: hash.digest('hex'),
      items,
      total: columns.amountColumn === null ? null : amountText(total),
      details: (keys) => reading(path, async () => detailsOf(await part.table(), columns, keys)),
    };
  });
}

async function itemsOf(table: SourceTable, columns: PopulationColumns): Promise<PopulationItem[]> {
  const keyAt = columnAt(table, columns.keyColumn);
  const amountAt = columns.amountColumn === null ? null : columnAt(table, columns.amountColumn);
  const stratumAt = columns.stratumColumn === null ? null : columnAt(table, columns.stratumColumn);
  const seen = new Map<string, number>();
  const items: PopulationItem[] = [];
  for await (const { line, cells } of table.rows) {
    const key = nameOf(cells[keyAt], line, columns.keyColumn);
    if (key === '') throw new SourceFault(line, `has no ${columns.keyColumn}`);
    const before = seen.get(key);
    if (before !== undefined)
      throw new SourceFault(line, `has the same ${columns.keyColumn} as row ${before}: ${key.slice(0, 60)}`);
    seen.set(key, line);
    if (seen.size > MAX_ROWS) throw new SourceFault(line, `is beyond the ${MAX_ROWS} rows that a population may have`);
    items.push({
      key,
      amount: amountAt === null ? null : amountIn(cells[amountAt], line, columns),
      stratum: stratumAt === null ? null : nameOf(cells[stratumAt], line, columns.stratumColumn ?? ''),
    });
  }
  return items;
}

function columnAt(table: SourceTable, name: string): number {
  const at = table.header.indexOf(name);
  if (at < 0) throw new SourceFault(table.headerLine, `has no column “${name.slice(0, 60)}”`);
  return at;
}

/** A key or the name of a stratum: text, or a number as text. Tabs and spaces at its ends are none of it. */
function nameOf(cell: unknown, line: number, column: string): string {
  if (cell instanceof BadCell) throw new SourceFault(line, `${column}: ${cell.reason}`);
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'object') throw new SourceFault(line, `${column}: is not text`);
  const text = String(cell).replace(/^[\t \u00a0]+|[\t \u00a0]+$/g, '');
  if (text.length > MAX_KEY) throw new SourceFault(line, `${column}: has more than ${MAX_KEY} characters`);
  if (/\p{Cc}|\p{Cs}/u.test(text)) throw new SourceFault(line, `${column}: holds a character that is none of a text`);
  return text;
}

function amountIn(cell: unknown, line: number, { amountColumn, decimalMark }: PopulationColumns): string {
  if (cell === null || cell === undefined || cell === '') throw new SourceFault(line, `has no ${amountColumn}`);
  const amount = readAmount(cell, decimalMark);
  if (typeof amount === 'string') throw new SourceFault(line, `${amountColumn}: ${amount}`);
  return amountText(amount);
}

async function detailsOf(table: SourceTable, columns: PopulationColumns, keys: ReadonlySet<string>) {
  const keyAt = columnAt(table, columns.keyColumn);
  const found = new Map<string, Readonly<Record<string, string>>>();
  for await (const { line, cells } of table.rows) {
    const key = nameOf(cells[keyAt], line, columns.keyColumn);
    if (!keys.has(key)) continue;
    const row = table.header
      .slice(0, MAX_SHOWN)
      .flatMap((name, at) => (name === '' ? [] : [[name.slice(0, 255), shown(cells[at])]]));
    found.set(
      key,
      Object.fromEntries(row.filter(([name]) => name !== '__proto__' && name !== 'constructor' && name !== 'prototype')),
    );
    if (found.size === keys.size) break;
  }
  return found;
}

function shown(cell: unknown): string {
  if (cell === null || cell === undefined || cell instanceof BadCell) return '';
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
  return text.replaceAll('\u0000', '').slice(0, MAX_KEY);
}
