/** The real catalogues (where they are on this machine): counts against an independent walk, losslessness, resolved text. */
import { describe, expect, it } from 'vitest';
import { parseCatalog } from './parse';
import { REAL_CATALOGS, readReal, realCatalogFolder } from './testing';

const folder = realCatalogFolder();
const why = folder === null ? ' (skipped: no shared/data/oscal beside the repository, and KOMPL_SHARED is not set)' : '';

/** Counts without any of our code: by the names of the arrays a node stands in. */
function independentCounts(document: unknown): Record<string, number> {
  const counts = { groups: 0, controls: 0, enhancements: 0, parts: 0 };
  const walk = (value: unknown, under: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, child] of Object.entries(value)) {
      if (!Array.isArray(child)) continue;
      for (const item of child) {
        if (name === 'groups') counts.groups += 1;
        if (name === 'parts') counts.parts += 1;
        if (name === 'controls') counts[under === 'controls' ? 'enhancements' : 'controls'] += 1;
        walk(item, name);
      }
    }
  };
  walk((document as { catalog: unknown }).catalog, 'catalog');
  return counts;
}

describe.skipIf(folder === null)(`real catalogues${why}`, () => {
  it.each(REAL_CATALOGS)('%s', (name) => {
    const bytes = readReal(folder ?? '', name);
    const parsed = parseCatalog(bytes, { fileName: name });
    const document: unknown = JSON.parse(bytes.toString('utf8'));
    expect(parsed.counts).toEqual(independentCounts(document));
    expect(parsed.document).toEqual(document);
    expect(new Set(parsed.nodes.map((node) => node.sourceId)).size).toBe(parsed.nodes.length);
    expect(parsed.nodes.filter((node) => node.refId.length > 100)).toEqual([]);
    expect(parsed.nodes.filter((node) => [node.title, node.text, node.guidance].some((text) => text?.includes('{{')))).toEqual(
      [],
    );
  });

  it('reads the LOW baseline as people know it', () => {
    const parsed = parseCatalog(readReal(folder ?? '', REAL_CATALOGS[0]), { fileName: REAL_CATALOGS[0] });
    expect(parsed.counts).toEqual({ groups: 18, controls: 131, enhancements: 18, parts: 3058 });
    expect(parsed.shortName).toBe('NIST SP 800-53 Rev. 5.1.1 Low');
    const ref = (sourceId: string) => parsed.nodes.find((node) => node.sourceId === sourceId)?.refId;
    expect(['ac', 'ac-1', 'ia-2.1', 'ac-1_smt.a.1.a', 'ac-2_obj.d.3-1'].map(ref)).toEqual([
      'AC',
      'AC-1',
      'IA-2(1)',
      'AC-1a.1.(a)',
      'AC-02d.03[01]',
    ]);
  });
});
