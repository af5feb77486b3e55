/** Settled audits, approved work, values that make no sense and rows that do not belong together, by raw SQL as who may write them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testServers, Workplace } from '../migrate/testing';
import { insertSql, tryEach, writerOf } from './testing';

const LOCKED = 'KP001';
const FILE = `file_name, media_type, size_bytes, sha256, version_number, device_id) VALUES`;

describe.each(testServers())('locks and checks on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
  });
  afterAll(() => database?.close());

  const auditor = () => at.a.people.auditor;
  const each = (...statements: string[]) =>
    tryEach(
      at,
      auditor(),
      statements.map((sql) => ({ sql, reason: 'because' })),
    );
  const fileSql = (evidence: string, digit: string) =>
    `INSERT INTO evidence_files (evidence_id, ${FILE} ('${evidence}', 'a.png', 'image/png', 1, repeat('${digit}', 64), 1, 'x')`;

  /** An audit with a done test, evidence of both kinds and a finding, walked to `state`. */
  async function audit(state: 'fieldwork' | 'review' | 'reported' | 'closed') {
    const ids = {
      plan: randomUUID(),
      test: randomUUID(),
      finding: randomUUID(),
      evidence: randomUUID(),
      remedy: randomUUID(),
      report: randomUUID(),
    };
    const states = ['fieldwork', 'review', 'reported', 'closed'];
    await at.act(
      auditor(),
      insertSql('audit_plans', ids.plan),
      insertSql('control_tests', ids.test, { audit_plan_id: ids.plan }),
      `UPDATE control_tests SET status = 'in_progress' WHERE id = '${ids.test}'`,
      `UPDATE control_tests SET status = 'done' WHERE id = '${ids.test}'`,
      insertSql('findings', ids.finding, { audit_plan_id: ids.plan, control_test_id: ids.test }),
      insertSql('audit_evidence', ids.evidence, { control_test_id: ids.test }),
      insertSql('audit_evidence', ids.remedy, { finding_id: ids.finding }),
      insertSql('audit_reports', ids.report, { audit_plan_id: ids.plan }),
      ...states
        .slice(0, states.indexOf(state) + 1)
        .map((step) => `UPDATE audit_plans SET status = '${step}' WHERE id = '${ids.plan}'`),
    );
    return ids;
  }

  /** What may no longer change in a settled audit, and what goes on. */
  const frozen = (ids: Awaited<ReturnType<typeof audit>>) => [
    `UPDATE audit_plans SET objective = 'other' WHERE id = '${ids.plan}'`,
    `UPDATE audit_plans SET lead_id = '${auditor().id}' WHERE id = '${ids.plan}'`,
    insertSql('control_tests', randomUUID(), { audit_plan_id: ids.plan }),
    `UPDATE control_tests SET test_notes = 'other' WHERE id = '${ids.test}'`,
    `UPDATE control_tests SET status = 'in_progress' WHERE id = '${ids.test}'`,
    `UPDATE control_tests SET archived_at = now() WHERE id = '${ids.test}'`,
    insertSql('findings', randomUUID(), { audit_plan_id: ids.plan }),
    insertSql('findings', randomUUID(), { control_test_id: ids.test }),
    `UPDATE findings SET condition = 'other' WHERE id = '${ids.finding}'`,
    `UPDATE findings SET severity = 'critical' WHERE id = '${ids.finding}'`,
    `UPDATE findings SET archived_at = now() WHERE id = '${ids.finding}'`,
    `UPDATE findings SET audit_plan_id = NULL, control_test_id = NULL WHERE id = '${ids.finding}'`,
    insertSql('audit_evidence', randomUUID(), { control_test_id: ids.test }),
    insertSql('audit_evidence', randomUUID(), { audit_plan_id: ids.plan }),
    `UPDATE audit_evidence SET title = 'other' WHERE id = '${ids.evidence}'`,
    `UPDATE audit_evidence SET archived_at = now() WHERE id = '${ids.evidence}'`,
    `UPDATE audit_evidence SET control_test_id = NULL WHERE id = '${ids.evidence}'`,
    `UPDATE audit_evidence SET finding_id = '${ids.finding}', title = 'other' WHERE id = '${ids.evidence}'`,
    fileSql(ids.evidence, 'a'),
  ];
  const goesOn = (ids: Awaited<ReturnType<typeof audit>>) => [
    `UPDATE findings SET status = 'confirmed', owner_id = '${auditor().id}', management_response = 'agreed' WHERE id = '${ids.finding}'`,
    insertSql('actions', randomUUID(), { finding_id: ids.finding }),
    insertSql('audit_evidence', randomUUID(), { finding_id: ids.finding }),
    `UPDATE audit_evidence SET description = 'the new lock' WHERE id = '${ids.remedy}'`,
    fileSql(ids.remedy, 'b'),
  ];

  it.each(['reported', 'closed'] as const)(
    'an audit that is %s stands as it is, and its findings are followed up',
    async (state) => {
      const ids = await audit(state);
      expect(await each(...frozen(ids))).toEqual(frozen(ids).map(() => LOCKED));
      expect(await each(...goesOn(ids))).toEqual(goesOn(ids).map(() => 'ok'));
      const report = `UPDATE audit_reports SET report_type = 'final, signed' WHERE id = '${ids.report}'`;
      expect(await each(report)).toEqual([state === 'reported' ? 'ok' : LOCKED]);
    },
  );

  it('one that is reopened takes work again', async () => {
    const ids = await audit('reported');
    expect(await each(`UPDATE audit_plans SET status = 'review' WHERE id = '${ids.plan}'`, ...frozen(ids).slice(0, 4))).toEqual(
      Array.from({ length: 5 }, () => 'ok'),
    );
  });

  it('is closed whole or not at all', async () => {
    const ids = await audit('reported');
    await at.act(auditor(), `UPDATE audit_plans SET status = 'review' WHERE id = '${ids.plan}'`);
    const open = randomUUID();
    await at.act(
      auditor(),
      insertSql('control_tests', open, { audit_plan_id: ids.plan }),
      `UPDATE audit_plans SET status = 'reported' WHERE id = '${ids.plan}'`,
    );
    expect(
      await each(`UPDATE audit_plans SET status = 'closed' WHERE id = '${ids.plan}'`, `SELECT close_audit('${ids.plan}')`),
    ).toEqual([LOCKED, LOCKED]);
    expect(await at.act(auditor(), `SELECT id FROM sign_offs WHERE resource_id = '${ids.test}'`)).toEqual([]);
    await at.act(
      auditor(),
      `UPDATE audit_plans SET status = 'review' WHERE id = '${ids.plan}'`,
      `UPDATE control_tests SET status = 'in_progress' WHERE id = '${open}'`,
      `UPDATE control_tests SET status = 'done' WHERE id = '${open}'`,
      `UPDATE audit_plans SET status = 'reported' WHERE id = '${ids.plan}'`,
    );
    for (const fn of ['viewer', 'compliance', 'admin'] as const) {
      expect(await at.attempt(at.a.people[fn], `SELECT close_audit('${ids.plan}')`)).toEqual({ refused: '42501' });
    }
    expect(await at.act(auditor(), `SELECT close_audit('${ids.plan}') AS signed`)).toEqual([{ signed: 2 }]);
    expect(await at.act(auditor(), `SELECT status FROM audit_plans WHERE id = '${ids.plan}'`)).toEqual([{ status: 'closed' }]);
    expect(await each(`SELECT close_audit('${ids.plan}')`, `SELECT close_audit('${randomUUID()}')`)).toEqual(['ok', 'P0002']);
    // again changes nothing; an audit that is not reported is not closed
    const early = await audit('fieldwork');
    expect(await each(`SELECT close_audit('${early.plan}')`)).toEqual(['KP005']);
  });

  it('what was approved stands until the approval is withdrawn with a reason', async () => {
    const ids = await audit('fieldwork');
    const sign = (type: string, id: string, signed: string) => `SELECT sign_off('${type}', '${id}', '${signed}')`;
    const fresh = randomUUID();
    expect(
      await each(
        insertSql('control_tests', fresh, { audit_plan_id: ids.plan }),
        sign('control_tests', fresh, 'approved'),
        sign('control_tests', fresh, 'prepared'),
        sign('control_tests', fresh, 'prepared'),
        `UPDATE control_tests SET test_notes = 'after it was prepared' WHERE id = '${fresh}'`,
        sign('actions', ids.finding, 'approved'),
        sign('control_tests', ids.test, 'blessed'),
        sign('control_tests', randomUUID(), 'approved'),
        `INSERT INTO sign_offs (resource_type, resource_id, kind, content_sha256) VALUES ('control_tests', '${ids.test}', 'approved', repeat('a', 64))`,
      ),
    ).toEqual(['ok', LOCKED, 'ok', '23505', 'ok', '22023', '23514', 'P0002', '42501']);
    for (const fn of ['compliance', 'privacy'] as const) {
      expect(await at.attempt(at.a.people[fn], sign('control_tests', ids.test, 'approved'))).toEqual({ refused: '42501' });
    }
    const [signed] = await at.act(auditor(), `SELECT sign_off('control_tests', '${ids.test}', 'approved', 'seen it all') AS id`);
    const changed = `SELECT s.content_sha256 = hash_content(present_content('control_tests', t.id)) AS same
      FROM sign_offs s JOIN control_tests t ON t.id = s.resource_id`;
    expect(await at.act(auditor(), `${changed} WHERE t.id = '${ids.test}'`)).toEqual([{ same: true }]);
    expect(await at.act(auditor(), `${changed} WHERE t.id = '${fresh}'`)).toEqual([{ same: false }]);
    const attempts = [
      `UPDATE control_tests SET test_notes = 'other' WHERE id = '${ids.test}'`,
      `UPDATE control_tests SET status = 'in_progress' WHERE id = '${ids.test}'`,
      `UPDATE control_tests SET archived_at = now() WHERE id = '${ids.test}'`,
      `UPDATE audit_evidence SET title = 'other' WHERE id = '${ids.evidence}'`,
      `UPDATE audit_evidence SET control_test_id = NULL WHERE id = '${ids.evidence}'`,
      `UPDATE audit_evidence SET control_test_id = '${fresh}' WHERE id = '${ids.evidence}'`,
      `UPDATE audit_evidence SET finding_id = '${ids.finding}' WHERE id = '${ids.evidence}'`,
      insertSql('audit_evidence', randomUUID(), { control_test_id: ids.test }),
      fileSql(ids.evidence, 'c'),
    ];
    expect(await each(...attempts)).toEqual(attempts.map(() => LOCKED));
    const withdraw = (reason: string) => `SELECT withdraw_sign_off('${signed?.id}', '${reason}')`;
    expect(await at.attempt(at.a.people.compliance, withdraw('not mine'))).toEqual({ refused: '42501' });
    expect(await at.attempt(at.a.people.viewer, withdraw('not mine'))).toEqual({ refused: '42501' });
    expect(await each(withdraw(' '), withdraw('one file was missing'), withdraw('again'), ...attempts.slice(0, 2))).toEqual([
      'KP006',
      'ok',
      LOCKED,
      'ok',
      'ok',
    ]);
    const [row] = await at.act(auditor(), `SELECT withdrawn_by, withdrawn_reason FROM sign_offs WHERE id = '${signed?.id}'`);
    expect(row).toEqual({ withdrawn_by: auditor().id, withdrawn_reason: 'one file was missing' });
  });

  it.skipIf(kind !== 'server')('work that comes in while the audit is being closed waits and is refused', async () => {
    const ids = await audit('reported');
    await database.admin.query(`BEGIN; UPDATE ${at.a.schema}.audit_plans SET status = 'closed' WHERE id = '${ids.plan}'`);
    const late = at.attempt(auditor(), `UPDATE findings SET condition = 'other' WHERE id = '${ids.finding}'`);
    await new Promise((done) => setTimeout(done, 200));
    await database.admin.query('COMMIT');
    expect(await late).toEqual({ refused: LOCKED });
  });

  it('a report is not issued by hand, nor told what it found', async () => {
    const id = randomUUID();
    expect(
      await each(
        insertSql('audit_reports', id),
        insertSql('audit_reports', randomUUID(), { status: 'issued' }),
        insertSql('audit_reports', randomUUID(), { version_number: '2' }),
        insertSql('audit_reports', randomUUID(), { replaces_id: id, version_number: '2' }),
        `UPDATE audit_reports SET status = 'in_review' WHERE id = '${id}'`,
        `UPDATE audit_reports SET status = 'issued', overall_rating = 'satisfactory' WHERE id = '${id}'`,
        `UPDATE audit_reports SET findings = '[]' WHERE id = '${id}'`,
        `UPDATE audit_reports SET issued_at = now() WHERE id = '${id}'`,
        `UPDATE audit_reports SET content_sha256 = repeat('a', 64) WHERE id = '${id}'`,
        `INSERT INTO report_files (audit_report_id, format, file_name, size_bytes, sha256, bytes) VALUES ('${id}', 'pdf', 'x', 1, repeat('a', 64), '')`,
      ),
    ).toEqual(['ok', 'KP110', 'KP005', 'KP005', 'ok', 'KP110', '42501', '42501', '42501', '42501']);
  });

  it.each([
    ['audit_plans', { start_date: '2026-07-02', end_date: '2026-07-01' }],
    ['compliance_assessments', { target_score: '6' }],
    ['compliance_assessments', { target_score: '-1' }],
    ['vendor_assessments', { risk_score: '101' }],
    ['risk_register', { likelihood: '0' }],
    ['risk_register', { likelihood: '6' }],
    ['risk_register', { impact: 'high' }],
    ['risk_register', { likelihood: '3', impact: '4', risk_score: '11' }],
    ['risk_register', { likelihood: '-1', impact: '4', risk_score: '4' }],
    ['risk_register', { risk_score: '25' }],
    ['business_continuity', { rto: '-1' }],
    ['business_continuity', { rpo: '-1' }],
    ['business_continuity', { plan_type: 'hope' }],
    ['data_inventory', { retention_period: '-1' }],
    ['privacy_controls', { effectiveness_score: '101' }],
    ['vulnerabilities', { cvss_score: '10.1' }],
    ['vulnerabilities', { severity: 'dire' }],
    ['audit_reports', { overall_rating: 'fine' }],
    ['controls', { priority: '5' }],
    ['controls', { effort: 'Z' }],
    ['control_tests', { design_effectiveness: 'good' }],
    ['findings', { title: '   ' }],
    ['dpias', { project_name: '' }],
    ['documents', { title: '\t'.replace('\t', ' ') }],
  ])('%s refuses %o', async (table, values) => {
    const person = table === 'documents' ? at.a.people.compliance : at.a.people[writerOf(table)];
    expect(await tryEach(at, person, [{ sql: insertSql(table, randomUUID(), values) }])).toEqual(['23514']);
  });

  it('takes the edges of every range', async () => {
    const edges: [string, Record<string, string>][] = [
      ['compliance_assessments', { target_score: '0' }],
      ['compliance_assessments', { target_score: '5' }],
      ['risk_register', { likelihood: '5', impact: '5', risk_score: '25' }],
      ['risk_register', { likelihood: '-1', impact: '5', risk_score: '-1' }],
      ['business_continuity', { rto: '0', rpo: '0', plan_type: 'drp' }],
      ['audit_plans', { start_date: '2026-07-01', end_date: '2026-07-01' }],
    ];
    for (const [table, values] of edges) {
      const sql = insertSql(table, randomUUID(), values);
      expect([table, await tryEach(at, at.a.people[writerOf(table)], [{ sql }])]).toEqual([table, ['ok']]);
    }
  });

  it('a test that is done has a result', async () => {
    const id = randomUUID();
    expect(
      await each(
        insertSql('control_tests', id),
        `UPDATE control_tests SET status = 'in_progress', operating_effectiveness = NULL WHERE id = '${id}'`,
        `UPDATE control_tests SET status = 'done' WHERE id = '${id}'`,
        `UPDATE control_tests SET status = 'done', design_effectiveness = 'ineffective' WHERE id = '${id}'`,
      ),
    ).toEqual(['ok', 'ok', '23514', 'ok']);
  });

  it('test, finding and evidence belong to one audit', async () => {
    const [one, two] = [await audit('fieldwork'), await audit('fieldwork')];
    expect(
      await each(
        insertSql('findings', randomUUID(), { audit_plan_id: one.plan, control_test_id: two.test }),
        insertSql('audit_evidence', randomUUID(), { audit_plan_id: one.plan, control_test_id: two.test }),
        insertSql('audit_evidence', randomUUID(), { audit_plan_id: one.plan, finding_id: two.finding }),
        insertSql('audit_evidence', randomUUID(), { control_test_id: one.test, finding_id: two.finding }),
        `UPDATE findings SET audit_plan_id = '${two.plan}' WHERE id = '${one.finding}'`,
        insertSql('audit_evidence', randomUUID(), {
          audit_plan_id: one.plan,
          control_test_id: one.test,
          finding_id: one.finding,
        }),
      ),
    ).toEqual(['23514', '23514', '23514', '23514', '23514', 'ok']);
  });

  it('a requirement hangs in the tree of its own regulation, and never below itself', async () => {
    const [law, other] = [randomUUID(), randomUUID()];
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()];
    const row = (id: string, parent: string | null, regulation = law) =>
      `('${id}', '${regulation}', ${parent === null ? 'NULL' : `'${parent}'`}, 'r', 'part', 0, 0)`;
    const insert = (...rows: string[]) =>
      `INSERT INTO requirements (id, regulation_id, parent_id, ref_id, kind, order_index, depth) VALUES ${rows.join(', ')}`;
    const [x, y] = [randomUUID(), randomUUID()];
    expect(
      await each(
        insertSql('regulations', law),
        insertSql('regulations', other),
        // children before their parents, in one statement
        insert(row(c, b), row(b, a), row(a, null)),
        insert(row(x, a, other)),
        insert(row(x, x)),
        insert(row(x, y), row(y, x)),
        `UPDATE requirements SET parent_id = '${a}' WHERE id = '${a}'`,
        `UPDATE requirements SET parent_id = '${c}' WHERE id = '${a}'`,
        `UPDATE requirements SET parent_id = CASE id WHEN '${a}' THEN '${b}'::uuid ELSE '${a}' END WHERE id IN ('${a}', '${b}')`,
        `UPDATE requirements SET parent_id = '${a}' WHERE id = '${c}'`,
      ),
    ).toEqual(['ok', 'ok', 'ok', '23514', '23514', '23514', '23514', '23514', '23514', 'ok']);
  });
});
