/**
 * A strict scan of JSON text (RFC 8259) that says where and why a file is not JSON, which `JSON.parse` of an older engine does
 * not. It also finds what JSON allows but a lossless reader must not let pass: a name given twice, and nesting without end.
 * It builds no values; `JSON.parse` does that afterwards.
 */

/** The first fault of a text: `offset` counts UTF-16 units from 0, `line` and `column` from 1. */
export interface JsonFault {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/** Deep enough for any catalogue (20 levels of parts take about 45), shallow enough for every reader after this one. */
export const MAX_JSON_DEPTH = 100;

const BLANK = /[ \t\n\r]*/y;
/** Everything from the blank upwards but the quote and the backslash. */
const PLAIN_CHARACTERS = /[ !#-[\]-\uffff]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;

class Scan {
  at = 0;
  constructor(readonly text: string) {}

  /** Moves over what the sticky pattern matches; false where it matches nothing at all. */
  take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  blank(): void {
    this.take(BLANK);
  }

  /** Moves over one string and returns its value; throws a Fault. */
  string(): string {
    const start = this.at;
    this.at += 1;
    for (;;) {
      this.take(PLAIN_CHARACTERS);
      const next = this.text[this.at];
      if (next === '"') break;
      if (next === undefined) throw new Fault(start, 'the text ends inside this string');
      if (next === '\\') {
        if (!this.take(ESCAPE)) throw new Fault(this.at, 'a backslash is followed by something that is no escape');
      } else {
        throw new Fault(this.at, 'a string holds a raw line break or control character');
      }
    }
    this.at += 1;
    return this.text.slice(start, this.at);
  }

  /** Moves over a number, true, false, null or a string. */
  scalar(): void {
    const next = this.text[this.at];
    if (next === '"') {
      this.string();
      return;
    }
    const start = this.at;
    if (!this.take(NUMBER) && !this.take(WORD))
      throw new Fault(start, `a value was expected, ${found(this.text, start)} is there`);
    const after = this.text[this.at];
    if (after !== undefined && /[\w.+-]/.test(after))
      throw new Fault(this.at, `${found(this.text, this.at)} follows a value without a comma`);
  }
}

class Fault {
  constructor(
    readonly offset: number,
    readonly reason: string,
  ) {}
}

function found(text: string, at: number): string {
  const character = text[at];
  if (character === undefined) return 'the end of the text';
  return /\p{C}|\p{Z}/u.test(character)
    ? `character U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
    : `"${character}"`;
}

/** An open array or object; an object knows the names it has. */
interface Open {
  readonly close: ']' | '}';
  readonly names: Set<string> | null;
}

/** Returns the first fault of `text`, or null where it is strict JSON with distinct names and at most `MAX_JSON_DEPTH` levels. */
export function findJsonFault(text: string): JsonFault | null {
  try {
    scan(new Scan(text));
    return null;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ...placeOf(text, error.offset), offset: error.offset, reason: error.reason };
  }
}

function scan(s: Scan): void {
  const open: Open[] = [];
  s.blank();
  for (;;) {
    // A value begins here: go in, or take it whole.
    const next = s.text[s.at];
    if (next === '{' || next === '[') {
      if (open.length >= MAX_JSON_DEPTH) throw new Fault(s.at, `more than ${MAX_JSON_DEPTH} levels lie inside each other`);
      open.push(next === '{' ? { close: '}', names: new Set() } : { close: ']', names: null });
      s.at += 1;
      s.blank();
      if (s.text[s.at] !== open.at(-1)?.close) {
        nameIn(s, open);
        continue;
      }
    } else {
      s.scalar();
      s.blank();
    }
    // A value has ended: close what closes, then expect a comma or the end.
    for (;;) {
      const inner = open.at(-1);
      if (inner === undefined) {
        if (s.at < s.text.length) throw new Fault(s.at, `${found(s.text, s.at)} follows the end of the document`);
        return;
      }
      const after = s.text[s.at];
      if (after === inner.close) {
        open.pop();
        s.at += 1;
        s.blank();
      } else if (after === ',') {
        s.at += 1;
        s.blank();
        break;
      } else {
        throw new Fault(s.at, `a comma or "${inner.close}" was expected, ${found(s.text, s.at)} is there`);
      }
    }
    nameIn(s, open);
  }
}

/** Inside an object, moves over `"name" :`. */
function nameIn(s: Scan, open: readonly Open[]): void {
  const names = open.at(-1)?.names;
  if (!names) return;
  if (s.text[s.at] !== '"') throw new Fault(s.at, `a name in quotes was expected, ${found(s.text, s.at)} is there`);
  const start = s.at;
  const quoted = s.string();
  const name: unknown = quoted.includes('\\') ? JSON.parse(quoted) : quoted.slice(1, -1);
  if (typeof name !== 'string') throw new Fault(start, 'a name in quotes was expected');
  if (names.has(name)) throw new Fault(start, `the name ${quoted.slice(0, 60)} is given twice in one object`);
  names.add(name);
  s.blank();
  if (s.text[s.at] !== ':') throw new Fault(s.at, `a colon was expected, ${found(s.text, s.at)} is there`);
  s.at += 1;
  s.blank();
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1 && end < offset; end = text.indexOf('\n', end + 1)) {
    line += 1;
    start = end + 1;
  }
  return { line, column: offset - start + 1 };
}
