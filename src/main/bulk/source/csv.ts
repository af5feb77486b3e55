/**
 * CSV as RFC 4180 has it and as spreadsheets write it: any line ending, comma, semicolon, tab or bar, quotes doubled inside
 * quotes, Excel's `sep=;` line. csv-parse takes the text apart, piece by piece; the delimiter and the lines are found here. An
 * empty cell is the empty text, quoted or not.
 */
import { CsvError, Parser } from 'csv-parse';
import { tableOf } from './table';
import { MAX_CELL, SourceFault, type SourceRow, type SourceTable } from './types';

const HEAD = 4096;
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The table in a text, its first row the header. Throws what `csvRows` throws. */
export function csvTable(text: AsyncIterable<string>, given: string | null = null): Promise<SourceTable> {
  return tableOf(csvRows(text, given));
}

/** The delimiter of a text: what its `sep=` line says, or what its first record holds most of. Reads no more than its beginning. */
export async function delimiterIn(text: AsyncIterable<string>): Promise<string> {
  for await (const piece of withHead(text)) {
    const [mark = '', separator] = separatorLine(piece);
    return separator ?? delimiterOf(piece.slice(mark.length));
  }
  return ',';
}

function separatorLine(piece: string): readonly string[] {
  return /^sep=(.)\r?\n/.exec(piece) ?? [];
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

/**
 * Every record with at least one cell that is not empty. Throws SourceFault with the line of the record that has an unclosed quote,
 * text behind a closed one, or a quote inside of a cell that does not begin with one. Rows before the fault are given first.
 */
export async function* csvRows(text: AsyncIterable<string>, given: string | null): AsyncGenerator<SourceRow> {
  let reader: CsvReader | null = null;
  for await (const piece of withHead(text)) {
    if (reader !== null) yield* reader.read(piece);
    else {
      const [mark = '', separator] = separatorLine(piece);
      const body = piece.slice(mark.length);
      reader = new CsvReader(given ?? separator ?? delimiterOf(body), mark === '' ? 1 : 2);
      yield* reader.read(body);
    }
  }
  if (reader !== null) yield* reader.read(null);
}

/** The same text with a first piece that is long enough to tell the delimiter from. */
async function* withHead(text: AsyncIterable<string>): AsyncGenerator<string> {
  let head: string | null = '';
  for await (const piece of text) {
    if (head === null) yield piece;
    else {
      head += piece;
      if (head.length < HEAD) continue;
      yield head;
      head = null;
    }
  }
  if (head !== null && head !== '') yield head;
}

class CsvReader {
  readonly #parser: Parser;
  #rows: SourceRow[] = [];
  /** Where the record that is being read begins. csv-parse counts CR LF inside of quotes as two lines, so its count is not taken. */
  #line: number;

  constructor(delimiter: string, line: number) {
    this.#line = line;
    this.#parser = new Parser({
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      max_record_size: MAX_CELL,
      on_record: (cells: string[]) => {
        if (cells.some((cell) => cell !== '')) this.#rows.push({ line: this.#line, cells });
        this.#line += cells.reduce((lines, cell) => lines + breaksIn(cell), 1);
        // Kept here and not in the stream, which drops what it holds as soon as there is a fault.
        return null;
      },
    });
    this.#parser.on('error', () => undefined); // read() tells it
  }

  /** The records that are complete with this piece; null is the end of the text. */
  async *read(piece: string | null): AsyncGenerator<SourceRow> {
    const error = await new Promise<unknown>((resolve) => {
      if (piece === null) this.#parser.end(resolve);
      else this.#parser.write(piece, resolve);
    });
    const rows = this.#rows;
    this.#rows = [];
    yield* rows;
    if (error instanceof CsvError) throw new SourceFault(this.#line, REASONS[error.code] ?? 'is no CSV');
    if (error instanceof Error) throw error;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'has a quote that is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'has text behind a closing quote',
  INVALID_OPENING_QUOTE: 'has a quote inside of a cell that does not begin with one',
  CSV_MAX_RECORD_SIZE: 'is too long, or has a quote that is never closed',
};

function breaksIn(text: string): number {
  return text.includes('\n') || text.includes('\r') ? text.split(/\r\n|\r|\n/).length - 1 : 0;
}
