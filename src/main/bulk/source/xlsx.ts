/**
 * Workbooks (Office Open XML, ECMA-376 part 1): each sheet a table, rows one at a time. A formula counts as the result that the
 * spreadsheet saved; nothing is calculated. Dates come as ISO text, by the number format of their cell.
 */
import type { Cell } from '../cells';
import { columnAt, coveredBy, type MergedCells, mergedCells, NOTHING_MERGED } from './merged';
import { tableOf } from './table';
import { BadCell, MAX_CELL, SourceFault, type SourceRow, type SourceTable } from './types';
import { type XmlEvent, xmlEvents } from './xml';
import { unpack, zipNames } from './zip';

/** Texts that cells share are held in memory while a sheet is read. */
const MAX_SHARED = 256 * 1024 * 1024;
const MAX_COLUMNS = 16_384;

export interface Workbook {
  readonly sheets: readonly string[];
  /** Every row that is not empty. A cell that another one covers is a BadCell. */
  rows(sheet: string): AsyncGenerator<SourceRow>;
  table(sheet: string): Promise<SourceTable>;
}

/** Opens a workbook. Throws SourceFault for what is none. */
export async function openWorkbook(path: string): Promise<Workbook> {
  const names = await zipNames(path);
  const part = (name: string): AsyncGenerator<XmlEvent> | null => (names.has(name) ? xmlEvents(unpack(path, name)) : null);
  const book = part('xl/workbook.xml');
  if (book === null) throw new SourceFault(null, 'is no workbook');
  const targets = await relations(part('xl/_rels/workbook.xml.rels'));
  const sheets = new Map<string, string>();
  let from1904 = false;
  for await (const event of book) {
    if (event.type !== 'open') continue;
    if (event.name === 'workbookPr') from1904 = ['1', 'true'].includes(event.attributes.date1904 ?? '');
    if (event.name !== 'sheet') continue;
    const target = targets.get(event.attributes.id ?? '');
    if (target !== undefined && names.has(target) && event.attributes.name !== undefined)
      sheets.set(event.attributes.name, target);
  }
  let common: Promise<Common> | null = null;
  const merged = new Map<string, Promise<MergedCells>>();
  async function* rows(sheet: string): AsyncGenerator<SourceRow> {
    const target = sheets.get(sheet);
    if (target === undefined) throw new SourceFault(null, `has no sheet “${sheet}”`);
    common ??= readCommon(part('xl/sharedStrings.xml'), part('xl/styles.xml'), from1904);
    const covered = merged.get(target) ?? mergedCells(unpack(path, target));
    merged.set(target, covered);
    yield* sheetRows(xmlEvents(unpack(path, target)), await common, await covered);
  }
  return { sheets: [...sheets.keys()], rows, table: (sheet) => tableOf(rows(sheet)) };
}

async function relations(events: AsyncGenerator<XmlEvent> | null): Promise<Map<string, string>> {
  const targets = new Map<string, string>();
  if (events === null) return targets;
  for await (const event of events) {
    if (event.type !== 'open' || event.name !== 'Relationship') continue;
    const { Id, Target } = event.attributes;
    if (Id !== undefined && Target !== undefined) targets.set(Id, Target.startsWith('/') ? Target.slice(1) : `xl/${Target}`);
  }
  return targets;
}

interface Common {
  readonly texts: readonly string[];
  /** By the number of the cell's style: does it show a date? */
  readonly dates: readonly boolean[];
  readonly from1904: boolean;
}

async function readCommon(
  strings: AsyncGenerator<XmlEvent> | null,
  styles: AsyncGenerator<XmlEvent> | null,
  from1904: boolean,
): Promise<Common> {
  return {
    texts: strings === null ? [] : await sharedTexts(strings),
    dates: styles === null ? [] : await dateStyles(styles),
    from1904,
  };
}

async function sharedTexts(events: AsyncGenerator<XmlEvent>): Promise<string[]> {
  const texts: string[] = [];
  let size = 0;
  let text: string | null = null;
  let taking = false;
  let phonetic = false;
  for await (const event of events) {
    if (event.type === 'text') {
      if (!taking || text === null) continue;
      text += event.text;
      size += event.text.length;
      if (size > MAX_SHARED) throw new SourceFault(null, 'holds too much text; save it as CSV');
      continue;
    }
    const opens = event.type === 'open';
    if (event.name === 'si') {
      if (opens) text = '';
      else if (text !== null) {
        texts.push(text);
        text = null;
      }
    }
    // Phonetic readings stand beside the text, not in it.
    if (event.name === 'rPh') phonetic = opens;
    if (event.name === 't') taking = opens && !phonetic;
  }
  return texts;
}

