/** The faults that a load collects, and the file of them that a person corrects by. Bounded, however bad a file is. */
import { csvTextCell } from '@shared/spreadsheet-text';
import type { LoadFault } from '@shared/wire/load';

/** More than anybody corrects by hand before the next try. */
export const MAX_FAULTS = 10_000;
/** A file that has so many is given up. */
export const FILE_FAULTS = 1_000;

export class FaultList {
  readonly kept: LoadFault[] = [];
  readonly #counts = new Map<string, number>();
  readonly #rows = new Set<number>();
  #count = 0;

  /** `fileLimit`: with so many faults a file is given up. */
  constructor(readonly fileLimit: number = FILE_FAULTS) {}

  add(fault: LoadFault): void {
    this.#count += 1;
    this.#counts.set(fault.file, this.of(fault.file) + 1);
    if (fault.row !== null) this.#rows.add(fault.row);
    if (this.kept.length < Math.max(MAX_FAULTS, this.fileLimit)) this.kept.push(fault);
  }

  /** The rows that have any, where the list is that of one file. */
  get rows(): ReadonlySet<number> {
    return this.#rows;
  }

  isFull(file: string): boolean {
    return this.of(file) >= this.fileLimit;
  }

  get count(): number {
    return this.#count;
  }

  of(file: string): number {
    return this.#counts.get(file) ?? 0;
  }

  /** By file as they were loaded, then by row. */
  sorted(files: readonly string[]): LoadFault[] {
    const place = new Map(files.map((file, at) => [file, at]));
    return [...this.kept].sort((a, b) => (place.get(a.file) ?? 0) - (place.get(b.file) ?? 0) || (a.row ?? 0) - (b.row ?? 0));
  }
}

/** JSON Lines, one fault a line: file, entity, row, column, reason. */
export function faultsAsJsonLines(faults: readonly LoadFault[]): string {
  return faults.map((fault) => `${JSON.stringify(fault)}\n`).join('');
}

/** CSV with a header, in a form that a spreadsheet opens without running anything. */
export function faultsAsCsv(faults: readonly LoadFault[]): string {
  const lines = [['file', 'entity', 'row', 'column', 'reason']];
  for (const { file, entity, row, column, reason } of faults)
    lines.push([file, entity, row === null ? '' : String(row), column ?? '', reason]);
  return `\uFEFF${lines.map((cells) => cells.map(csvTextCell).join(',')).join('\r\n')}\r\n`;
}
