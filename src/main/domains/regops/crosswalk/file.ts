/**
 * A file of mappings, line by line: CSV or XLSX with a header, or an OSCAL mapping collection in JSON. What a line says is judged here;
 * which requirements it means is looked up later. Nothing is repaired in silence: a line that cannot be read says why.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { openSource } from '@main/bulk/source/open';
import { BadCell, SourceFault, type SourceTable } from '@main/bulk/source/types';
import type { MappingRelation } from '@shared/entities/regops/requirement-mapping';
import { CodedError } from '@shared/errors';
import { collectionLines } from './collection';

/** More mappings than this are no crosswalk of two regulations. */
export const MAX_LINES = 100_000;
const MAX_COLLECTION_BYTES = 64 * 1024 * 1024;
const MAX_RATIONALE = 10_000;

export interface MappingLine {
  readonly line: number;
  readonly from: string;
  readonly to: string;
  /** As the file has it. */
  readonly said: string;
  readonly relation: MappingRelation | null;
  readonly strength: number | null;
  readonly rationale: string | null;
  readonly source: string | null;
  readonly fault: string | null;
}

export interface MappingFile {
  readonly fileName: string;
  readonly sha256: string;
  readonly lines: readonly MappingLine[];
}

/** How a relation is written: our words, OSCAL's, and those of published crosswalks. */
const RELATIONS: Readonly<Record<string, MappingRelation>> = {
  equal: 'equal',
  'equal to': 'equal',
  'equivalent to': 'equal',
  equivalent: 'equal',
  '=': 'equal',
  subset: 'subset',
  'subset of': 'subset',
  superset: 'superset',
  'superset of': 'superset',
  intersect: 'intersect',
  intersects: 'intersect',
  'intersects with': 'intersect',
  'not related': 'not_related',
  'not related to': 'not_related',
  'no relationship': 'not_related',
  none: 'not_related',
};

/** What a relation weighs where the file says nothing. */
const USUAL_STRENGTH: Readonly<Record<MappingRelation, number>> = {
  equal: 10,
  subset: 7,
  superset: 7,
  intersect: 5,
  not_related: 0,
};

/** The relation that a text means, or null. */
export function relationOf(text: string): MappingRelation | null {
  const words = text
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .replace(/^is (an? )?/, '')
    .trim();
  return RELATIONS[words] ?? null;
}

/** One line judged: both ends named, a known relation, a strength from 0 to 10. */
export function judgeLine(raw: {
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly relation: string;
  readonly strength: string;
  readonly rationale: string | null;
  readonly source: string | null;
}): MappingLine {
  const relation = relationOf(raw.relation);
  const strength =
    raw.strength === '' ? (relation === null ? null : USUAL_STRENGTH[relation]) : Number(raw.strength.replace(',', '.'));
  const fault = faultOf(raw, relation, strength);
  return {
    line: raw.line,
    from: raw.from,
    to: raw.to,
    said: raw.relation,
    relation,
    strength: strength === null || Number.isNaN(strength) ? null : strength,
    rationale: raw.rationale === null || raw.rationale.trim() === '' ? null : raw.rationale.trim(),
    source: raw.source === null || raw.source.trim() === '' ? null : raw.source.trim().slice(0, 255),
    fault,
  };
}

function faultOf(
  raw: {
    readonly from: string;
    readonly to: string;
    readonly relation: string;
    readonly strength: string;
    readonly rationale: string | null;
  },
  relation: MappingRelation | null,
  strength: number | null,
): string | null {
  if (raw.from === '') return 'names no requirement at its left';
  if (raw.to === '') return 'names no requirement at its right';
  if (raw.relation === '') return 'says no relation';
  if (relation === null)
    return `“${raw.relation.slice(0, 60)}” is no relation; known are equal, subset, superset, intersect, not related`;
  if (strength === null || !Number.isInteger(strength) || strength < 0 || strength > 10)
    return `“${raw.strength.slice(0, 20)}” is no strength from 0 to 10`;
  if ((raw.rationale?.length ?? 0) > MAX_RATIONALE)
    return `has a rationale of more than ${MAX_RATIONALE.toLocaleString('en-GB')} characters`;
  if ([raw.from, raw.to, raw.rationale ?? ''].some((text) => text.includes('\u0000')))
    return 'holds a NUL character, which cannot be stored';
  return null;
}

