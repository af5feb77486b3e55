/** The import as a person meets it: the trial run writes nothing, a lost reply is the same import, a broken file says where. */
// @vitest-environment happy-dom
import type { CatalogNode, CatalogPreview } from '@shared/wire/oscal';
import { act } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeMain, press, Refusal, refuse, screenAt, settled } from '../../entities/testing/screen';
import type { Drawn } from '../../lib/testing/render';
import { catalogItems, changedOnly } from './catalogTree';
import { ImportPage } from './ImportPage';

const ID = '018f4e9a-0000-7000-8000-000000000001';
const node = (refId: string, change: CatalogNode['change'], children: readonly CatalogNode[] = []): CatalogNode => ({
  refId,
  title: `Title of ${refId}`,
  kind: 'control',
  change,
  parts: 2,
  text: `Text of ${refId}`,
  children,
});
const tree = [
  node('AC', 'unchanged', [node('AC-1', 'unchanged'), node('AC-2', 'updated', [node('AC-2(1)', 'unchanged')])]),
  node('IA', 'created'),
];
const preview: CatalogPreview = {
  fileName: 'catalog.json',
  sha256: 'a'.repeat(64),
  title: 'A catalogue',
  version: '1',
  oscalVersion: '1.1.2',
  lastModified: null,
  counts: { groups: 2, controls: 2, enhancements: 1, parts: 10 },
  changed: { created: 1, updated: 1, unchanged: 3 },
  existing: null,
  earlier: null,
  facts: null,
  table: null,
  makesControls: true,
  tree,
};
const result = {
  regulation: { id: ID, name: 'A catalogue', version: '1' },
  controlSetId: ID,
  counts: preview.counts,
  changed: preview.changed,
};

let drawn: Drawn | null = null;
afterEach(async () => {
  await drawn?.remove();
  drawn = null;
});

async function open(answers: Parameters<typeof fakeMain>[0], functions: Parameters<typeof screenAt>[3] = ['auditor']) {
  const main = fakeMain(answers);
  drawn = await screenAt(<ImportPage />, '/import/oscal', '/import/oscal', functions);
  return { main, root: drawn.container };
}

async function choose(root: Element, name = 'catalog.json') {
  const input = root.querySelector<HTMLInputElement>('[data-testid="catalog-file"]');
  if (input === null) throw new Error('no file input');
  const file = new File(['{}'], name);
  Object.defineProperty(input, 'files', { configurable: true, value: [file] });
  await act(async () => input.dispatchEvent(new Event('change', { bubbles: true })));
  await settled();
}

describe('the catalogue as a tree', () => {
  it('lists every node once, below its parent, in order', () => {
    expect(catalogItems(tree).map((item) => [item.node.refId, item.parentId, item.id])).toEqual([
      ['AC', null, '0'],
      ['AC-1', '0', '0.0'],
      ['AC-2', '0', '0.1'],
      ['AC-2(1)', '0.1', '0.1.0'],
      ['IA', null, '1'],
    ]);
  });

  it('can show only what would change, with the way to it', () => {
    expect(changedOnly(catalogItems(tree)).map((item) => item.node.refId)).toEqual(['AC', 'AC-2', 'IA']);
  });
});

describe('the import', () => {
  it('shows what would happen and writes nothing by itself', async () => {
    const { main, root } = await open({ 'oscal.preview': () => preview });
    await choose(root);
    expect(root.querySelector('[data-testid="trial-run"]')?.textContent).toContain('1new1change3stay the same');
    expect(root.textContent).toContain('nothing has been written');
    expect(main.inputsOf('oscal.import')).toEqual([]);
  });

  it('is the same import when it is tried again after a lost reply', async () => {
    let tries = 0;
    const { main, root } = await open({
      'oscal.preview': () => preview,
      'oscal.import': () => {
        tries += 1;
        return tries === 1 ? refuse('SERVER_CLOSED') : result;
      },
    });
    await choose(root);
    await press('Enter', { ctrlKey: true });
    expect(root.querySelector('[role="alert"]')).not.toBeNull();
    await press('Enter', { ctrlKey: true });
    const [first, second] = main.inputsOf('oscal.import');
    expect(second).toEqual(first);
    expect(root.querySelector('[data-testid="import-done"]')?.textContent).toContain('The catalogue is in');
  });

  it('says that nothing changes where everything is here already', async () => {
    const same = { ...preview, changed: { created: 0, updated: 0, unchanged: 15 } };
    const { root } = await open({ 'oscal.preview': () => same, 'oscal.import': () => ({ ...result, changed: same.changed }) });
    await choose(root);
    expect(root.textContent).toContain('Importing it changes nothing');
    await press('Enter', { ctrlKey: true });
    expect(root.querySelector('[data-testid="import-done"]')?.textContent).toContain('Nothing has changed');
  });

  it('names every fault of a broken file with its place', async () => {
    const { root } = await open({
      'oscal.preview': () => {
        throw new Refusal({
          code: 'CATALOG_INVALID',
          details: { fileName: 'catalog.json', path: 'catalog.groups[3].controls[0].id', reason: 'is missing', faults: 2 },
          faults: [
            { path: 'catalog.groups[3].controls[0].id', message: 'is missing' },
            { path: 'catalog.groups[4].title', message: 'must be text' },
          ],
        });
      },
    });
    await choose(root);
    const refused = root.querySelector('[data-testid="import-refused"]');
    expect(refused?.getAttribute('data-code')).toBe('CATALOG_INVALID');
    expect([...(refused?.querySelectorAll('tbody tr') ?? [])].map((row) => row.textContent)).toEqual([
      'catalog.groups[3].controls[0].idis missing',
      'catalog.groups[4].titlemust be text',
    ]);
  });

  it('is closed to whom may not bring catalogues in', async () => {
    const { root } = await open({}, ['viewer']);
    expect(root.querySelector('[data-code="ROLE_FORBIDS"]')).not.toBeNull();
    expect(root.querySelector('[data-testid="catalog-file"]')).toBeNull();
  });
});
