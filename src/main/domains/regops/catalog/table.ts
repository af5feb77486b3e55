/**
 * A catalogue in a table: one row a requirement, with its reference and where known its parent, title, text and whether it is
 * assessed. Columns are found by their names and can be told; a table without a parent column is ordered by its references
 * (`5.1.2` below `5.1`, `Art. 6(1)(a)` below `Art. 6(1)`).
 */
import { openSource } from '@main/bulk/source/open';
import { BadCell, SourceFault } from '@main/bulk/source/types';
import { CodedError, type FieldFault } from '@shared/errors';
import { type OutlineNode, TABLE_COLUMNS, type TableColumn, type TableLook } from '@shared/wire/oscal';
import { MAX_FAULTS } from '../oscal/parse';

const NAMES: Readonly<Record<TableColumn, readonly string[]>> = {
  ref: ['ref', 'reference', 'ref id', 'id', 'identifier', 'number', 'no', 'nr', 'requirement id', 'control id', 'clause'],
  parent: ['parent', 'parent ref', 'parent id', 'part of', 'above'],
  title: ['title', 'name', 'heading', 'requirement', 'control', 'control name', 'requirement name'],
  text: ['text', 'description', 'statement', 'requirement text', 'control text', 'content', 'wording'],
  guidance: ['guidance', 'implementation guidance', 'discussion', 'notes', 'note'],
  family: ['family', 'domain', 'category', 'chapter', 'section', 'group'],
  assessable: ['assessable', 'assessed', 'assess', 'is assessable'],
};
const YES = new Set(['true', 'yes', 'y', '1', 'x', 'ja', 'oui']);
const NO = new Set(['false', 'no', 'n', '0', 'nein', 'non', '-']);
const MAX_ROWS = 50_000;

export interface TableNodes {
  readonly format: 'csv' | 'xlsx';
  readonly sha256: string;
  readonly nodes: readonly OutlineNode[];
  readonly look: TableLook;
}

export interface TableOptions {
  readonly sheet?: string | undefined;
  readonly columns?: Partial<Record<TableColumn, string>> | undefined;
}

/** Reads the table. Throws CATALOG_INVALID with the lines for what cannot be taken, FILE_UNREADABLE. */
export async function readTable(path: string, fileName: string, options: TableOptions = {}): Promise<TableNodes> {
  try {
    const source = await openSource(path);
    const part = source.parts.find(({ name }) => name === options.sheet) ?? source.parts[0];
    if (part === undefined) throw new SourceFault(null, 'holds no sheet');
    const table = await part.table();
    const columns = columnsOf(table.header, options.columns);
    const rows: Row[] = [];
    const faults: FieldFault[] = [];
    for await (const { line, cells } of table.rows) {
      if (rows.length >= MAX_ROWS) throw new SourceFault(line, `holds more than ${MAX_ROWS.toLocaleString('en-GB')} rows`);
      const text = (column: TableColumn): string => {
        const at = columns[column] === undefined ? -1 : table.header.indexOf(columns[column]);
        const cell = at < 0 ? null : cells[at];
        if (cell instanceof BadCell) faults.push({ path: `Line ${line}`, message: cell.reason });
        return cell === null || cell === undefined || cell instanceof BadCell ? '' : String(cell).trim();
      };
      rows.push({ line, ...readRow(text, line, faults) });
    }
    const missing = (['ref'] as const).filter((column) => columns[column] === undefined);
    if (missing.length > 0 || (columns.title === undefined && columns.text === undefined)) {
      const header = table.header
        .filter((name) => name !== '')
        .slice(0, 12)
        .join(', ');
      throw new SourceFault(
        table.headerLine,
        `needs a column “ref” and a column “title” or “text”; it has ${header === '' ? 'no names' : header}`,
      );
    }
    refuse(fileName, faults);
    const format = source.format === 'xlsx' ? 'xlsx' : 'csv';
    const sheets = source.parts.flatMap(({ name }) => (name === null ? [] : [name]));
    const header = table.header.filter((name) => name !== '');
    return { format, sha256: source.sha256, nodes: nodesOf(rows, columns), look: { header, columns, sheets, sheet: part.name } };
  } catch (error) {
    if (error instanceof CodedError) throw error;
    if (error instanceof SourceFault) {
      throw new CodedError('CATALOG_INVALID', { fileName, reason: error.reason, line: error.line });
    }
    throw new CodedError('FILE_UNREADABLE', { fileName }, { cause: error });
  }
}