const HEADERS = {
  from: ['source', 'from', 'source ref', 'source requirement', 'source id', 'from ref', 'focal document element'],
  to: ['target', 'to', 'target ref', 'target requirement', 'target id', 'to ref', 'reference document element'],
  relation: ['relation', 'relationship', 'mapping', 'relationship type'],
  strength: ['strength', 'strength of relationship', 'confidence'],
  rationale: ['rationale', 'reason', 'comment', 'comments', 'remarks', 'note'],
  source: ['said by', 'author', 'source of mapping', 'publisher'],
} as const;
type Column = keyof typeof HEADERS;

/** Reads the file. Throws FILE_UNREADABLE, FILE_TOO_LARGE, or LOAD_UNKNOWN with the line for what is no table of mappings. */
export async function readMappingFile(path: string, fileName: string): Promise<MappingFile> {
  const kind = extname(fileName).toLowerCase();
  try {
    if (kind === '.json') return await readCollection(path, fileName);
    const source = await openSource(path);
    const [part] = source.parts;
    if (part === undefined) throw new SourceFault(null, 'has no sheet');
    return { fileName, sha256: source.sha256, lines: await tableLines(await part.table()) };
  } catch (error) {
    if (error instanceof CodedError) throw error;
    if (error instanceof SourceFault) throw unusable(fileName, error.reason, error.line);
    throw new CodedError('FILE_UNREADABLE', { fileName }, { cause: error });
  }
}

async function readCollection(path: string, fileName: string): Promise<MappingFile> {
  const { size } = await stat(path);
  if (size > MAX_COLLECTION_BYTES) throw new CodedError('FILE_TOO_LARGE', { fileName, size, limit: MAX_COLLECTION_BYTES });
  const bytes = await readFile(path);
  const lines = collectionLines(bytes, fileName);
  return { fileName, sha256: createHash('sha256').update(bytes).digest('hex'), lines: lines.map(judgeLine) };
}

function unusable(fileName: string, reason: string, line: number | null): CodedError {
  return new CodedError('LOAD_UNKNOWN', { fileName, reason, ...(line === null ? {} : { line }) });
}

async function tableLines(table: SourceTable): Promise<MappingLine[]> {
  const columns = columnsOf(table.header, table.headerLine);
  const lines: MappingLine[] = [];
  for await (const { line, cells } of table.rows) {
    if (lines.length >= MAX_LINES) throw new SourceFault(line, `holds more than ${MAX_LINES.toLocaleString('en-GB')} mappings`);
    const broken = cells.find((cell) => cell instanceof BadCell);
    const text = (column: Column): string => {
      const at = columns[column];
      const cell = at === undefined ? null : cells[at];
      return cell === null || cell === undefined || cell instanceof BadCell ? '' : String(cell).trim();
    };
    const read = judgeLine({
      line,
      from: text('from'),
      to: text('to'),
      relation: text('relation'),
      strength: text('strength'),
      rationale: text('rationale'),
      source: text('source'),
    });
    lines.push(broken instanceof BadCell && read.fault === null ? { ...read, fault: `has a cell that ${broken.reason}` } : read);
  }
  return lines;
}

/** Where each column stands. Throws where one that is needed is missing. */
function columnsOf(header: readonly string[], line: number): Partial<Record<Column, number>> {
  const names = header.map((name) =>
    name
      .toLowerCase()
      .replace(/[\s_-]+/g, ' ')
      .trim(),
  );
  const found: Partial<Record<Column, number>> = {};
  for (const column of Object.keys(HEADERS) as Column[]) {
    const at = names.findIndex((name) => (HEADERS[column] as readonly string[]).includes(name));
    if (at >= 0) found[column] = at;
  }
  const missing = (['from', 'to', 'relation'] as const).filter((column) => found[column] === undefined);
  if (missing.length > 0) {
    const wanted = missing.map((column) => `“${HEADERS[column][0]}”`).join(', ');
    throw new SourceFault(
      line,
      `has no column ${wanted}; a file of mappings has source, target, relation and, where known, strength and rationale`,
    );
  }
  return found;
}
