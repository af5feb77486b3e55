/** Imports and exports against every kind of server: all or nothing, once or twice, by the right people, in the right tenant. */

import { join } from 'node:path';
import { testKinds } from '@main/db/testing';
import { ENTITY_HOOKS } from '@main/domains/hooks';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import { change, creation, type Desk, newId, newOpId, openDesk } from '@main/entities/testing/desk';
import { CodedError } from '@shared/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ASSESSMENT_SCHEMAS, exportAssessment, readAssessmentDocument } from '../assessment';
import { answerMany, assessmentWork, startAssessment } from '../assessments';
import { readCatalogSource } from '../catalog/source';
import { applyImport, exportCatalog, type ParsedCatalog, parseCatalog, previewCatalog } from '.';
import { REAL_CATALOGS, readReal, realCatalogFolder, smallCatalog } from './testing';

const TABLES = ['regulations', 'requirements', 'control_sets', 'controls', 'control_requirements', 'sync_ops', 'audit_log'];
const folder = realCatalogFolder();

/** The small catalogue under a title and a uuid of its own, so that tests do not meet. */
function catalogue(title: string, alter: (document: ReturnType<typeof smallCatalog>) => void = () => undefined): ParsedCatalog {
  const document = smallCatalog();
  document.catalog.metadata.title = title;
  document.catalog.uuid = `00000000-0000-4000-8000-${Buffer.from(title).toString('hex').padEnd(12, '0').slice(0, 12)}`;
  alter(document);
  return parseCatalog(JSON.stringify(document), { fileName: `${title}.json` });
}

async function refusal(work: Promise<unknown>): Promise<CodedError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** A context whose transaction meets `fault` before its statement number `at`. */
function faulty(ctx: EntityContext, at: number, fault: (tx: SqlClient) => Promise<unknown>): EntityContext {
  return {
    ...ctx,
    database: {
      withTenant: (scope, work) =>
        ctx.database.withTenant(scope, (tx) => {
          let count = 0;
          return work({
            async query(text, values) {
              count += 1;
              if (count === at) await fault(tx);
              return tx.query(text, values);
            },
          });
        }),
    },
  };
}

const resultsOf = (document: unknown) => ASSESSMENT_SCHEMAS['assessment-results'].parse(document)['assessment-results'].results;

/** The ids of all controls of a catalogue, by nothing but the names of its arrays. */
function controlIds(document: unknown): ReadonlySet<string> {
  const ids = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, child] of Object.entries(value)) {
      if (name === 'controls' && Array.isArray(child)) for (const { id } of child) ids.add(String(id));
      walk(child);
    }
  };
  walk(document);
  return ids;
}

