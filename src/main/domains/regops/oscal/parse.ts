/**
 * `parseCatalog`: an OSCAL catalogue (or a resolved profile, which is one) from the bytes of a file, judged strictly and kept
 * losslessly. It never needs a database. A file is taken whole or refused with the reason and the place.
 */
import { createHash } from 'node:crypto';
import type { Json } from '@shared/entities/fields';
import type { REGULATION_TYPE } from '@shared/entities/regops/options';
import { CodedError, type FieldFault } from '@shared/errors';
import type { CatalogCounts } from '@shared/wire/oscal';
import { referenceFaults, storageFaults } from './check';
import { foreignKind } from './identify';
import { cutAtWord, shortNameOf } from './labels';
import { paramTable } from './params';
import { readJsonDocument } from './read';
import { documentSchema, shapeFaults } from './schema';
import { buildTree, type CatalogEntry } from './tree';

/** What the regulation's row says of where it came from. */
export const OSCAL_FORMAT = 'oscal-json';

export type RegulationType = (typeof REGULATION_TYPE)[number]['value'];

/** As many faults as are worth reading at once. */
export const MAX_FAULTS = 20;

export interface ParsedCatalog {
  readonly fileName: string;
  /** SHA-256 of the file, 64 hex digits. */
  readonly sha256: string;
  /** The whole document, untouched. */
  readonly document: Json;
  /** The text it was parsed from; what is stored, so that not even a digit of a number is lost. */
  readonly text: string;
  /** What the regulation's row says of where it came from. */
  readonly format: string;
  /** Of the document; null for what is no OSCAL. */
  readonly uuid: string | null;
  /** `metadata.title` on one line, at most 255 characters. */
  readonly name: string;
  readonly shortName: string;
  /** `metadata.version`, at most 50 characters. */
  readonly version: string;
  readonly lastModified: string | null;
  readonly oscalVersion: string | null;
  readonly type: RegulationType;
  readonly jurisdiction: string | null;
  /** One control for each assessed requirement. */
  readonly makesControls: boolean;
  readonly counts: CatalogCounts;
  /** Every node, in document order, parents before children. */
  readonly nodes: readonly CatalogEntry[];
}

/**
 * Reads a catalogue. Throws CodedError: FILE_TOO_LARGE; CATALOG_INVALID with `reason` and `line`/`column`/`offset` for a file
 * that is no JSON, or with up to `MAX_FAULTS` faults (path and reason) for a broken catalogue; CATALOG_FOREIGN with `found` for
 * a JSON document of another kind.
 */
export function parseCatalog(input: string | Uint8Array, options: { fileName: string }): ParsedCatalog {
  const { fileName } = options;
  const { text, value } = readJsonDocument(input, fileName);
  const found = foreignKind(value);
  if (found !== null) throw new CodedError('CATALOG_FOREIGN', { fileName, found });

  refuseIfAny(fileName, shapeFaults(value));
  const { catalog } = documentSchema.parse(value);
  const tree = buildTree(catalog);
  refuseIfAny(fileName, [...referenceFaults(catalog, paramTable(catalog)), ...tree.faults, ...storageFaults(value)]);

  const { metadata } = catalog;
  return {
    fileName,
    sha256: createHash('sha256').update(input).digest('hex'),
    document: value as Json,
    text,
    format: OSCAL_FORMAT,
    uuid: catalog.uuid.toLowerCase(),
    name: cutAtWord(metadata.title, 255),
    shortName: shortNameOf(metadata.title),
    version: metadata.version.trim().slice(0, 50),
    lastModified: metadata['last-modified'],
    oscalVersion: metadata['oscal-version'],
    type: 'framework',
    jurisdiction: null,
    makesControls: true,
    counts: tree.counts,
    nodes: tree.nodes,
  };
}

function refuseIfAny(fileName: string, faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  throw new CodedError(
    'CATALOG_INVALID',
    { fileName, path: first.path, reason: first.message, faults: faults.length },
    { faults: faults.slice(0, MAX_FAULTS) },
  );
}
