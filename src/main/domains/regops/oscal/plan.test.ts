/** What an import would change: nothing the second time, only what the document changed, and nobody's own edits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderNumbers } from './order';
import { type ParsedCatalog, parseCatalog } from './parse';
import { type ExistingCatalog, type ImportPlan, planImport } from './plan';
import { drawPreview } from './preview';
import { anyCatalog, smallCatalog } from './testing';

const parse = (document: unknown) => parseCatalog(JSON.stringify(document), { fileName: 'rules.json' });

function ids(): () => string {
  let next = 0;
  return () => {
    next += 1;
    return `id-${next}`;
  };
}

/** The tenant after `plan` was written over `before`. */
function after(parsed: ParsedCatalog, plan: ImportPlan, before: ExistingCatalog | null = null): ExistingCatalog {
  const kept = (before?.requirements ?? []).map((row) => {
    const written = plan.update.find((update) => update.id === row.id);
    const removed = plan.remove.some((gone) => gone.id === row.id);
    return { ...row, ...written, archived: removed || (row.archived && written === undefined) };
  });
  return {
    regulation: { id: plan.regulation.id, name: parsed.name, version: parsed.version },
    base: parsed,
    sameDocument: true,
    requirements: [...kept, ...plan.create.map((row) => ({ ...row, archived: false }))],
    controlSetId: plan.controlSet?.id ?? null,
    controls: [...(before?.controls ?? []), ...plan.controls],
    mappings: [...(before?.mappings ?? []), ...plan.mappings],
  };
}

const first = parse(smallCatalog());
const firstPlan = planImport(first, null, ids());
const tenant = after(first, firstPlan);

describe('the first import', () => {
  it('creates every node, and a control for each one that can be assessed', () => {
    expect(firstPlan.changed).toEqual({ created: 14, updated: 0, unchanged: 0 });
    expect(firstPlan.controls.map((control) => control.ref)).toEqual(['DK-1', 'DK-1(1)']);
    expect(firstPlan.mappings).toHaveLength(2);
    expect(firstPlan.regulation.write).toBe('create');
  });

  it('hangs each row under its parent', () => {
    const item = firstPlan.create.find((row) => row.sourceId === 'dk-1_smt.a.1');
    const parent = firstPlan.create.find((row) => row.id === item?.parentId);
    expect(parent?.sourceId).toBe('dk-1_smt.a');
  });
});

describe('importing again', () => {
  it('changes nothing, whatever the catalogue', () => {
    fc.assert(
      fc.property(anyCatalog, (document) => {
        const parsed = parse(document);
        const newId = ids();
        const again = planImport(parsed, after(parsed, planImport(parsed, null, newId)), newId);
        expect(again.changed).toEqual({ created: 0, updated: 0, unchanged: parsed.nodes.length });
        expect(again.regulation.write).toBe('keep');
        expect([...again.controls, ...again.mappings, ...again.remove]).toEqual([]);
        expect(again.controlSet?.create).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves what people edited, archived or moved elsewhere', () => {
    const edited: ExistingCatalog = {
      ...tenant,
      requirements: tenant.requirements.map((row) =>
        row.sourceId === 'dk-1' ? { ...row, text: 'Our own words' } : row.sourceId === 'dk-2' ? { ...row, archived: true } : row,
      ),
      controls: [],
    };
    const again = planImport(first, edited, ids());
    expect(again.changed).toMatchObject({ created: 0, updated: 0 });
    expect(again.controls).toEqual([]);
  });
});

describe('a newer document', () => {
  const newer = smallCatalog();
  newer.catalog.metadata.version = '2.0';
  Reflect.set(newer.catalog.groups[0]?.controls[0]?.parts?.[1] ?? {}, 'prose', 'Counting takes two minutes.');
  const [keys] = newer.catalog.groups[0]?.controls ?? [];
  Reflect.set(newer.catalog.groups[0] ?? {}, 'controls', [{ id: 'dk-0', title: 'Doors' }, keys]);
  const parsed = parse(newer);
  const existing: ExistingCatalog = {
    ...tenant,
    sameDocument: false,
    requirements: tenant.requirements.map((row) => (row.sourceId === 'dk-1' ? { ...row, title: 'Our keys' } : row)),
  };
  const plan = planImport(parsed, existing, ids());

  it('updates only the rows whose text changed, adds what is new, archives what is gone', () => {
    expect(plan.changed).toEqual({ created: 1, updated: 2, unchanged: 11, removed: 1 });
    expect(plan.update.map((row) => row.sourceId)).toEqual(['dk-1', 'dk-1_gdn']);
    expect(plan.remove.map((row) => row.sourceId)).toEqual(['dk-2']);
    expect(plan.controls.map((control) => control.ref)).toEqual(['DK-0']);
    expect(plan.regulation.write).toBe('update');
  });

  it("keeps a person's title where the document did not change it", () => {
    expect(plan.update[0]).toMatchObject({ title: 'Our keys', guidance: 'Counting takes two minutes.' });
  });

  it('brings back a requirement that an earlier document had dropped', () => {
    const dropped = after(parsed, plan, existing);
    const back = planImport(first, { ...dropped, sameDocument: false }, ids());
    expect(back.update.map((row) => row.sourceId)).toContain('dk-2');
  });

  it('shows in the preview where something changes, parts rolled up into their control', () => {
    const preview = drawPreview(parsed, existing, plan, { earlier: null, table: null });
    expect(preview.existing).toMatchObject({ name: 'House Rules', version: '1.0' });
    expect(preview.tree[0]?.children.map((node) => [node.refId, node.change, node.parts])).toEqual([
      ['DK-0', 'created', 0],
      ['DK-1', 'updated', 8],
    ]);
    expect(preview.tree[0]?.children[1]?.children[0]).toMatchObject({
      refId: 'DK-1(1)',
      kind: 'enhancement',
      change: 'unchanged',
    });
  });
});

describe('orderNumbers', () => {
  it('always rises, and keeps every number when nothing moved', () => {
    const sparse = fc.array(fc.option(fc.nat({ max: 50_000 }), { nil: null }), { maxLength: 60 });
    fc.assert(
      fc.property(sparse, (previous) => {
        const numbers = orderNumbers(previous);
        expect(numbers).toHaveLength(previous.length);
        for (const [at, number] of numbers.entries()) expect(number).toBeGreaterThan(at === 0 ? -1 : (numbers[at - 1] ?? -1));
      }),
    );
    expect(orderNumbers([0, 5, 9])).toEqual([0, 5, 9]);
  });

  it('moves one node, not those round it', () => {
    expect(orderNumbers([3000, 1000, 2000, null, 4000])).toEqual([499, 1000, 2000, 3000, 4000]);
  });
});