async function dateStyles(events: AsyncGenerator<XmlEvent>): Promise<boolean[]> {
  const custom = new Map<string, boolean>();
  const dates: boolean[] = [];
  let inStyles = false;
  for await (const event of events) {
    if (event.type === 'text') continue;
    if (event.name === 'cellXfs') inStyles = event.type === 'open';
    if (event.type === 'close') continue;
    const { numFmtId = '0', formatCode = '' } = event.attributes;
    if (event.name === 'numFmt') custom.set(numFmtId, showsDate(formatCode));
    if (event.name === 'xf' && inStyles) dates.push(custom.get(numFmtId) ?? isBuiltInDate(Number(numFmtId)));
  }
  return dates;
}

function isBuiltInDate(id: number): boolean {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

/** A format shows a date where it has a letter of one outside of quotes and brackets. */
function showsDate(format: string): boolean {
  const bare = format.replace(/"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]/g, '').split(';')[0] ?? '';
  return /[dmyhs]/i.test(bare) && !/general/i.test(bare);
}

async function* sheetRows(
  events: AsyncGenerator<XmlEvent>,
  common: Common,
  merged: MergedCells = NOTHING_MERGED,
): AsyncGenerator<SourceRow> {
  let line = 0;
  let cells: Cell[] = [];
  let cell: RawCell | null = null;
  let taking: 'value' | 'text' | null = null;
  let size = 0;
  for await (const event of events) {
    if (event.type === 'text') {
      if (cell === null || taking === null) continue;
      size += event.text.length;
      if (size > MAX_CELL) throw new SourceFault(line, 'is too long');
      if (taking === 'value') cell.value += event.text;
      else cell.text = (cell.text ?? '') + event.text;
      continue;
    }
    const opens = event.type === 'open';
    if (event.name === 'row') {
      if (event.type === 'open') {
        const { r = '' } = event.attributes;
        line = /^\d{1,7}$/.test(r) ? Number(r) : line + 1;
        cells = [];
        size = 0;
      } else if (cells.some((one) => one !== null && one !== undefined)) {
        const whole = Array.from(cells, (one) => one ?? null);
        for (const { column, by } of coveredBy(merged, line)) {
          whole[column] = new BadCell(`is covered by the merged cell ${by}; unmerge it and fill in every row`);
        }
        yield { line, cells: whole };
      }
    } else if (event.name === 'c') {
      if (event.type === 'open') cell = rawCell(event.attributes, cells.length);
      else if (cell !== null) {
        if (cell.column < MAX_COLUMNS) cells[cell.column] = cellValue(cell, common);
        cell = null;
      }
    } else if (event.name === 'v') taking = opens ? 'value' : null;
    else if (event.name === 't') taking = opens ? 'text' : null;
    else if (event.name === 'f' && opens && cell !== null) cell.formula = true;
  }
}

interface RawCell {
  readonly column: number;
  readonly type: string;
  readonly style: number;
  value: string;
  text: string | null;
  formula: boolean;
}

function rawCell(attributes: Readonly<Record<string, string>>, next: number): RawCell {
  const [letters] = /^[A-Z]+/.exec(attributes.r ?? '') ?? [];
  const column = letters === undefined ? next : columnAt(letters);
  const { t: type = 'n', s = '-1' } = attributes;
  return { column, type, style: Number(s), value: '', text: null, formula: false };
}

function cellValue(cell: RawCell, { texts, dates, from1904 }: Common): Cell {
  const { type, value } = cell;
  if (type === 'inlineStr') return cell.text;
  if (value === '') return cell.formula && type !== 'str' ? new BadCell('is a formula without a saved result') : null;
  if (type === 's') return texts[Number(value)] ?? new BadCell('refers to a text that the workbook does not hold');
  if (type === 'str') return value;
  if (type === 'b') return value === '1';
  if (type === 'e') return new BadCell(`holds the spreadsheet’s error ${value.slice(0, 20)}`);
  if (type === 'd') return value;
  const number = Number(value);
  if (!Number.isFinite(number)) return new BadCell('is no number that can be read');
  return dates[cell.style] === true ? dateText(number, from1904) : number;
}

const DAY_MS = 86_400_000;

/** A serial number as `2026-03-01`, or with the time where it has one. */
function dateText(serial: number, from1904: boolean): Cell {
  // Excel counts a 29 February 1900 that never was; from March 1900 on this origin makes up for it.
  const origin = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
  const at = new Date(origin + Math.round(serial * 86_400) * 1000);
  if (serial < 0 || Number.isNaN(at.getTime()) || at.getUTCFullYear() > 9999) return new BadCell('is no date');
  const text = at.toISOString();
  return at.getTime() % DAY_MS === 0 ? text.slice(0, 10) : text.slice(0, 19);
}
