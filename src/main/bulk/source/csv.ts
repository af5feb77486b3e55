/**
 * CSV as RFC 4180 has it and as spreadsheets write it: any line ending, comma, semicolon, tab or bar, quotes doubled inside
 * quotes, Excel's `sep=;` line. Reads piece by piece. An empty cell is null, a quoted empty one is the empty text.
 */
import { MAX_CELL, SourceFault, type SourceRow, type SourceTable } from './types';

const HEAD = 4096;
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The table in a text. Throws SourceFault with the line of an unclosed quote, or of text that goes on behind a closed one. */
export async function csvTable(text: AsyncIterable<string>, given: string | null = null): Promise<SourceTable> {
  const records = csvRecords(text, given);
  for (;;) {
    const { value, done } = await records.next();
    if (done) throw new SourceFault(null, 'is empty');
    if (value.cells.every((cell) => cell === null || cell === '')) continue;
    const header = value.cells.map((cell) => String(cell ?? '').trim());
    return { header, headerLine: value.line, rows: records };
  }
}

/** The delimiter that the first record holds most of, outside of quotes. */
export function delimiterOf(head: string): string {
  const counts = new Map<string, number>(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  for (const character of head) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) {
      if ([...counts.values()].some((count) => count > 0)) break;
    } else if (!quoted && counts.has(character)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/** Every record with at least one cell that is not empty. */
async function* csvRecords(text: AsyncIterable<string>, given: string | null): AsyncGenerator<SourceRow> {
  const reader = new CsvReader(given);
  // The delimiter is told from a first piece that is long enough.
  let head: string | null = '';
  for await (const piece of text) {
    if (head === null) yield* reader.push(piece);
    else {
      head += piece;
      if (head.length < HEAD) continue;
      yield* reader.push(head);
      head = null;
    }
  }
  if (head !== null) yield* reader.push(head);
  yield* reader.end();
}

type State = 'start' | 'plain' | 'quoted' | 'closed';

class CsvReader {
  #delimiter: string | null;
  #state: State = 'start';
  #cells: (string | null)[] = [];
  /** The cell so far. */
  #cell = '';
  #line = 1;
  #recordLine = 1;
  #quoteLine = 1;
  #afterReturn = false;
  #head = true;

  constructor(delimiter: string | null) {
    this.#delimiter = delimiter;
  }

  *push(piece: string): Generator<SourceRow> {
    let text = piece;
    if (this.#head) {
      this.#head = false;
      const [mark, separator] = /^sep=(.)\r?\n/.exec(text) ?? [];
      if (mark !== undefined) {
        text = text.slice(mark.length);
        this.#line = 2;
        this.#recordLine = 2;
      }
      this.#delimiter ??= separator ?? delimiterOf(text);
    }
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const character = text.charCodeAt(at);
      if (this.#state === 'quoted') {
        if (character === LF) this.#line += 1;
        if (character !== QUOTE) continue;
        this.#take(text, from, at);
        this.#state = 'closed';
        continue;
      }
      if (character === LF && this.#afterReturn) {
        // the second half of CR LF
        this.#afterReturn = false;
        from = at + 1;
        continue;
      }
      this.#afterReturn = false;
      if (character === QUOTE && this.#state !== 'plain') {
        // A quote behind a closed one is a quote within.
        if (this.#state === 'closed') this.#cell += '"';
        else this.#quoteLine = this.#line;
        this.#state = 'quoted';
        from = at + 1;
      } else if (character === LF || character === CR) {
        this.#endCell(text, from, at);
        from = at + 1;
        this.#line += 1;
        this.#afterReturn = character === CR;
        const record = this.#endRecord();
        if (record !== null) yield record;
      } else if (text[at] === this.#delimiter) {
        this.#endCell(text, from, at);
        from = at + 1;
      } else if (this.#state === 'closed') {
        if (character !== SPACE) throw new SourceFault(this.#line, 'has text behind a closing quote');
      } else if (this.#state === 'start') {
        this.#state = 'plain';
        from = at;
      }
    }
    if (this.#state === 'quoted' || this.#state === 'plain') this.#take(text, from, text.length);
  }

  *end(): Generator<SourceRow> {
    if (this.#state === 'quoted') throw new SourceFault(this.#quoteLine, 'has a quote that is never closed');
    if (this.#state !== 'start' || this.#cells.length > 0) {
      this.#endCell('', 0, 0);
      const record = this.#endRecord();
      if (record !== null) yield record;
    }
  }

  #take(text: string, from: number, to: number): void {
    this.#cell += text.slice(from, to);
    if (this.#cell.length > MAX_CELL)
      throw new SourceFault(this.#quoteLine, 'has a cell that is too long, or a quote that is never closed');
  }

  #endCell(text: string, from: number, at: number): void {
    if (this.#state === 'plain') this.#take(text, from, at);
    this.#cells.push(this.#state === 'start' ? null : this.#cell);
    this.#cell = '';
    this.#state = 'start';
  }

  #endRecord(): SourceRow | null {
    const cells = this.#cells;
    const line = this.#recordLine;
    this.#cells = [];
    this.#recordLine = this.#line;
    return cells.some((cell) => cell !== null) ? { line, cells } : null;
  }
}

const QUOTE = 34;
const LF = 10;
const CR = 13;
const SPACE = 32;
