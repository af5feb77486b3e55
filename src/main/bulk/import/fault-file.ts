/**
 * The rows that stay out, as a file to correct and to import again: the columns of the file that they came from, as it had them, and why.
 * Text that a spreadsheet would take for a formula is guarded, and read back without its guard.
 */
import { stringify } from 'csv-stringify/sync';
import { type Sheet, workbookOf } from '../../reports/workbook';
import { BadCell } from '../source/types';
import { cellsAt } from './differences';
import { REASON_HEADER } from './guess';
import { nameOf } from './plan';
import type { FullTrial } from './trial';

export type FaultFormat = 'csv' | 'xlsx';

export interface FaultFile {
  readonly fileName: string;
  readonly content: Uint8Array;
  readonly rows: number;
}

/** Rows of one file; more would not be corrected by hand, and the file is built in memory. */
const MAX_ROWS = 20_000;

/** The file of a trial's refused rows. `fileName` is made of the name of the file that was read. */
export async function faultFile({ trial, prepared, judged }: FullTrial, format: FaultFormat): Promise<FaultFile> {
  const name = `${trial.fileName.replace(/\.[^.]+$/, '').slice(0, 80)} - stays out.${format}`;
  const table = judged === null ? [[REASON_HEADER], [trial.blocked?.reason ?? '']] : await rowsOf({ trial, prepared, judged });
  const content =
    format === 'csv' ? csv(table, prepared.opened.source.delimiter ?? ',') : await workbookOf([sheetOf(table)], new Date());
  return { fileName: name, content, rows: table.length - 1 };
}

async function rowsOf({ prepared, judged }: FullTrial): Promise<string[][]> {
  if (judged === null) return [];
  const reasons = new Map<number, string[]>();
  for (const { row, column, reason } of judged.faults.kept) {
    if (row === null) continue;
    reasons.set(row, [...(reasons.get(row) ?? []), column === null ? reason : `${column}: ${reason}`]);
  }
  const lines = [...reasons.keys()].sort((a, b) => a - b).slice(0, MAX_ROWS);
  const cells = await cellsAt(prepared.opened, judged.plan.corrections, judged.headerLine, new Set(lines));
  const kept = judged.header.map((header, at) => ({ header, at })).filter(({ header }) => header !== REASON_HEADER);
  return [
    [...kept.map(({ header, at }) => header || nameOf(header, at)), REASON_HEADER],
    ...lines.map((line) => [
      ...kept.map(({ at }) => plainCell(cells.get(line)?.[at])),
      `Row ${line}: ${(reasons.get(line) ?? []).join('; ')}`,
    ]),
  ];
}

/** A cell as text: what JSON nests stays JSON, a formula is guarded. */
function plainCell(cell: unknown): string {
  if (cell === null || cell === undefined || cell instanceof BadCell) return '';
  return guarded(typeof cell === 'object' ? JSON.stringify(cell) : String(cell));
}

function guarded(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) && !/^[-+]?\d+([.,]\d+)?$/.test(text) ? `'${text}` : text;
}

function csv(rows: readonly (readonly string[])[], delimiter: string): Buffer {
  return Buffer.from(
    stringify(
      rows.map((row) => [...row]),
      { delimiter, record_delimiter: '\r\n', bom: true },
    ),
  );
}

function sheetOf([head = [], ...rows]: readonly (readonly string[])[]): Sheet {
  return { name: 'Stays out', head, rows: [rows] };
}
