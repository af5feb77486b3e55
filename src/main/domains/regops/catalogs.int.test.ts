/** Crosswalk, coverage, matrix and versions against every kind of server. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKinds } from '@main/db/testing';
import type { EntityContext } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import { change, creation, type Desk, newId, newOpId, openDesk } from '@main/entities/testing/desk';
import { codeOf } from '@main/entities/testing/samples';
import type { Operation } from '@shared/operations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ASSESSMENT_KINDS, exportAssessment, readAssessmentDocument } from './assessment';
import { readCatalogSource } from './catalog/source';
import { importMappings, previewMappings, readCoverage, readCrosswalk, readMappingFile, suggestMappings } from './crosswalk';
import { readMatrix } from './matrix/read';
import { applyImport, exportCatalog, parseCatalog, previewCatalog } from './oscal';
import { readComparison } from './versions/read';

describe.each(testKinds())('catalogues on %s', (kind) => {
  let desk: Desk;
  let ctx: EntityContext;
  let folder: string;
  const service = new EntityService();
  const id: Record<string, string> = {};

  const make = async (name: string, entity: Operation['entity'], patch: Operation['patch']) => {
    const operation = creation(entity, patch);
    id[name] = operation.entityId;
    await service.apply(ctx, operation);
    return operation.entityId;
  };
  const requirement = (name: string, regulation: string, refId: string, title: string, more: Operation['patch'] = {}) =>
    make(name, 'requirements', {
      regulationId: id[regulation] ?? '',
      refId,
      title,
      kind: 'control',
      orderIndex: Object.keys(id).length,
      depth: 0,
      assessable: true,
      ...more,
    });
  const pair = () => ({ from: id.house ?? '', to: id.law ?? '' });
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return readMappingFile(join(folder, name), name);
  };

  beforeAll(async () => {
    desk = await openDesk(kind);
    ctx = await desk.ctx('compliance');
    folder = await mkdtemp(join(tmpdir(), 'kompl-crosswalk-'));
    await make('house', 'regulations', { name: 'House rules', version: '1', status: 'active' });
    await make('law', 'regulations', { name: 'The law', version: '1', status: 'active' });
    await requirement('h1', 'house', 'H-1', 'Passwords are long', {
      text: 'Passwords have twelve characters and are stored as hashes.',
      family: 'H',
    });
    await requirement('h2', 'house', 'H-2', 'Doors are locked', { text: 'Doors are locked at night.', family: 'H' });
    await requirement('l1', 'law', 'Art. 1', 'Secure passwords', {
      text: 'A password is long; only hashes of passwords are stored.',
      family: 'I',
    });
    await requirement('l2', 'law', 'Art. 2', 'Registers', { text: 'A register of processing is kept.', family: 'I' });
    await requirement('l2a', 'law', 'Art. 2(a)', 'Names in it', {
      parentId: id.l2 ?? '',
      kind: 'part',
      assessable: false,
      depth: 1,
      family: 'I',
    });
    await make('control', 'controls', { ref: 'PW-1', name: 'Password rule', family: 'H', status: 'active' });
    await make('met', 'controlRequirements', {
      controlId: id.control ?? '',
      requirementId: id.h1 ?? '',
      relation: 'superset',
      strength: 9,
    });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await desk?.close();
  });

  it('brings a file of mappings in, lines that cannot be taken named, and the second time changes nothing', async () => {
    const text =
      'source,target,relation,strength,rationale,said by\nH-1,Art. 1,subset of,8,same words,Our reading\nH-9,Art. 1,equal,,,\nH-1,Art. 1,equal,,,\nH-2,Art. 2,perhaps,,,\nH-2,Art. 2,intersects with,11,,\n';
    const mappings = await file('house-law.csv', text);
    const preview = await previewMappings(ctx, pair(), mappings);
    expect(preview.counts).toEqual({ created: 1, updated: 0, unchanged: 0, refused: 4 });
    expect(preview.rows.filter((row) => row.fault !== null).map((row) => [row.line, row.fault])).toEqual([
      [3, 'no requirement “H-9” in the regulation at the left'],
      [4, 'says the same pair as line 2'],
      [5, expect.stringContaining('“perhaps” is no relation')],
      [6, '“11” is no strength from 0 to 10'],
    ]);
    expect(await readCrosswalk(ctx, pair())).toEqual([]);
    const opId = newOpId();
    const first = await importMappings(ctx, opId, pair(), mappings);
    expect(await importMappings(ctx, opId, pair(), mappings)).toEqual(first);
    expect((await importMappings(ctx, newOpId(), pair(), mappings)).counts).toEqual({
      created: 0,
      updated: 0,
      unchanged: 1,
      refused: 4,
    });
  });

  it('reads the same mapping from both sides, the relation turned', async () => {
    const [there] = await readCrosswalk(ctx, pair());
    expect(there).toMatchObject({
      fromId: id.h1,
      toId: id.l1,
      relation: 'subset',
      turned: false,
      strength: 8,
      source: 'Our reading',
    });
    const [back] = await readCrosswalk(ctx, { from: pair().to, to: pair().from });
    expect(back).toMatchObject({ id: there?.id, fromId: id.l1, toId: id.h1, relation: 'superset', turned: true });
    // A file from the other side that says the turned relation says nothing new; another one changes the stored row rightly.
    const turned = { from: pair().to, to: pair().from };
    const same = await file('back.csv', 'from;to;relationship;strength\nart.1;h-1;superset;8\n');
    expect((await previewMappings(ctx, turned, same)).counts).toMatchObject({ unchanged: 1 });
    await importMappings(ctx, newOpId(), turned, await file('back2.csv', 'from;to;relationship;strength\nart.1;h-1;subset;7\n'));
    expect((await readCrosswalk(ctx, pair()))[0]).toMatchObject({ relation: 'superset', strength: 7, source: 'Our reading' });
  });

  it('holds one mapping a pair, in whichever direction it is written, and none within one regulation', async () => {
    const mapping = (from: string, to: string): Operation['patch'] => ({
      sourceRequirementId: id[from] ?? '',
      targetRequirementId: id[to] ?? '',
      relation: 'equal',
      strength: 5,
    });
    expect(await codeOf(service.apply(ctx, creation('requirementMappings', mapping('l1', 'h1'))))).toBe('DUPLICATE');
    expect(await codeOf(service.apply(ctx, creation('requirementMappings', mapping('l1', 'l2'))))).toBe('VALUE_REFUSED');
    expect(
      await codeOf(service.apply(ctx, creation('requirementMappings', { ...mapping('l1', 'h1'), targetRequirementId: newId() }))),
    ).toBe('REFERENCE_MISSING');
    const forged = creation('requirementMappings', { ...mapping('h2', 'l2'), sourceRegulationId: id.law ?? '' });
    expect(await codeOf(service.apply(ctx, forged))).toBe('FIELD_FORBIDDEN');
    expect(
      await codeOf(
        importMappings(
          await desk.ctx('viewer'),
          newOpId(),
          pair(),
          await file('v.csv', 'source,target,relation\nH-2,Art. 2,equal\n'),
        ),
      ),
    ).toBe('ROLE_FORBIDS');
  });

  it('takes an OSCAL mapping collection, and refuses other documents with the place', async () => {
    const collection = (relationship: unknown) =>
      JSON.stringify({
        'mapping-collection': {
          uuid: newId(),
          metadata: { title: 'Published crosswalk' },
          mappings: [
            {
              maps: [
                {
                  relationship,
                  sources: [{ type: 'control', 'id-ref': 'H-2' }],
                  targets: [{ type: 'control', 'id-ref': 'Art. 2(a)' }],
                  'confidence-score': 0.6,
                },
              ],
            },
          ],
        },
      });
    const { lines } = await file('collection.json', collection('intersects-with'));
    expect(lines).toMatchObject([
      { from: 'H-2', to: 'Art. 2(a)', relation: 'intersect', strength: 6, source: 'Published crosswalk', fault: null },
    ]);
    await importMappings(ctx, newOpId(), pair(), await file('collection.json', collection({ type: 'intersects-with' })));
    expect(
      await codeOf(file('broken.json', '{"mapping-collection": {"metadata": {"title": "x"}, "mappings": [{"maps": [{}]}]}}')),
    ).toBe('CATALOG_INVALID');
    expect(await codeOf(file('none.csv', 'a,b\n1,2\n'))).toBe('LOAD_UNKNOWN');
  });

  it('suggests what speaks of the same, never what is mapped already', async () => {
    const free = await suggestMappings(ctx, { from: pair().to, to: pair().from });
    expect(free.every(({ fromId }) => fromId !== id.l1)).toBe(true);
    const [mapping] = (await readCrosswalk(ctx, pair())).filter(({ fromId }) => fromId === id.h1);
    await service.apply(ctx, {
      opId: newOpId(),
      entity: 'requirementMappings',
      entityId: mapping?.id ?? '',
      kind: 'archive',
      baseVersion: mapping?.rowVersion ?? 0,
      base: {},
      patch: {},
    });
    const [best] = await suggestMappings(ctx, { ...pair(), requirementId: id.h1 });
    expect(best).toMatchObject({ fromId: id.h1, toId: id.l1 });
    // Archived by a person: the file does not bring it back.
    expect(
      (await importMappings(ctx, newOpId(), pair(), await file('again.csv', 'source,target,relation\nH-1,Art. 1,equal\n')))
        .counts,
    ).toMatchObject({ created: 0, unchanged: 1 });
    const row = {
      opId: newOpId(),
      entity: 'requirementMappings',
      entityId: mapping?.id ?? '',
      kind: 'restore',
      baseVersion: (mapping?.rowVersion ?? 0) + 1,
      base: {},
      patch: {},
    } as const;
    await service.apply(ctx, row);
  });

  it('carries coverage over the mapping, each source apart, a part for a part', async () => {
    const { requirements } = await readCoverage(ctx, id.law ?? '');
    expect(requirements.map(({ refId }) => refId)).toEqual(['Art. 1', 'Art. 2']);
    expect(requirements[0]?.sources).toMatchObject([
      {
        refId: 'H-1',
        regulation: 'House rules',
        // H-1 is a superset of Art. 1, so from Art. 1 it is what it is a subset of.
        mapping: { relation: 'subset', strength: 7, source: 'Our reading' },
        reach: 'whole',
        proofs: [{ kind: 'control', id: id.control, relation: 'superset', strength: 9, result: null, tone: 'neutral' }],
      },
    ]);
    expect(requirements[1]?.sources).toMatchObject([{ refId: 'H-2', reach: 'part', proofs: [] }]);
    expect(
      (await readCoverage(ctx, id.house ?? '')).requirements[0]?.sources.map(({ mapping, refId }) => [mapping === null, refId]),
    ).toEqual([
      [true, 'H-1'],
      [false, 'Art. 1'],
    ]);
    expect(await codeOf(readCoverage(ctx, newId()))).toBe('NOT_FOUND');
    const other = await desk.ctx('compliance', { tenant: desk.b });
    expect(await codeOf(readCoverage(other, id.law ?? ''))).toBe('NOT_FOUND');
  });

  it('draws the matrix with its gaps', async () => {
    const matrix = await readMatrix(ctx, id.house ?? '');
    expect(matrix.rows.map(({ refId }) => refId)).toEqual(['H-1', 'H-2']);
    expect(matrix.columns).toMatchObject([{ ref: 'PW-1', result: null, family: 'H' }]);
    expect(matrix.cells).toMatchObject([{ row: 0, column: 0, relation: 'superset', strength: 9 }]);
    expect(await codeOf(readMatrix(ctx, newId()))).toBe('NOT_FOUND');
  });

  it('links versions in a line; the one that comes into force ends the one before', async () => {
    await make('house2', 'regulations', { name: 'House rules', version: '2', status: 'draft', supersedesId: id.house ?? '' });
    await requirement('h1b', 'house2', 'H-2', 'Passwords are long', {
      text: 'Passwords have fourteen characters and are stored as hashes.',
      family: 'H',
    });
    await requirement('h3b', 'house2', 'H-1', 'Doors are locked', { text: 'Doors are locked at night.', family: 'H' });
    await requirement('h4b', 'house2', 'H-3', 'Visitors', { text: 'Visitors sign in.', family: 'H' });
    const { changes, from } = await readComparison(ctx, { from: id.house ?? '', to: id.house2 ?? '' });
    expect(from).toMatchObject({ version: '1', status: 'active' });
    expect(changes.map((each) => [each.kind, each.from?.refId, each.to?.refId, each.verdict])).toEqual([
      ['changed', 'H-1', 'H-2', 'look'],
      ['same', 'H-2', 'H-1', 'valid'],
      ['added', undefined, 'H-3', 'new'],
    ]);
    const older = (await service.get(ctx, 'regulations', id.house ?? '')).row;
    expect(await codeOf(service.apply(ctx, change('regulations', older, { supersedesId: id.house2 ?? '' })))).toBe(
      'VALUE_REFUSED',
    );
    const newer = (await service.get(ctx, 'regulations', id.house2 ?? '')).row;
    await service.apply(ctx, change('regulations', newer, { status: 'active' }));
    expect((await service.get(ctx, 'regulations', id.house ?? '')).row.status).toBe('superseded');
    expect(await codeOf(readComparison(ctx, { from: id.house ?? '', to: id.house ?? '' }))).toBe('INPUT_INVALID');
  });

  it('brings a table in by the same trial run and import, the second time without a change, a new version as a draft', async () => {
    const table = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return (await readCatalogSource(join(folder, name), name)).parsed;
    };
    const first = await table(
      'Door rules 1.0.csv',
      'ref,title,text\nD,Doors,\nD.1,Locks,Doors are locked.\nD.2,Keys,Keys are counted.\n',
    );
    expect((await previewCatalog(ctx, first)).changed).toEqual({ created: 3, updated: 0, unchanged: 0 });
    const made = await applyImport(ctx, newOpId(), first);
    expect(made).toMatchObject({ controlSetId: null, counts: { groups: 1, controls: 2 } });
    expect((await applyImport(ctx, newOpId(), first)).changed).toEqual({ created: 0, updated: 0, unchanged: 3 });
    // What people changed stands where the file says what it said; where the file changed, the file is followed.
    const [lock] = await desk.look<{ id: string; source_place: string }>(
      `SELECT id, source_place FROM ${desk.a.schema}.requirements WHERE ref_id = 'D.1'`,
    );
    expect(lock?.source_place).toBe('Line 3');
    const seen = (await service.get(ctx, 'requirements', lock?.id ?? '')).row;
    await service.apply(ctx, change('requirements', seen, { title: 'Our locks' }));
    const next = await table(
      'Door rules 1.0.csv',
      'ref,title,text\nD,Doors,\nD.1,Locks,Doors are locked at night.\nD.3,Cards,Cards are counted.\n',
    );
    const edited = await applyImport(ctx, newOpId(), next);
    expect(edited.changed).toEqual({ created: 1, updated: 1, unchanged: 1, removed: 1 });
    expect((await service.get(ctx, 'requirements', lock?.id ?? '')).row).toMatchObject({
      title: 'Our locks',
      text: 'Doors are locked at night.',
    });
    // Another version beside the one that is here.
    const second = await table('Door rules 2.0.csv', 'ref,title,text\nD.1,Locks,Doors are always locked.\n');
    expect((await previewCatalog(ctx, second, { asVersion: true })).earlier).toMatchObject({ version: '1.0' });
    const version = await applyImport(ctx, newOpId(), second, { asVersion: true });
    expect(version.regulation.id).not.toBe(made.regulation.id);
    expect((await service.get(ctx, 'regulations', version.regulation.id)).row).toMatchObject({
      status: 'draft',
      supersedesId: made.regulation.id,
      sourceFormat: 'csv',
    });
    expect((await applyImport(ctx, newOpId(), second, { asVersion: true })).changed).toMatchObject({ created: 0, unchanged: 1 });
    // What came in as a table leaves as an OSCAL catalogue that can be read again.
    const { document } = await exportCatalog(ctx, version.regulation.id);
    expect(parseCatalog(JSON.stringify(document), { fileName: 'out.json' }).nodes.some(({ refId }) => refId === 'D.1')).toBe(
      true,
    );
  });

  it('gives an audit out as valid OSCAL, the same twice, and only what the person may see', async () => {
    const auditor = await desk.ctx('auditor');
    const plan = creation('auditPlans', { auditName: 'Spring audit', regulationId: id.house ?? '', startDate: '2026-03-01' });
    await service.apply(auditor, plan);
    const test = creation('controlTests', {
      auditPlanId: plan.entityId,
      controlId: id.control ?? '',
      requirementId: id.h1 ?? '',
      title: 'Passwords',
      testDate: '2026-03-02',
    });
    await service.apply(auditor, test);
    expect(await codeOf(exportAssessment(ctx, 'poam', plan.entityId))).toBe('INPUT_INVALID');
    const row = (await service.get(auditor, 'controlTests', test.entityId)).row;
    await service.apply(
      auditor,
      change('controlTests', row, { designEffectiveness: 'effective', operatingEffectiveness: 'ineffective' }),
    );
    const finding = creation('findings', {
      title: 'Short ones',
      kind: 'observation',
      severity: 'low',
      controlTestId: test.entityId,
      auditPlanId: plan.entityId,
    });
    await service.apply(auditor, finding);
    await service.apply(auditor, creation('actions', { title: 'Longer', findingId: finding.entityId, dueDate: '2026-04-01' }));
    for (const kind of ASSESSMENT_KINDS.filter((each) => !each.startsWith('compliance-'))) {
      const first = await exportAssessment(ctx, kind, plan.entityId);
      expect(await exportAssessment(ctx, kind, plan.entityId)).toEqual(first);
      expect(readAssessmentDocument(first.document, first.fileName)).toBe(
        kind === 'poam' ? 'plan-of-action-and-milestones' : kind,
      );
    }
    expect(
      await codeOf(exportAssessment(await desk.ctx('compliance', { tenant: desk.b }), 'assessment-plan', plan.entityId)),
    ).toBe('NOT_FOUND');
  });
});
