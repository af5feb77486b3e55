/** A tenant's first load on every kind of server: whole, faulty, twice, as the wrong person, cut off in the middle. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKinds } from '@main/db/testing/databases';
import { type Desk, newOpId, openDesk } from '@main/entities/testing/desk';
import type { TenantFunction } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseOf, dying, losingCommit } from './cut-connections';
import { findFiles } from './files';
import { type LoadOptions, type LoadOutcome, loadFiles, previewLoad } from './load';

type Files = Readonly<Record<string, string>>;

const FIRST: Files = {
  'regulations.csv': 'short name;name;version;type\nHR;House Rules;2026;Internal rule\n',
  'requirements.csv': [
    'regulation,ref,title,text,kind,part of',
    'HR,1,Access,,Family,',
    'HR,1.1,Passwords,"Long ones, of ""four"" words\nand more",Requirement,1',
  ].join('\r\n'),
  'control_sets.csv': 'name,version,regulation\nHouse controls,1,House Rules\n',
  'controls.csv': [
    'control set,ref,name,status,owner,next test,key control,tags,family',
    'House controls,AC-1,Password length,Active,AUDITOR,01.12.2026,ja,login; people,AC',
    'House controls,AC-2,Second factor,to do,,2026-12-24,no,,AC',
  ].join('\n'),
  'control_requirements.csv': 'control,requirement,relation,strength\nHouse controls / AC-1,1.1,Equal,10\n',
  'audit_plans.csv': 'ref,audit,status,starts,ends\nOLD-7,Audit of 2025,closed,2025-03-01,2025-04-01\n',
  'control_tests.csv': [
    'ref,audit plan,control,title,test date,design effectiveness,operating effectiveness,status',
    'T-1,OLD-7,AC-1,Passwords are long,2025-03-03,effective,ineffective,done',
  ].join('\n'),
  'findings.csv':
    'ref,audit plan,control test,title,kind,severity,status,owner\nF-X,OLD-7,T-1,Short ones pass,Major,High,closed,\n',
  'actions.csv': 'ref,finding,action,status,due\nA-X,F-X,Set the length,done,2025-06-01\n',
};

describe.each(testKinds())('a first load on %s', (kind) => {
  let desk: Desk;
  let root: string;
  let made = 0;

  beforeAll(async () => {
    desk = await openDesk(kind);
    root = await mkdtemp(join(tmpdir(), 'kompl-load-'));
  });
  afterAll(async () => {
    await desk?.close();
    await rm(root, { recursive: true, force: true });
  });

  async function folder(files: Files): Promise<string> {
    made += 1;
    const path = join(root, String(made));
    await mkdir(path);
    for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
    return path;
  }

  async function call(fn: TenantFunction, claims: readonly TenantFunction[] = [fn], tenant = desk.a) {
    const ctx = await desk.ctx(fn, { claims, tenant });
    return { ctx, database: databaseOf(ctx) };
  }

  async function load(fn: TenantFunction, files: Files, options: LoadOptions = {}, opId = newOpId()): Promise<LoadOutcome> {
    const { ctx, database } = await call(fn);
    return loadFiles(ctx, database, opId, await findFiles([await folder(files)]), options);
  }

  async function preview(fn: TenantFunction, files: Files, options: LoadOptions = {}): Promise<LoadOutcome> {
    const { ctx, database } = await call(fn);
    return previewLoad(ctx, database, await findFiles([await folder(files)]), options);
  }

  const look = (sql: string, tenant = desk.a) => desk.look(sql.replaceAll('{t}', tenant.schema));
  const counts = async (tenant = desk.a) =>
    (
      await look(
        `SELECT (SELECT count(*) FROM {t}.controls)::integer AS controls, (SELECT count(*) FROM {t}.findings)::integer AS findings,
           (SELECT count(*) FROM {t}.requirements)::integer AS requirements, (SELECT count(*) FROM {t}.risk_register)::integer AS risks,
           (SELECT count(*) FROM {t}.audit_log)::integer AS trail, (SELECT count(*) FROM {t}.sync_ops)::integer AS operations,
           (SELECT last_value FROM {t}.findings_ref_seq)::integer AS ref`,
        tenant,
      )
    )[0];

  it('tries everything and changes nothing', async () => {
    const before = await counts();
    const { report, faults } = await preview('auditor', owned(desk, FIRST));
    expect(faults).toEqual([]);
    expect(report).toMatchObject({ dryRun: true, written: false, faultCount: 0, ignored: [] });
    expect(report.files.map(({ file, created }) => [file, created])).toEqual([
      ['regulations.csv', 1],
      ['requirements.csv', 2],
      ['control_sets.csv', 1],
      ['controls.csv', 2],
      ['control_requirements.csv', 1],
      ['audit_plans.csv', 1],
      ['control_tests.csv', 1],
      ['findings.csv', 1],
      ['actions.csv', 1],
    ]);
    expect(await counts()).toEqual(before);
  });

  it('loads all of it, resolved by names, in any state, with its trail', async () => {
    const { report, faults } = await load('auditor', owned(desk, FIRST));
    expect(faults).toEqual([]);
    expect(report).toMatchObject({ written: true, faultCount: 0 });
    expect(
      await look(
        `SELECT c.ref, c.name, c.status, c.next_test, c.key_control, c.tags, c.last_result, s.name AS set, p.email
         FROM {t}.controls c JOIN {t}.control_sets s ON s.id = c.control_set_id LEFT JOIN {t}.people p ON p.id = c.owner_id ORDER BY 1`,
      ),
    ).toEqual([
      {
        ref: 'AC-1',
        name: 'Password length',
        status: 'active',
        next_test: '2026-12-01',
        key_control: true,
        tags: ['login', 'people'],
        last_result: 'ineffective',
        set: 'House controls',
        email: desk.a.people.auditor.email,
      },
      expect.objectContaining({ ref: 'AC-2', status: 'to_do', key_control: false, tags: [], email: null }),
    ]);
    expect(
      await look(
        `SELECT r.ref_id, r.text, p.ref_id AS parent FROM {t}.requirements r JOIN {t}.requirements p ON p.id = r.parent_id`,
      ),
    ).toEqual([{ ref_id: '1.1', text: 'Long ones, of "four" words\nand more', parent: '1' }]);
    expect(
      await look(
        `SELECT f.status, f.severity, t.title, a.status AS action FROM {t}.findings f JOIN {t}.control_tests t ON t.id = f.control_test_id
         JOIN {t}.actions a ON a.finding_id = f.id`,
      ),
    ).toEqual([{ status: 'closed', severity: 'high', title: 'Passwords are long', action: 'done' }]);
    const trail = await look(
      `SELECT DISTINCT actor::text, op_id IS NOT NULL AS operation, reason FROM {t}.audit_log WHERE resource_type = 'controls' AND action = 'insert'`,
    );
    expect(trail).toEqual([
      { actor: desk.a.people.auditor.id, operation: true, reason: expect.stringMatching(/^First load: regulations\.csv/) },
    ]);
    expect(
      await look(`SELECT details ->> 'file' AS file FROM {t}.audit_log WHERE action = 'import' AND resource_type = 'findings'`),
    ).toEqual([{ file: 'findings.csv' }]);
  });

  it('changes nothing the second time, and only what differs the third', async () => {
    const before = await counts();
    const { report } = await load('auditor', owned(desk, FIRST));
    expect(report.files.every(({ created, updated }) => created + updated === 0)).toBe(true);
    // the operation itself, and that each file was read
    expect(await counts()).toMatchObject({
      ...before,
      operations: Number(before?.operations) + 1,
      trail: Number(before?.trail) + 9,
    });
    const changed = await load('auditor', {
      'controls.csv': 'control set,ref,name\nHouse controls,AC-1,Password length\nHouse controls,AC-2,A second factor\n',
    });
    expect(changed.report.files).toMatchObject([{ created: 0, updated: 1, unchanged: 1 }]);
    expect(await look(`SELECT name, row_version FROM {t}.controls WHERE ref = 'AC-2'`)).toEqual([
      { name: 'A second factor', row_version: 2 },
    ]);
  });

  it('gives the same answer to the same operation, and refuses another one under its id', async () => {
    const opId = newOpId();
    const files = { 'controls.csv': 'control set,ref,name\nHouse controls,AC-3,Third\n' };
    const first = await load('auditor', files, {}, opId);
    const before = await counts();
    expect(await load('auditor', files, {}, opId)).toEqual(first);
    expect(await counts()).toEqual(before);
    await expect(load('auditor', { 'controls.csv': `${files['controls.csv']}\n` }, {}, opId)).rejects.toMatchObject({
      code: 'OPERATION_REUSED',
    });
  });

  const BAD: Files = {
    'controls.csv': [
      'control set,ref,name,status,next test,priority',
      'House controls,B-1,Good,active,2026-01-02,1',
      'House controls,B-2,,nowhere,03/04/2026,1.5',
      'No such set,B-3,Name,active,2026-02-30,1',
      'House controls,B-1,Again,active,,1',
      'House controls,AC-1,Password length,to_do,,1',
    ].join('\n'),
    'findings.csv':
      'ref,title,kind,severity,control,owner\nN-1,T,Major,High,B-2,\nN-2,T,Major,High,AC-99,nobody@x.example\n,T,Major,High,,\n',
  };
  const REASONS = [
    ['controls.csv', 3, 'name', 'needs a value'],
    ['controls.csv', 3, 'status', expect.stringContaining('is not one of the choices')],
    ['controls.csv', 3, 'next test', expect.stringContaining('day or the month')],
    ['controls.csv', 3, 'priority', expect.stringContaining('whole number')],
    ['controls.csv', 4, 'next test', expect.stringContaining('is not a date')],
    ['controls.csv', 4, 'control set', 'no control set is called “No such set”'],
    ['controls.csv', 5, null, 'is the same control as row 2'],
    ['controls.csv', 6, 'status', expect.stringContaining('active to to_do')],
    ['findings.csv', 3, 'control', 'no control is called “AC-99”'],
    ['findings.csv', 3, 'owner', 'no active person of this tenant is called “nobody@x.example”'],
    ['findings.csv', 4, null, expect.stringContaining('neither')],
  ];

  it('says for each fault where it is, the same in the trial, and writes nothing', async () => {
    const before = await counts();
    const outcome = await load('auditor', BAD);
    expect(outcome.report).toMatchObject({ written: false, faultCount: REASONS.length });
    expect(outcome.faults.map(({ file, row, column, reason }) => [file, row, column, reason])).toEqual(REASONS);
    const trial = await preview('auditor', BAD);
    expect(trial.faults).toEqual(outcome.faults);
    expect(await counts()).toEqual(before);
  });

  it('takes the good files alone where asked to', async () => {
    const { report } = await load(
      'auditor',
      { ...BAD, 'controls.csv': 'control set,ref,name\nHouse controls,P-1,Partial\n' },
      { partial: true },
    );
    expect(report).toMatchObject({
      written: true,
      files: [
        { written: true, created: 1 },
        { written: false, faults: 4 },
      ],
    });
  });

  it('lets each person write what their function may, and no more', async () => {
    const risks = { 'risks.csv': 'risk,likelihood,impact,owner\nFlood,3,4,\n' };
    await expect(load('auditor', risks)).rejects.toMatchObject({ code: 'ROLE_FORBIDS' });
    await expect(load('viewer', { 'controls.csv': FIRST['controls.csv'] ?? '' })).rejects.toMatchObject({ code: 'ROLE_FORBIDS' });
    expect((await load('risk', risks)).report).toMatchObject({ written: true });
    // The app believed the claim; the database does not.
    const { ctx, database } = await call('viewer', ['auditor']);
    const found = await findFiles([await folder({ 'controls.csv': 'ref,name\nZ-1,Sneaky\n' })]);
    if (kind !== 'embedded')
      await expect(loadFiles(ctx, database, newOpId(), found)).rejects.toMatchObject({ code: 'ROLE_FORBIDS' });
    const before = await counts(desk.b);
    const stranger = await call('auditor', ['auditor'], { ...desk.b, people: desk.a.people });
    if (kind !== 'embedded') {
      const foreign = { ...stranger.ctx, session: { ...stranger.ctx.session, tenantId: desk.b.id } };
      await expect(loadFiles(foreign, stranger.database, newOpId(), found)).rejects.toMatchObject({ code: 'ROLE_FORBIDS' });
    }
    expect(await counts(desk.b)).toEqual(before);
  });

  it('leaves nothing behind when the connection dies in the middle, and loads when it dies once', async () => {
    const { ctx, database } = await call('auditor');
    const rows = Array.from({ length: 5_000 }, (_, at) => `House controls,D-${at},Control ${at},"${'x'.repeat(600)}"`);
    const found = await findFiles([await folder({ 'controls.csv': `control set,ref,name,description\n${rows.join('\n')}\n` })]);
    const before = await counts();
    await expect(loadFiles(ctx, dying(database, Number.POSITIVE_INFINITY), newOpId(), found)).rejects.toMatchObject({
      class: 'network',
    });
    expect(await counts()).toEqual(before);
    const { report } = await loadFiles(ctx, dying(database, 1), newOpId(), found);
    expect(report).toMatchObject({ written: true, files: [{ created: 5_000 }] });
    expect(await counts()).toMatchObject({ controls: Number(before?.controls) + 5_000 });
  });

  it('answers once for a load whose answer to COMMIT was lost', async () => {
    const { ctx, database } = await call('auditor');
    const found = await findFiles([await folder({ 'controls.csv': 'control set,ref,name\nHouse controls,L-1,Lost\n' })]);
    const { report } = await loadFiles(ctx, losingCommit(database), newOpId(), found);
    expect(report).toMatchObject({ written: true, files: [{ created: 1 }] });
    expect(await look(`SELECT count(*)::integer AS n FROM {t}.controls WHERE ref = 'L-1'`)).toEqual([{ n: 1 }]);
  });

  it('loads ten thousand rows with one trail row each and finds them all again', async () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => `R${at},Risk ${at},${(at % 5) + 1},2,,open`);
    const files = { 'risk_register.csv': `key,risk,likelihood,impact,owner,status\n${rows.join('\n')}` };
    expect((await load('risk', files)).report.files).toMatchObject([{ created: 10_000 }]);
    expect((await load('risk', files)).report.files).toMatchObject([{ created: 0, updated: 0, unchanged: 10_000 }]);
    expect(
      await look(`SELECT count(*)::integer AS n FROM {t}.audit_log WHERE resource_type = 'risk_register' AND action = 'insert'`),
    ).toEqual([{ n: 10_001 }]);
  });
});

/** The auditor's e-mail stands for AUDITOR. */
function owned(desk: Desk, files: Files): Files {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, text.replace('AUDITOR', desk.a.people.auditor.email.toUpperCase())]),
  );
}
