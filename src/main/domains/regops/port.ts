/** What the window asks of catalogues beside their import: crosswalk, coverage, matrix, versions. */
import type { EntityContext } from '@main/entities/context';
import type {
  Coverage,
  CrosswalkImportResult,
  CrosswalkMapping,
  CrosswalkPreview,
  MappingSuggestion,
} from '@shared/wire/crosswalk';
import type { Matrix } from '@shared/wire/matrix';
import type { VersionComparison } from '@shared/wire/versions';
import {
  importMappings,
  previewMappings,
  readCoverage,
  readCrosswalk,
  readMappingFile,
  requireMapper,
  suggestMappings,
} from './crosswalk';
import { readMatrix } from './matrix/read';
import { readComparison } from './versions/read';

interface Pair {
  readonly from: string;
  readonly to: string;
}

export interface CatalogsPort<Call> {
  crosswalk(call: Call, pair: Pair): Promise<readonly CrosswalkMapping[]>;
  suggest(call: Call, input: Pair & { readonly requirementId?: string | undefined }): Promise<readonly MappingSuggestion[]>;
  /** A trial run over a file of mappings. */
  previewMappings(call: Call, pair: Pair, grantId: string): Promise<CrosswalkPreview>;
  importMappings(call: Call, opId: string, pair: Pair, grantId: string): Promise<CrosswalkImportResult>;
  coverage(call: Call, regulationId: string): Promise<Coverage>;
  matrix(call: Call, regulationId: string): Promise<Matrix>;
  compare(call: Call, pair: Pair): Promise<VersionComparison>;
}

export interface CatalogsPortOptions<Call> {
  readonly contextOf: (call: Call) => EntityContext;
  readonly grantedFile: (call: Call, grantId: string) => Promise<{ readonly path: string; readonly name: string }>;
}

export function createCatalogsPort<Call>({ contextOf, grantedFile }: CatalogsPortOptions<Call>): CatalogsPort<Call> {
  async function fileOf(call: Call, grantId: string) {
    const { path, name } = await grantedFile(call, grantId);
    return readMappingFile(path, name);
  }
  return {
    crosswalk: (call, pair) => readCrosswalk(contextOf(call), pair),
    suggest: (call, input) => suggestMappings(contextOf(call), input),
    async previewMappings(call, pair, grantId) {
      requireMapper(contextOf(call));
      return previewMappings(contextOf(call), pair, await fileOf(call, grantId));
    },
    importMappings: async (call, opId, pair, grantId) => importMappings(contextOf(call), opId, pair, await fileOf(call, grantId)),
    coverage: (call, regulationId) => readCoverage(contextOf(call), regulationId),
    matrix: (call, regulationId) => readMatrix(contextOf(call), regulationId),
    compare: (call, pair) => readComparison(contextOf(call), pair),
  };
}