function refuse(fileName: string, faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  const details = { fileName, path: first.path, reason: first.message, faults: faults.length };
  throw new CodedError('CATALOG_INVALID', details, { faults: faults.slice(0, MAX_FAULTS) });
}

interface Row {
  readonly line: number;
  readonly ref: string;
  readonly parent: string;
  readonly title: string;
  readonly text: string;
  readonly guidance: string;
  readonly family: string;
  readonly assessable: boolean | null;
}

function readRow(text: (column: TableColumn) => string, line: number, faults: FieldFault[]): Omit<Row, 'line'> {
  const said = text('assessable').toLowerCase();
  const assessable = said === '' ? null : YES.has(said) ? true : NO.has(said) ? false : undefined;
  if (assessable === undefined)
    faults.push({ path: `Line ${line}`, message: `“${said.slice(0, 40)}” under assessable is neither yes nor no` });
  return {
    ref: text('ref'),
    parent: text('parent'),
    title: text('title'),
    text: text('text'),
    guidance: text('guidance'),
    family: text('family'),
    assessable: assessable ?? null,
  };
}

function columnsOf(
  header: readonly string[],
  told: Partial<Record<TableColumn, string>> | undefined,
): Partial<Record<TableColumn, string>> {
  const plain = (name: string) =>
    name
      .toLowerCase()
      .replace(/[\s_.-]+/g, ' ')
      .trim();
  const found: Partial<Record<TableColumn, string>> = {};
  for (const column of TABLE_COLUMNS) {
    const wished = told?.[column];
    // told to be left out
    if (wished === '') continue;
    const name =
      wished !== undefined && header.includes(wished) ? wished : header.find((each) => NAMES[column].includes(plain(each)));
    if (name !== undefined && !Object.values(found).includes(name)) found[column] = name;
  }
  return found;
}

const keyOf = (ref: string) => ref.replace(/\s+/g, ' ').trim();

function nodesOf(rows: readonly Row[], columns: Partial<Record<TableColumn, string>>): OutlineNode[] {
  const refs = new Set(rows.map((row) => keyOf(row.ref)));
  const parentOf = (row: Row): string | null => {
    if (columns.parent !== undefined) return row.parent === '' ? null : keyOf(row.parent);
    return refAbove(keyOf(row.ref), refs);
  };
  const parents = new Set(rows.map(parentOf));
  return rows.map((row) => {
    const ref = keyOf(row.ref);
    const leaf = !parents.has(ref);
    return {
      id: ref.slice(0, 255) || `line-${row.line}`,
      parent: parentOf(row),
      ref,
      title: row.title || null,
      text: row.text || null,
      guidance: row.guidance || null,
      family: row.family || null,
      assessable: row.assessable ?? leaf,
      place: `Line ${row.line}`,
    };
  });
}

/** The nearest reference above one, by its own form, among those there are: `5.1.2` → `5.1` → `5`, `1.1.(2)` → `1.1`. */
export function refAbove(ref: string, refs: ReadonlySet<string>): string | null {
  let above = ref;
  for (;;) {
    const shorter = above.replace(/(?:\s*\([^()]*\)|[.\-/][^.\-/()\s]+|\s+[^\s()]+)\.?$/u, '').replace(/[.\s]+$/, '');
    if (shorter === above || shorter === '') return null;
    for (const form of [shorter, `${shorter}.`]) if (form !== ref && refs.has(form)) return form;
    above = shorter;
  }
}
