/** The crosswalk of two regulations, as the window and the command line use it. */
export { readCoverage } from './coverage';
export { judgeLine, type MappingFile, readMappingFile } from './file';
export { importMappings, previewMappings, requireMapper } from './import';
export { readCrosswalk, suggestMappings } from './read';