describe.each(testKinds())('catalogues on %s', (kind) => {
  let desk: Desk;
  let auditor: EntityContext;
  let compliance: EntityContext;
  const service = new EntityService();

  beforeAll(async () => {
    desk = await openDesk(kind);
    auditor = await desk.ctx('auditor');
    compliance = await desk.ctx('compliance');
  });
  afterAll(() => desk.close());

  async function counts(): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const table of TABLES) {
      const [row] = await desk.look<{ n: number }>(`SELECT count(*)::integer AS n FROM ${desk.a.schema}.${table}`);
      found[table] = row?.n ?? -1;
    }
    return found;
  }
  const requirement = async (regulationId: string, sourceId: string) => {
    const [row] = await desk.look<{ id: string; title: string; text: string | null; archived: boolean; row_version: number }>(
      `SELECT id, title, text, archived_at IS NOT NULL AS archived, row_version FROM ${desk.a.schema}.requirements
       WHERE regulation_id = $1 AND source_id = $2`,
      [regulationId, sourceId],
    );
    return row;
  };

  it('brings everything in as one operation, and says so', async () => {
    const before = await counts();
    const ctx = await desk.ctx('auditor');
    const result = await applyImport(ctx, newOpId(), catalogue('First rules'));
    expect(result.regulation).toMatchObject({ name: 'First rules', version: '1.0' });
    expect(result.changed).toEqual({ created: 14, updated: 0, unchanged: 0 });
    const after = await counts();
    const grown = Object.fromEntries(TABLES.map((table) => [table, (after[table] ?? 0) - (before[table] ?? 0)]));
    expect(grown).toEqual({
      regulations: 1,
      requirements: 14,
      control_sets: 1,
      controls: 2,
      control_requirements: 2,
      sync_ops: 1,
      audit_log: 20,
    });
    expect(ctx.changed).toHaveLength(1);
    const [writer] = await desk.look(
      `SELECT DISTINCT actor, op_id IS NOT NULL AS op FROM ${desk.a.schema}.audit_log WHERE resource_type = 'requirements'`,
    );
    expect(writer).toEqual({ actor: desk.a.people.auditor.id, op: true });
  });

  it('answers the same operation again without doing it again', async () => {
    const opId = newOpId();
    const parsed = catalogue('Repeated rules');
    const first = await applyImport(auditor, opId, parsed);
    const before = await counts();
    expect(await applyImport(auditor, opId, parsed)).toEqual(first);
    expect(await counts()).toEqual(before);
    expect((await refusal(applyImport(auditor, opId, catalogue('Other rules')))).code).toBe('OPERATION_REUSED');
  });

  it('changes nothing at a second import, by anybody', async () => {
    const parsed = catalogue('Twice rules');
    await applyImport(auditor, newOpId(), parsed);
    const before = await counts();
    const again = await applyImport(compliance, newOpId(), parsed);
    expect(again.changed).toEqual({ created: 0, updated: 0, unchanged: 14 });
    expect(await counts()).toEqual({ ...before, sync_ops: (before.sync_ops ?? 0) + 1 });
  });

  it('takes the same document in another layout for the same', async () => {
    const parsed = catalogue('Layout rules');
    await applyImport(auditor, newOpId(), parsed);
    const before = await counts();
    const pretty = parseCatalog(JSON.stringify(parsed.document, null, 4), { fileName: 'pretty.json' });
    expect((await applyImport(auditor, newOpId(), pretty)).changed).toEqual({ created: 0, updated: 0, unchanged: 14 });
    expect(await counts()).toEqual({ ...before, sync_ops: (before.sync_ops ?? 0) + 1 });
  });

  it('gives the document back as it was', async () => {
    const parsed = catalogue('Round trip rules');
    const { regulation } = await applyImport(auditor, newOpId(), parsed);
    const out = await exportCatalog(await desk.ctx('viewer'), regulation.id);
    expect(out.document).toEqual(parsed.document);
    expect(out.fileName).toBe('round-trip-rules.json');
  });

  it('leaves no trace when it fails, at whichever statement', async () => {
    const before = await counts();
    let at = 1;
    for (; at < 30; at += 1) {
      const broken = faulty(auditor, at, () => Promise.reject(new CodedError('SERVER_CLOSED')));
      const outcome = await applyImport(broken, newOpId(), catalogue('Failing rules')).then(
        () => 'done' as const,
        (error: unknown) => error,
      );
      if (outcome === 'done') break;
      expect(outcome).toMatchObject({ code: 'SERVER_CLOSED' });
      expect(await counts()).toEqual(before);
    }
    expect(at).toBeGreaterThan(7);
  });

  it.runIf(kind === 'server')(
    'leaves no trace when the server ends the connection in the middle, and works the next time',
    async () => {
      const before = await counts();
      const opId = newOpId();
      const killed = faulty(auditor, 5, async (tx) => {
        const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await desk.look('SELECT pg_terminate_backend($1::integer)', [rows[0]?.pid]);
      });
      expect((await refusal(applyImport(killed, opId, catalogue('Killed rules')))).class).toBe('network');
      expect(await counts()).toEqual(before);
      expect((await applyImport(auditor, opId, catalogue('Killed rules'))).changed.created).toBe(14);
    },
  );

  it('lets two imports of the same catalogue at once make one of it', async () => {
    const parsed = catalogue('Racing rules');
    const results = await Promise.all([applyImport(auditor, newOpId(), parsed), applyImport(compliance, newOpId(), parsed)]);
    expect(new Set(results.map((result) => result.regulation.id)).size).toBe(1);
    expect(results.map((result) => result.changed.created).sort()).toEqual([0, 14]);
  });

  it('is refused to those who may not, by the app and by the database', async () => {
    const before = await counts();
    const viewer = await desk.ctx('viewer');
    expect((await refusal(applyImport(viewer, newOpId(), catalogue('Viewer rules')))).code).toBe('ROLE_FORBIDS');
    if (kind !== 'embedded') {
      // A laptop taken apart: the app believes the viewer is an auditor, the database does not.
      const forged = await desk.ctx('viewer', { claims: ['auditor'] });
      expect((await refusal(applyImport(forged, newOpId(), catalogue('Forged rules')))).code).toBe('ROLE_FORBIDS');
    }
    expect(await counts()).toEqual(before);
    expect((await previewCatalog(viewer, catalogue('Viewer rules'))).changed.created).toBe(14);
    expect(await counts()).toEqual(before);
  });

  it('stays in its tenant', async () => {
    const { regulation } = await applyImport(auditor, newOpId(), catalogue('Tenant rules'));
    const other = await desk.ctx('auditor', { tenant: desk.b });
    expect((await refusal(exportCatalog(other, regulation.id))).code).toBe('NOT_FOUND');
    expect((await previewCatalog(other, catalogue('Tenant rules'))).existing).toBeNull();
    if (kind !== 'embedded') {
      const stray = { ...auditor, session: { ...auditor.session, tenantId: desk.b.id } };
      expect((await refusal(applyImport(stray, newOpId(), catalogue('Stray rules')))).code).toBe('ROLE_FORBIDS');
      expect((await refusal(exportCatalog(stray, regulation.id))).code).toBe('ROLE_FORBIDS');
    }
  });

  describe('a newer document', () => {
    const newer = (title: string) =>
      catalogue(title, ({ catalog }) => {
        catalog.metadata.version = '2.0';
        const [keys] = catalog.groups[0]?.controls ?? [];
        if (keys?.parts?.[1]) keys.parts[1].prose = 'Counting takes two minutes.';
        Reflect.set(catalog.groups[0] ?? {}, 'controls', [{ id: 'dk-0', title: 'Doors' }, keys]);
      });

    it('follows the document, keeps what people changed, archives what is gone', async () => {
      const { regulation } = await applyImport(auditor, newOpId(), catalogue('Growing rules'));
      const found = await requirement(regulation.id, 'dk-1');
      const { row: seen } = await service.get(compliance, 'requirements', found?.id ?? '');
      await service.apply(compliance, change('requirements', seen, { title: 'Our keys' }));
      const { rows } = await service.list(compliance, 'controls', { search: 'Keys' });
      const control = rows.find((row) => row.ref === 'DK-1' && row.createdAt >= seen.createdAt);
      if (!control) throw new Error('no control');
      await service.apply(compliance, change('controls', control, { name: 'Keys of the house', status: 'active' }));

      const preview = await previewCatalog(compliance, newer('Growing rules'));
      expect(preview.existing).toMatchObject({ id: regulation.id, version: '1.0' });
      const result = await applyImport(compliance, newOpId(), newer('Growing rules'));
      expect(result.changed).toEqual({ created: 1, updated: 2, unchanged: 11, removed: 1 });
      expect(preview.changed).toEqual(result.changed);
      expect(result.regulation).toEqual({ id: regulation.id, name: 'Growing rules', version: '2.0' });
      expect(await requirement(regulation.id, 'dk-1')).toMatchObject({ title: 'Our keys' });
      expect(await requirement(regulation.id, 'dk-1_gdn')).toMatchObject({ text: 'Counting takes two minutes.' });
      expect(await requirement(regulation.id, 'dk-2')).toMatchObject({ archived: true });
      expect(await requirement(regulation.id, 'dk-1_obj')).toMatchObject({ row_version: 1 });
      const kept = await service.get(compliance, 'controls', control.id);
      expect(kept.row).toMatchObject({ name: 'Keys of the house', status: 'active' });
      expect((await exportCatalog(compliance, regulation.id)).document).toEqual(newer('Growing rules').document);
    });

    it('is refused to an auditor where requirements would be archived', async () => {
      await applyImport(auditor, newOpId(), catalogue('Shrinking rules'));
      const before = await counts();
      const error = await refusal(applyImport(auditor, newOpId(), newer('Shrinking rules')));
      expect(error).toMatchObject({ code: 'ROLE_FORBIDS', details: { entity: 'requirements', action: 'archive' } });
      expect(await counts()).toEqual(before);
    });
  });

  it('writes a valid catalogue for a regulation entered by hand', async () => {
    const entityOf = creation('regulations', { name: 'House order', shortName: 'House order', version: '3' });
    await service.apply(compliance, entityOf);
    const group = creation('requirements', {
      regulationId: entityOf.entityId,
      refId: 'A',
      title: 'Quiet',
      kind: 'group',
      orderIndex: 1,
      depth: 0,
      assessable: false,
    });
    await service.apply(compliance, group);
    await service.apply(
      compliance,
      creation('requirements', {
        regulationId: entityOf.entityId,
        parentId: group.entityId,
        refId: 'A.1',
        title: 'At night',
        text: 'No drums after ten.',
        kind: 'control',
        orderIndex: 2,
        depth: 1,
        assessable: true,
      }),
    );
    const { document } = await exportCatalog(compliance, entityOf.entityId);
    const parsed = parseCatalog(JSON.stringify(document), { fileName: 'house-order.json' });
    expect(parsed).toMatchObject({
      name: 'House order',
      version: '3',
      counts: { groups: 1, controls: 1, enhancements: 0, parts: 1 },
    });
    expect((await refusal(exportCatalog(compliance, group.entityId))).code).toBe('NOT_FOUND');
  });

  const missing = folder === null ? ' (skipped: no shared/data/oscal beside the repository, and KOMPL_SHARED is not set)' : '';
  describe.skipIf(folder === null)(`real catalogues${missing}`, () => {
    it.each(REAL_CATALOGS)('%s', async (name) => {
      const parsed = parseCatalog(readReal(folder ?? '', name), { fileName: name });
      const result = await applyImport(auditor, newOpId(), parsed);
      expect(result.changed).toEqual({ created: parsed.nodes.length, updated: 0, unchanged: 0 });
      const [stored] = await desk.look(
        `SELECT count(*) FILTER (WHERE kind = 'group')::integer AS groups, count(*) FILTER (WHERE kind = 'control')::integer AS controls,
           count(*) FILTER (WHERE kind = 'enhancement')::integer AS enhancements, count(*) FILTER (WHERE kind = 'part')::integer AS parts
         FROM ${desk.a.schema}.requirements WHERE regulation_id = $1`,
        [result.regulation.id],
      );
      expect(stored).toEqual(result.counts);
      const again = await applyImport(auditor, newOpId(), parsed);
      expect(again.changed).toEqual({ created: 0, updated: 0, unchanged: parsed.nodes.length });
      const { document } = await exportCatalog(auditor, result.regulation.id);
      expect(document).toEqual(JSON.parse(readReal(folder ?? '', name).toString('utf8')));
      // the embedded server is the same SQL at a tenth of the speed; the small one shows it there
      if (kind !== 'embedded' || name === 'basic-catalog.json') await assessed(result.regulation.id, controlIds(document));
    });

    it.skipIf(kind === 'pgbouncer')('the General Data Protection Regulation', async () => {
      const { parsed } = await readCatalogSource(join(folder ?? '', '..', 'gdpr', 'gdpr.json'), 'gdpr.json');
      const result = await applyImport(compliance, newOpId(), parsed);
      const { document } = await exportCatalog(compliance, result.regulation.id);
      // what came in as a law leaves as a catalogue that says the same
      const said = (nodes: ParsedCatalog['nodes']) =>
        nodes
          .filter(({ assessable }) => assessable)
          // a catalogue keeps groups and controls apart, so their order among each other is not kept
          .sort((a, b) => (a.refId < b.refId ? -1 : 1))
          .map(({ refId, text }) => [
            refId,
            text
              ?.replace(/\(\w{0,4}\)|\s+/g, ' ')
              .replace(/ +/g, ' ')
              .trim() ?? null,
          ]);
      const back = parseCatalog(JSON.stringify(document), { fileName: 'gdpr-out.json' });
      expect(said(back.nodes)).toEqual(said(parsed.nodes));
      await assessed(result.regulation.id, controlIds(document));
    });

    /** Assesses it, and holds results and plan of action against the model and against the catalogue that they speak of. */
    async function assessed(regulationId: string, known: ReadonlySet<string>): Promise<void> {
      const fields = { name: 'Yearly', regulationId, assessmentDate: '2026-03-01', status: 'in_progress' };
      const assessmentId = newId();
      await startAssessment(compliance, ENTITY_HOOKS, { opId: newOpId(), assessmentId, fields });
      const poam = () => exportAssessment(compliance, 'compliance-poam', assessmentId);
      expect((await refusal(exportAssessment(compliance, 'compliance-results', assessmentId))).code).toBe('INPUT_INVALID');
      const { families } = await assessmentWork(compliance, assessmentId);
      const lines = families.flatMap(({ answers }) => answers);
      const answer = (chosen: typeof lines, result: string) =>
        answerMany(compliance, {
          opId: newOpId(),
          assessmentId,
          answers: chosen.map(({ id }) => ({ id, base: { result: 'not_assessed', dueDate: null } })),
          patch: { result, dueDate: result === 'non_compliant' ? '2026-06-01' : null },
          reason: 'walk-through',
        });
      const third = (nth: number) => lines.filter((_, at) => at % 3 === nth);
      await answer(third(0), 'compliant');
      expect((await refusal(poam())).code).toBe('INPUT_INVALID');
      for (const [nth, result] of [
        [1, 'non_compliant'],
        [2, 'not_applicable'],
      ] as const)
        if (third(nth).length > 0) await answer(third(nth), result);
      const results = await exportAssessment(compliance, 'compliance-results', assessmentId);
      expect(await exportAssessment(compliance, 'compliance-results', assessmentId)).toEqual(results);
      expect(readAssessmentDocument(results.document, results.fileName)).toBe('assessment-results');
      const [result] = resultsOf(results.document);
      expect(result?.observations).toHaveLength(lines.length);
      expect(result?.findings).toHaveLength(lines.length - third(2).length);
      const targets = (result?.findings ?? []).map(({ target }) => target['target-id']);
      expect(targets.filter((target) => !known.has(target))).toEqual([]);
      if (third(1).length === 0) return;
      const plan = await poam();
      expect(readAssessmentDocument(plan.document, plan.fileName)).toBe('plan-of-action-and-milestones');
      const { 'plan-of-action-and-milestones': body } = ASSESSMENT_SCHEMAS['plan-of-action-and-milestones'].parse(plan.document);
      expect([body['poam-items'].length, body.risks?.length, body.observations?.length]).toEqual(Array(3).fill(third(1).length));
      // each item points to a risk and an observation of the same document, and what was seen has one identifier in both documents
      const risks = new Set(body.risks?.map(({ uuid }) => uuid));
      const seen = new Set(result?.observations?.map(({ uuid }) => uuid));
      for (const item of body['poam-items']) {
        expect(item['related-risks']?.every((risk) => risks.has(risk['risk-uuid']))).toBe(true);
        expect(item['related-observations']?.every((one) => seen.has(one['observation-uuid']))).toBe(true);
      }
      expect(
        (await refusal(exportAssessment(await desk.ctx('compliance', { tenant: desk.b }), 'compliance-poam', assessmentId))).code,
      ).toBe('NOT_FOUND');
    }
  });
});
