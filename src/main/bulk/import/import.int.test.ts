/**
 * Imports on every kind of server: the trial that changes nothing, the import that does what it said, rows that stay out, another's change
 * in between, the wrong person, the wrong tenant, cut off in the middle, and trees.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKinds } from '@main/db/testing/databases';
import { EntityService } from '@main/entities/service';
import { change, creation, type Desk, newOpId, openDesk } from '@main/entities/testing/desk';
import type { TenantFunction } from '@shared/roles';
import type { ImportMap, ImportSettings } from '@shared/wire/imports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseOf, dying, losingCommit } from '../cut-connections';
import { workbook } from '../testing';
import { inspectFile } from './inspect';
import { rememberMapping } from './mappings';
import { importShape } from './plan';
import { type ImportHooks, runImport } from './run';
import { trialImport } from './trial';

const PLACE: ImportSettings['place'] = { sheet: null, headerLine: null, delimiter: null, encoding: null };

type Options = Partial<Pick<ImportSettings, 'rows' | 'corrections'>> & Partial<ImportMap>;

describe.each(testKinds())('an import on %s', (kind) => {
  let desk: Desk;
  let root: string;
  let made = 0;
  const service = new EntityService({});

  beforeAll(async () => {
    desk = await openDesk(kind);
    root = await mkdtemp(join(tmpdir(), 'kompl-import-'));
  });
  afterAll(async () => {
    await desk?.close();
    await rm(root, { recursive: true, force: true });
  });

  async function file(content: string | Buffer, name = 'file.csv') {
    made += 1;
    const path = join(root, `${made}-${name}`);
    await writeFile(path, content);
    return { path, name };
  }

  async function as(fn: TenantFunction, claims: readonly TenantFunction[] = [fn]) {
    const ctx = await desk.ctx(fn, { claims });
    return { ctx, database: databaseOf(ctx) };
  }

  /** The settings that the window would send: what was found out, with these changes. */
  async function settingsFor(entity: string, source: { path: string; name: string }, options: Options = {}) {
    const { ctx } = await as('auditor');
    const { map, headerLine, sheet } = await inspectFile(ctx, source, entity, PLACE);
    const { rows = 'all', corrections = [], ...mapped } = options;
    return {
      entity,
      place: { ...PLACE, headerLine, sheet },
      map: { ...map, ...mapped },
      rows,
      corrections,
    } satisfies ImportSettings;
  }

  async function trial(
    entity: string,
    source: { path: string; name: string },
    options: Options = {},
    fn: TenantFunction = 'auditor',
  ) {
    const { ctx, database } = await as(fn);
    return (await trialImport(ctx, database, source, await settingsFor(entity, source, options))).trial;
  }

  async function bringIn(entity: string, source: { path: string; name: string }, options: Options = {}, opId = newOpId()) {
    const { ctx, database } = await as('auditor');
    const settings = await settingsFor(entity, source, options);
    const { base } = (await trialImport(ctx, database, source, settings)).trial;
    return { ...(await runImport(ctx, database, source, settings, base, opId)), settings, base };
  }

  const look = (sql: string, tenant = desk.a) => desk.look(sql.replaceAll('{t}', tenant.schema));
  const controls = (like: string) =>
    look(`SELECT ref, name, status, row_version FROM {t}.controls WHERE ref LIKE '${like}' ORDER BY ref`);
  const standing = async () =>
    (
      await look(
        `SELECT (SELECT count(*) FROM {t}.controls)::integer AS controls, (SELECT count(*) FROM {t}.audit_log)::integer AS trail,
           (SELECT count(*) FROM {t}.sync_ops)::integer AS operations, (SELECT count(*) FROM {t}.findings)::integer AS findings,
           (SELECT last_value FROM {t}.findings_ref_seq)::integer AS numbers`,
      )
    )[0];

  it('tries, imports, and does nothing the second time; the third changes what differs', async () => {
    const source = await file(
      'Control ID;Title;Owner e-mail;Status;Next test;Labels\nIM-1;First;AUDITOR;active;31/12/2026;a|b\nIM-2;Second;;planned;01.02.2027;\n'.replace(
        'AUDITOR',
        desk.a.people.auditor.email,
      ),
    );
    const settings = await settingsFor('controls', source);
    expect(settings.map.columns.map(({ field }) => field)).toEqual(['ref', 'name', 'ownerId', 'status', 'nextTest', 'tags']);
    expect(settings.map.columns[4]).toMatchObject({ dateOrder: 'dmy' });
    const columns = settings.map.columns.map((column) =>
      column.field === 'status' ? { ...column, values: { planned: 'to_do' } } : column,
    );
    const before = await standing();
    const seen = await trial('controls', source, { columns });
    expect(seen).toMatchObject({
      blocked: null,
      counts: { rows: 2, created: 2, updated: 0, unchanged: 0, refused: 0, lacking: 0 },
    });
    expect(await standing()).toEqual(before);

    const opId = newOpId();
    const first = await bringIn('controls', source, { columns }, opId);
    expect(first).toMatchObject({ written: true, repeated: false, counts: { created: 2 } });
    expect(
      await look(
        `SELECT c.ref, c.next_test::text AS test, c.tags, p.email FROM {t}.controls c LEFT JOIN {t}.people p ON p.id = c.owner_id WHERE ref LIKE 'IM-_' ORDER BY 1`,
      ),
    ).toEqual([
      { ref: 'IM-1', test: '2026-12-31', tags: ['a', 'b'], email: desk.a.people.auditor.email },
      { ref: 'IM-2', test: '2027-02-01', tags: [], email: null },
    ]);
    expect(
      await look(`SELECT op_id FROM {t}.audit_log WHERE op_id = '${opId}' AND resource_type = 'controls' AND action = 'insert'`),
    ).toHaveLength(2);
    const { ctx, database } = await as('auditor');
    expect(await runImport(ctx, database, source, first.settings, first.base, opId)).toMatchObject({
      repeated: true,
      counts: { created: 2 },
    });
    expect(await bringIn('controls', source, { columns })).toMatchObject({
      written: true,
      counts: { created: 0, updated: 0, unchanged: 2 },
    });

    const again = await file('Control ID,Title,Status\nIM-1,First,In progress\nIM-2,Other,\nIM-3,Third,deprecated\n');
    expect((await trial('controls', again)).rows).toMatchObject([
      { row: 2, kind: 'changed', ref: 'IM-1', differences: [{ field: 'status', from: 'active', to: 'in_progress', name: null }] },
      { row: 3, kind: 'changed', differences: [{ field: 'name', from: 'Second', to: 'Other' }] },
      { row: 4, kind: 'created', ref: 'IM-3', title: 'Third' },
    ]);
    expect(await bringIn('controls', again)).toMatchObject({ counts: { created: 1, updated: 2, unchanged: 0 } });
    // an empty cell leaves what is there
    expect(await controls('IM-2')).toEqual([{ ref: 'IM-2', name: 'Other', status: 'to_do', row_version: 2 }]);
  });

  it('fills only what is empty, or leaves what is there, or takes over empty cells', async () => {
    await bringIn('controls', await file('ref,name,family\nPO-1,Old,\n'));
    const source = await file('ref,name,family,description\nPO-1,New,AC,\n');
    expect(await bringIn('controls', source, { existing: 'leave' })).toMatchObject({ counts: { updated: 0, unchanged: 1 } });
    expect(await bringIn('controls', source, { existing: 'fill' })).toMatchObject({ counts: { updated: 1 } });
    expect(await look(`SELECT name, family FROM {t}.controls WHERE ref = 'PO-1'`)).toEqual([{ name: 'Old', family: 'AC' }]);
    expect(await bringIn('controls', source, { existing: 'replace' })).toMatchObject({ counts: { updated: 1 } });
    expect(await bringIn('controls', await file('ref,name,family\nPO-1,New,\n'), { existing: 'exactly' })).toMatchObject({
      counts: { updated: 1 },
    });
    expect(await look(`SELECT name, family FROM {t}.controls WHERE ref = 'PO-1'`)).toEqual([{ name: 'New', family: null }]);
  });

  it('keeps bad rows out by row, column and reason; all or nothing, or only the good ones', async () => {
    const text = [
      'ref,name,status,owner,next test,priority,description',
      'BA-1,=HYPERLINK("x"),active,,2026-01-01,1,<b>bold</b>',
      'BA-2,,active,,,,',
      'BA-3,Three,perhaps,,,,',
      'BA-4,Four,,nobody@nowhere.example,,,',
      'BA-5,Five,,,3/4/2026,,',
      'BA-6,Six,,,30.02.2026,,',
      'BA-7,Seven,,,,9,',
      'BA-8,Eight,,,,,',
      'BA-8,Eight again,,,,,',
      `BA-9,${'x'.repeat(300)},,,,,`,
      'BA-10,half \uFFFD,,,,,',
      'BA-11,nul \u0000,,,,,',
    ]
      .join('\n')
      .replace('=HYPERLINK("x")', '"=HYPERLINK(""x"")"');
    const source = await file(text);
    const before = await standing();
    const seen = await trial('controls', source);
    expect(seen.counts).toMatchObject({ rows: 12, created: 2, refused: 10 });
    expect(
      seen.rows.filter(({ kind }) => kind === 'refused').map(({ row, faults }) => [row, faults[0]?.column, faults[0]?.reason]),
    ).toEqual([
      [3, 'name', 'needs a value'],
      [4, 'status', expect.stringContaining('is not one of the choices')],
      [5, 'owner', 'no active person of this tenant is called “nobody@nowhere.example”'],
      [6, 'next test', expect.stringContaining('day or the month first')],
      [7, 'next test', expect.stringContaining('February 2026 has 28 days')],
      [8, 'priority', 'is more than 4'],
      [10, null, 'is the same control as row 9'],
      [11, 'name', 'has more than 255 characters'],
      [12, 'name', expect.stringContaining('could not be read')],
      [13, 'name', expect.stringContaining('NUL')],
    ]);
    expect(seen.rows[3]).toMatchObject({ ref: 'BA-5', faults: [{ at: 4, cell: '3/4/2026' }] });
    expect(await bringIn('controls', source)).toMatchObject({ written: false, counts: { created: 0, refused: 10 } });
    expect(await standing()).toEqual(before);

    const good = await bringIn('controls', source, { rows: 'good' });
    expect(good).toMatchObject({ written: true, counts: { rows: 12, created: 2, refused: 10 } });
    expect(await look(`SELECT ref, name, description FROM {t}.controls WHERE ref LIKE 'BA-%' ORDER BY 1`)).toEqual([
      { ref: 'BA-1', name: '=HYPERLINK("x")', description: '<b>bold</b>' },
      { ref: 'BA-8', name: 'Eight', description: null },
    ]);
    // a cell that the person wrote over, and a value that may be left away
    const mended = await trial('controls', source, { corrections: [{ row: 3, column: 1, text: 'Two' }], lenient: true });
    expect(mended.counts).toMatchObject({ created: 6, unchanged: 2, refused: 4, lacking: 5 });
  });

  it('never writes over what somebody changed since the trial', async () => {
    await bringIn('controls', await file('ref,name\nST-1,One\nST-2,Two\n'));
    const source = await file('ref,name\nST-1,Mine\nST-2,Also mine\nST-3,New\n');
    const { ctx, database } = await as('auditor');
    const settings = await settingsFor('controls', source);
    const { base } = (await trialImport(ctx, database, source, settings)).trial;
    const [row] = await look(`SELECT id, row_version AS "rowVersion", name FROM {t}.controls WHERE ref = 'ST-1'`);
    const other = await desk.ctx('compliance');
    await service.apply(
      other,
      change('controls', { id: String(row?.id), rowVersion: Number(row?.rowVersion), ...row }, { name: 'Theirs' }),
    );

    const all = await runImport(ctx, database, source, settings, base, newOpId());
    expect(all).toMatchObject({
      written: false,
      faults: [{ row: 2, reason: expect.stringMatching(/^was changed by .* since the trial run \(version 2 now\)/) }],
    });
    expect((await controls('ST-%')).map(({ name }) => name)).toEqual(['Theirs', 'Two']);
    const good = await runImport(ctx, database, source, { ...settings, rows: 'good' }, base, newOpId());
    expect(good).toMatchObject({ written: true, counts: { created: 1, updated: 1, refused: 1 } });
    expect((await controls('ST-%')).map(({ name }) => name)).toEqual(['Theirs', 'Also mine', 'New']);
  });

  it('refuses to make anew what was taken away since the trial, and a file that has changed', async () => {
    await bringIn('controls', await file('ref,name\nGO-1,One\n'));
    const source = await file('ref,name\nGO-1,Changed\n');
    const { ctx, database } = await as('auditor');
    const settings = await settingsFor('controls', source);
    const { base } = (await trialImport(ctx, database, source, settings)).trial;
    const [row] = await look(`SELECT id FROM {t}.controls WHERE ref = 'GO-1'`);
    const other = await desk.ctx('compliance');
    await service.apply(other, { ...change('controls', { id: String(row?.id), rowVersion: 1 }, {}), kind: 'archive' });
    await expect(runImport(ctx, database, source, settings, base, newOpId())).rejects.toMatchObject({ code: 'IMPORT_STALE' });
    await writeFile(source.path, 'ref,name\nGO-1,Changed again\n');
    await expect(runImport(ctx, database, source, settings, base, newOpId())).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });

  it('is one act for whoever may, in their tenant only', async () => {
    const source = await file('ref,name\nRI-1,One\n');
    await expect(trial('controls', source, {}, 'viewer')).rejects.toMatchObject({ code: 'ROLE_FORBIDS' });
    const settings = await settingsFor('controls', source);
    // somebody who claims a function that the database does not know them by
    const liar = await desk.ctx('risk', { claims: ['auditor'] });
    const before = await standing();
    if (desk.kind !== 'embedded') {
      await expect(trialImport(liar, databaseOf(liar), source, settings)).rejects.toMatchObject({ class: 'forbidden' });
    }
    const stranger = await desk.ctx('auditor', { tenant: desk.b });
    const away = { ...stranger, session: { ...stranger.session, tenantId: desk.a.id } };
    await expect(runImport(away, databaseOf(stranger), source, settings, null, newOpId())).rejects.toMatchObject({
      class: expect.stringMatching(/forbidden|auth/),
    });
    expect(await standing()).toEqual(before);
    // an operation's id belongs to one import
    const { ctx, database } = await as('auditor');
    const opId = newOpId();
    await runImport(ctx, database, source, settings, null, opId);
    await expect(runImport(ctx, database, source, { ...settings, rows: 'good' }, null, opId)).rejects.toMatchObject({
      code: 'OPERATION_REUSED',
    });
  });

  it('leaves nothing half-written when the connection dies, and is the same import when it is sent again', async () => {
    const source = await file(
      `ref,name,description\n${Array.from({ length: 3000 }, (_, at) => `KI-${at},Control ${at},${'long text '.repeat(40)}`).join('\n')}\n`,
    );
    const { ctx, database } = await as('auditor');
    const settings = await settingsFor('controls', source);
    const before = await standing();
    await expect(runImport(ctx, dying(database, 2), source, settings, null, newOpId())).rejects.toMatchObject({
      class: 'network',
    });
    expect(await standing()).toMatchObject({ controls: before?.controls, operations: before?.operations });
    const opId = newOpId();
    expect(await runImport(ctx, losingCommit(database), source, settings, null, opId)).toMatchObject({
      repeated: true,
      counts: { created: 3000 },
    });
    expect(await runImport(ctx, database, source, settings, null, opId)).toMatchObject({
      repeated: true,
      counts: { created: 3000 },
    });
    expect(await look(`SELECT count(*)::integer AS n FROM {t}.controls WHERE ref LIKE 'KI-%'`)).toEqual([{ n: 3000 }]);
    const stop = new AbortController();
    const stopping = trialImport(ctx, database, source, settings, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopping).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('builds a tree, finds circles, and leaves out what hangs on a bad row', async () => {
    const regulation = creation('regulations', { name: 'Tree', version: '1', shortName: 'TR' });
    await service.apply(await desk.ctx('auditor'), regulation);
    const source = await file('Ref;Heading;Parent\n1;One;\n1.1;One one;1\n1.1.1;Deep;1.1\n2;Two;\n');
    const fixed = { regulationId: 'TR' };
    expect(await bringIn('requirements', source, { fixed })).toMatchObject({ written: true, counts: { created: 4 } });
    const tree = () =>
      look(
        `SELECT r.ref_id, r.depth, p.ref_id AS parent FROM {t}.requirements r LEFT JOIN {t}.requirements p ON p.id = r.parent_id WHERE r.regulation_id = '${regulation.entityId}' ORDER BY 1`,
      );
    expect(await tree()).toEqual([
      { ref_id: '1', depth: 0, parent: null },
      { ref_id: '1.1', depth: 1, parent: '1' },
      { ref_id: '1.1.1', depth: 2, parent: '1.1' },
      { ref_id: '2', depth: 0, parent: null },
    ]);
    const circle = await trial(
      'requirements',
      await file('Ref;Heading;Parent\n1;One;1.1.1\n3;Three;3\n4;Four;9\n5;Five;4\n6;Six;2\n'),
      { fixed },
    );
    expect(circle.rows.map(({ row, kind, faults }) => [row, kind, faults[0]?.reason ?? null])).toEqual([
      [2, 'refused', expect.stringContaining('makes the requirement a part of itself')],
      [3, 'refused', expect.stringContaining('a part of itself (through itself)')],
      [4, 'refused', 'no requirement is called “9”'],
      [5, 'refused', 'is a part of row 4, which stays out'],
      [6, 'created', null],
    ]);
  });

  it('numbers what the database numbers, refuses the second time what nothing names, and says what its states forbid', async () => {
    const plan = creation('auditPlans', { auditName: 'Import audit', startDate: '2026-03-01' });
    await service.apply(await desk.ctx('auditor'), plan);
    const source = await file('Title,Kind,Severity,Status\nLoose cable,Major,High,closed\n');
    const fixed = { auditPlanId: 'Import audit' };
    const before = await standing();
    expect((await trial('findings', source, { fixed })).rows).toMatchObject([
      { faults: [{ reason: expect.stringContaining('has neither key') }] },
    ]);
    expect(await trial('findings', source, { fixed, keyless: true })).toMatchObject({ counts: { created: 1, refused: 0 } });
    expect(await standing()).toEqual(before);
    expect(await bringIn('findings', source, { fixed, keyless: true })).toMatchObject({ written: true });
    const [finding] = await look(`SELECT ref, status FROM {t}.findings WHERE title = 'Loose cable'`);
    expect(finding).toMatchObject({ ref: expect.stringMatching(/^F-/), status: 'closed' });
    const late = await trial('findings', await file(`Ref,Title,Status\n${finding?.ref},Other words,\n`));
    expect(late.rows).toMatchObject([
      { kind: 'refused', faults: [{ reason: expect.stringContaining('stays as it is; reopen the finding first') }] },
    ]);
  });

  it('remembers how a file was read, for the person and for whom it is shared with', async () => {
    const { ctx } = await as('auditor');
    const source = await file('Nummer,Was\nRE-1,One\n');
    const found = await inspectFile(ctx, source, 'controls', PLACE);
    expect(found).toMatchObject({ from: { kind: 'guess' }, headerLine: 1, delimiter: ',', whole: true, rows: 1 });
    const map: ImportMap = {
      ...found.map,
      columns: [
        { header: 'Nummer', field: 'ref' },
        { header: 'Was', field: 'name' },
      ],
      existing: 'fill',
    };
    const opId = newOpId();
    const kept = await rememberMapping(ctx, importShape('controls'), opId, found.signature, map, false);
    expect(await rememberMapping(ctx, importShape('controls'), opId, found.signature, map, false)).toEqual(kept);
    const reason = await file('Nummer,Was,Why it stays out\nRE-1,One,needs a value\n');
    expect(await inspectFile(ctx, reason, 'controls', PLACE)).toMatchObject({
      from: { kind: 'remembered', mine: true, shared: false },
      map: { columns: [{ field: 'ref' }, { field: 'name' }, { field: null }], existing: 'fill' },
    });
    const other = await desk.ctx('compliance');
    expect((await inspectFile(other, source, 'controls', PLACE)).from).toEqual({ kind: 'guess' });
    await rememberMapping(ctx, importShape('controls'), newOpId(), found.signature, map, true);
    expect((await inspectFile(other, source, 'controls', PLACE)).from).toMatchObject({
      kind: 'remembered',
      mine: false,
      shared: true,
    });
    const stranger = await desk.ctx('auditor', { tenant: desk.b });
    expect((await inspectFile(stranger, source, 'controls', PLACE)).from).toEqual({ kind: 'guess' });
  });

  it('reads a sheet whose header stands lower down, with dates of 1904 and merged cells', async () => {
    const content = await workbook(
      {
        Notes: [['nothing']],
        Controls: [
          ['Controls of 2026'],
          [],
          ['Ref', 'Name', 'Next test'],
          ['XL-1', 'One', { date: 46022 }],
          ['XL-2', null, null],
        ],
      },
      { Controls: ['B4:B5'] },
    );
    const source = await file(content, 'book.xlsx');
    const { ctx, database } = await as('auditor');
    const found = await inspectFile(ctx, source, 'controls', { ...PLACE, sheet: 'Controls' });
    expect(found).toMatchObject({ format: 'xlsx', sheets: ['Notes', 'Controls'], headerLine: 3, above: 1 });
    const settings: ImportSettings = {
      entity: 'controls',
      place: { ...PLACE, sheet: 'Controls', headerLine: 3 },
      map: found.map,
      corrections: [],
      rows: 'good',
    };
    const { trial: seen } = await trialImport(ctx, database, source, settings);
    expect(seen).toMatchObject({ counts: { rows: 2, created: 1, refused: 1 } });
    expect(seen.rows[0]).toMatchObject({
      row: 5,
      faults: [{ column: 'Name', reason: expect.stringContaining('merged cell B4') }],
    });
    await runImport(ctx, database, source, settings, seen.base, newOpId());
    expect(await look(`SELECT next_test::text AS test FROM {t}.controls WHERE ref = 'XL-1'`)).toEqual([{ test: '2025-12-31' }]);
  });

  it('says of a file that breaks off where it does, and writes nothing of it', async () => {
    const source = await file('ref,name\nBR-1,One\nBR-2,"Two\nBR-3,Three\n');
    const settings: ImportSettings = {
      entity: 'controls',
      place: PLACE,
      map: {
        columns: [
          { header: 'ref', field: 'ref' },
          { header: 'name', field: 'name' },
        ],
        fixed: {},
        existing: 'replace',
        keyless: false,
        lenient: false,
      },
      corrections: [],
      rows: 'good',
    };
    const { ctx, database } = await as('auditor');
    expect((await trialImport(ctx, database, source, settings)).trial).toMatchObject({
      blocked: { row: 3, reason: 'has a quote that is never closed' },
    });
    expect(await runImport(ctx, database, source, settings, null, newOpId())).toMatchObject({
      written: false,
      faults: [{ row: 3 }],
    });
    expect(await controls('BR-%')).toEqual([]);
  });

  it('stops when the person says so, in the middle of a statement where the server can, and writes nothing', async () => {
    const source = await file('ref,name\nST-1,One\nST-2,Two\n');
    const settings = await settingsFor('controls', source);
    const { ctx, database } = await as('auditor');
    const { base } = (await trialImport(ctx, database, source, settings)).trial;
    const before = await standing();
    // another holds the table: the import's statement waits
    const other = kind === 'embedded' ? null : await desk.connect();
    await other?.query(`BEGIN; LOCK TABLE ${desk.a.schema}.controls IN SHARE ROW EXCLUSIVE MODE`);
    try {
      for (const attempt of [
        (hooks: ImportHooks) => trialImport(ctx, database, source, settings, hooks),
        (hooks: ImportHooks) => runImport(ctx, database, source, settings, base, newOpId(), hooks),
      ]) {
        const stop = new AbortController();
        const done = attempt({
          signal: stop.signal,
          onProgress: ({ phase }) => {
            if (phase === 'writing') setTimeout(() => stop.abort(), 50);
          },
        });
        if (kind === 'embedded') stop.abort();
        await expect(done).rejects.toMatchObject({ code: 'CANCELLED' });
      }
    } finally {
      await other?.query('ROLLBACK');
      await other?.end();
    }
    expect(await standing()).toEqual(before);
  });
});
