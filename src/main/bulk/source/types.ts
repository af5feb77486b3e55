/** What every reader of a file gives: a header and rows, one at a time, so that memory does not grow with the file. */
import type { Cell } from '../cells';

export interface SourceRow {
  /** Where the row begins in its file or sheet, from 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
}

export interface SourceTable {
  readonly header: readonly string[];
  readonly headerLine: number;
  readonly rows: AsyncIterable<SourceRow>;
}

/** A table whose reading may be ended early. */
export interface RowTable extends SourceTable {
  readonly rows: AsyncGenerator<SourceRow>;
}

/** A file that cannot be read from here on: where and why. */
export class SourceFault extends Error {
  constructor(
    readonly line: number | null,
    readonly reason: string,
  ) {
    super('SourceFault');
    this.name = 'SourceFault';
  }
}

/** A row longer than this belongs to a file that is none of ours (an unclosed quote, a binary file). */
export const MAX_CELL = 8 * 1024 * 1024;

/** A cell that holds no value but a reason, such as a spreadsheet's own error. */
export class BadCell {
  constructor(readonly reason: string) {}
}
