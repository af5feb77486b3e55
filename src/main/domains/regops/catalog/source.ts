/**
 * One way in for every file that holds a regulation: OSCAL catalogues, laws in JSON, tables, and documents whose outline a person has
 * looked through. Whatever it is, it comes out as the same parsed catalogue, so that trial run and import are the same for all.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { CodedError } from '@shared/errors';
import type { CatalogFacts, CatalogOptions, OutlineNode, TableLook } from '@shared/wire/oscal';
import { shortNameOf } from '../oscal/labels';
import { type ParsedCatalog, parseCatalog } from '../oscal/parse';
import { MAX_CATALOG_BYTES, readJsonDocument } from '../oscal/read';
import { isLaw, readLaw } from './law';
import { factsWith, type OutlineFormat, outlineCatalog } from './outline';
import { readTable } from './table';

export interface CatalogSource {
  readonly parsed: ParsedCatalog;
  /** How a table was read; null for other files. */
  readonly table: TableLook | null;
}

/** Documents whose outline is looked through by a person before anything is taken from it. */
const REVIEWED: Readonly<Record<string, OutlineFormat>> = { '.pdf': 'pdf', '.docx': 'docx' };
const TABLES = new Set(['.csv', '.tsv', '.txt', '.xlsx']);

/**
 * Reads the file at `path`, called `fileName` by the person. Throws FILE_UNREADABLE, FILE_TOO_LARGE, CATALOG_INVALID with the places,
 * CATALOG_FOREIGN.
 */
export async function readCatalogSource(path: string, fileName: string, options: CatalogOptions = {}): Promise<CatalogSource> {
  const ending = extname(fileName).toLowerCase();
  await requireSize(path, fileName);
  if (options.nodes !== undefined || REVIEWED[ending] !== undefined) {
    const format = REVIEWED[ending];
    if (format === undefined)
      throw new CodedError('CATALOG_FOREIGN', { fileName, found: 'a file that is not reviewed as an outline' });
    if (options.nodes === undefined)
      throw new CodedError('CATALOG_FOREIGN', {
        fileName,
        found: 'a document; its outline is looked through in the window first',
      });
    return outlined(format, fileName, await hashOf(path), options.nodes, factsOfName(fileName, 'internal'), options, null);
  }
  if (TABLES.has(ending)) {
    const { format, sha256, nodes, look } = await readTable(path, fileName, options);
    return outlined(format, fileName, sha256, nodes, factsOfName(fileName, 'standard'), options, look);
  }
  const bytes = await readBytes(path, fileName);
  const { value } = readJsonDocument(bytes, fileName);
  if (!isLaw(value)) {
    const parsed = parseCatalog(bytes, { fileName });
    return { parsed: { ...parsed, makesControls: options.makeControls ?? true }, table: null };
  }
  const { facts, nodes } = readLaw(value, fileName);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return outlined('law-json', fileName, sha256, nodes, facts, options, null);
}

function outlined(
  format: OutlineFormat,
  fileName: string,
  sha256: string,
  nodes: readonly OutlineNode[],
  found: CatalogFacts,
  options: CatalogOptions,
  table: TableLook | null,
): CatalogSource {
  const outline = { format, ...factsWith(found, options.facts), nodes: [...nodes] };
  return { parsed: outlineCatalog(outline, { fileName, sha256, makesControls: options.makeControls ?? false }), table };
}

/** `ISO_27001 v2022.xlsx` → name “ISO 27001”, version “2022”. */
function factsOfName(fileName: string, type: CatalogFacts['type']): CatalogFacts {
  const stem = basename(fileName, extname(fileName)).replace(/_+/g, ' ').trim() || 'Regulation';
  const [, name, version] = /^(.*?)[\s-]+v?(\d[\w.]*)$/i.exec(stem) ?? [];
  return {
    name: name?.trim() || stem,
    shortName: shortNameOf(name?.trim() || stem),
    version: version ?? '1',
    type,
    jurisdiction: null,
  };
}

async function requireSize(path: string, fileName: string): Promise<void> {
  let size: number;
  try {
    size = (await stat(path)).size;
  } catch (cause) {
    throw new CodedError('FILE_UNREADABLE', { fileName }, { cause });
  }
  if (size > MAX_CATALOG_BYTES) throw new CodedError('FILE_TOO_LARGE', { fileName, size, limit: MAX_CATALOG_BYTES });
}

async function readBytes(path: string, fileName: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CodedError('FILE_UNREADABLE', { fileName }, { cause });
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
