/** OSCAL catalogues, as the window, the command line and the demonstration use them. */
export { MAX_FAULTS, type ParsedCatalog, parseCatalog } from './parse';
export { MAX_CATALOG_BYTES } from './read';
export { applyImport, type CatalogExport, exportCatalog, previewCatalog, requireImporter } from './service';
