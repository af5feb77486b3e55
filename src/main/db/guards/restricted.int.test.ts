/**
 * Restricted work attacked: whoever is not named for it sees nothing of it, by table, join, count, function, history, reference or
 * error; its parts follow it, whenever they are filed; and nobody gives it or takes it without a right and a reason.
 */
import { randomUUID } from 'node:crypto';
import { TENANT_FUNCTIONS } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, type TestDatabase, type TestPerson, testServers, Workplace } from '../migrate/testing';
import { insertSql, MINIMAL, tryEach, writerOf } from './testing';

const SECRET = 'sentinel';
const ROOTS = [
  ...['compliance_assessments', 'policies', 'audit_plans', 'control_tests', 'findings', 'actions', 'audit_evidence'],
  ...['audit_reports', 'data_inventory', 'dsr_requests', 'dpias', 'privacy_controls', 'risk_register', 'vulnerabilities'],
  ...['vendor_assessments', 'business_continuity', 'documents'],
];

describe.each(testServers())('restricted work on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let at: Workplace;
  const ids = {
    plan: randomUUID(),
    test: randomUUID(),
    finding: randomUUID(),
    action: randomUUID(),
    evidence: randomUUID(),
    file: randomUUID(),
    report: randomUUID(),
  };
  const values = `file_name, media_type, size_bytes, sha256, version_number, device_id) VALUES`;
  const fileSql = (id: string, evidence: string) =>
    `INSERT INTO evidence_files (id, evidence_id, ${values} ('${id}', '${evidence}', '${SECRET}.png', 'image/png', 1, repeat('a', 64), 1, 'x')`;

  const refused = (outcome: Outcome) => ('refused' in outcome ? outcome.refused : JSON.stringify(outcome.rows));
  const restrict = (table: string, id: string, people: readonly string[] = [], reason = 'a matter of trust') =>
    `SELECT restrict_record('${table}', '${id}', '{${people.join(',')}}', '${reason}') AS records`;
  const outsiders = (): TestPerson[] => TENANT_FUNCTIONS.filter((fn) => fn !== 'auditor').map((fn) => at.a.people[fn]);

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    await at.act(
      at.a.people.auditor,
      `INSERT INTO audit_plans (id, audit_name) VALUES ('${ids.plan}', '${SECRET} plan')`,
      `INSERT INTO control_tests (id, title, test_date, audit_plan_id) VALUES ('${ids.test}', '${SECRET} test', '2026-07-01', '${ids.plan}')`,
      `INSERT INTO findings (id, title, kind, severity, control_test_id) VALUES ('${ids.finding}', '${SECRET} finding', 'observation', 'low', '${ids.test}')`,
      `INSERT INTO audit_evidence (id, title, finding_id) VALUES ('${ids.evidence}', '${SECRET} evidence', '${ids.finding}')`,
      fileSql(ids.file, ids.evidence),
      `INSERT INTO audit_reports (id, audit_plan_id, title, report_type) VALUES ('${ids.report}', '${ids.plan}', '${SECRET} report', '${SECRET}')`,
    );
    expect(await at.act(at.a.people.auditor, restrict('audit_plans', ids.plan))).toEqual([{ records: 6 }]);
    // Filed after the restriction.
    await at.act(
      at.a.people.auditor,
      `INSERT INTO actions (id, title, finding_id) VALUES ('${ids.action}', '${SECRET} action', '${ids.finding}')`,
    );
  });
  afterAll(() => database?.close());

  it('whoever is named sees all of it and works on', async () => {
    const [row] = await at.act(
      at.a.people.auditor,
      `SELECT p.audit_name, t.title AS test, f.title AS finding, a.title AS action, e.title AS evidence, v.file_name
       FROM audit_plans p JOIN control_tests t ON t.audit_plan_id = p.id JOIN findings f ON f.control_test_id = t.id
       JOIN actions a ON a.finding_id = f.id JOIN audit_evidence e ON e.finding_id = f.id JOIN evidence_files v ON v.evidence_id = e.id`,
    );
    expect(Object.values(row ?? {}).every((value) => String(value).startsWith(SECRET))).toBe(true);
    expect(Object.keys(row ?? {})).toHaveLength(6);
    await at.act(at.a.people.auditor, `UPDATE control_tests SET test_notes = '${SECRET} notes' WHERE id = '${ids.test}'`);
  });

  it.each([
    'SELECT * FROM audit_plans',
    'SELECT * FROM control_tests',
    'SELECT * FROM findings',
    'SELECT * FROM actions',
    'SELECT * FROM audit_evidence',
    'SELECT * FROM evidence_files',
    'SELECT * FROM audit_reports',
    'SELECT id FROM findings f JOIN control_tests t USING (id)',
    'SELECT count(*) AS n FROM findings HAVING count(*) > 0',
    'SELECT p.id FROM controls c FULL JOIN audit_plans p ON true WHERE p.id IS NOT NULL',
    `SELECT id FROM findings WHERE 1 / (CASE WHEN title LIKE '${SECRET}%' THEN 0 ELSE 1 END) = 1`,
    `SELECT id FROM findings WHERE (title || 'x')::integer > 0`,
    `SELECT id FROM findings WHERE title ~ '${SECRET}' FOR KEY SHARE`,
    `UPDATE findings SET title = title RETURNING id`,
    `SELECT * FROM restrictions()`,
  ])('nobody else gets a row by %s', async (sql) => {
    for (const person of outsiders()) {
      // The administrator is told which records are restricted, by id; a role without the right to write is denied.
      if (sql.includes('restrictions') && person.fn === 'admin') continue;
      expect([person.fn, ['[]', '42501']]).toEqual([person.fn, expect.arrayContaining([refused(await at.attempt(person, sql))])]);
    }
  });

  it('nor by the history, nor by copying', async () => {
    const all = Object.values(ids)
      .map((id) => `'${id}'`)
      .join(', ');
    const trail =
      (await at.look('SELECT to_regclass($1) IS NOT NULL AS there', [`${at.a.schema}.trail`]))[0]?.there === true
        ? 'trail'
        : 'audit_log';
    const history = `SELECT resource_id FROM ${trail} WHERE resource_id IN (${all})`;
    expect((await at.act(at.a.people.auditor, history)).length).toBeGreaterThan(7);
    for (const person of outsiders()) expect([person.fn, await at.act(person, history)]).toEqual([person.fn, []]);
    const [own] = await at.look(`SELECT ${at.a.schema}.is_hidden($1) AS hidden`, [ids.action]);
    expect(own).toEqual({ hidden: true }); // nobody in particular is nobody who is named
  });

  it('a reference to it is refused like one to nothing, and tells nothing', async () => {
    const nothing = randomUUID();
    const attempts = (plan: string, finding: string): string[] => [
      `INSERT INTO actions (title, finding_id) VALUES ('x', '${finding}')`,
      `INSERT INTO findings (title, kind, severity, audit_plan_id) VALUES ('x', 'observation', 'low', '${plan}')`,
      `INSERT INTO control_tests (title, test_date, audit_plan_id) VALUES ('x', '2026-07-01', '${plan}')`,
    ];
    const { compliance } = at.a.people;
    expect(refused(await at.attempt(compliance, attempts('', ids.finding)[0] ?? ''))).toBe('23503');
    expect(refused(await at.attempt(compliance, attempts('', nothing)[0] ?? ''))).toBe('23503');
    // Another auditor, who is not of the team.
    await at.act(at.a.people.admin, `SELECT public.grant_membership('${at.a.people.risk.id}', '${at.a.id}', 'auditor')`);
    const other = { ...at.a.people.risk, fn: 'auditor' as const };
    expect(
      await tryEach(
        at,
        other,
        attempts(ids.plan, ids.finding).map((sql) => ({ sql })),
      ),
    ).toEqual(['23503', '23503', '23503']);
    expect(
      await tryEach(
        at,
        other,
        attempts(nothing, nothing).map((sql) => ({ sql })),
      ),
    ).toEqual(['23503', '23503', '23503']);
    expect(await at.act(other, `UPDATE findings SET title = 'x' WHERE id = '${ids.finding}' RETURNING id`)).toEqual([]);
    const said = await at
      .act(other, insertSql('findings', ids.finding))
      .catch((error: unknown) => JSON.stringify(error, Object.getOwnPropertyNames(error)));
    expect(said).toContain('23505');
    expect(said).not.toContain(SECRET);
  });

  it('nobody writes the restriction, or asks for it, past the functions', async () => {
    const statements = [
      ...ROOTS.map((table) => ({ sql: `UPDATE ${table} SET restricted_root = NULL` })),
      { sql: 'SELECT * FROM restricted_people' },
      { sql: 'SELECT * FROM restricted_records' },
      { sql: `INSERT INTO restricted_people (root_id, person_id) VALUES ('${ids.plan}', '${at.a.people.risk.id}')` },
      { sql: `SELECT name_people('${ids.plan}', '{${at.a.people.risk.id}}')` },
      { sql: `SELECT may_restrict('audit_plans', 'because')` },
    ];
    for (const fn of TENANT_FUNCTIONS) {
      expect([fn, await tryEach(at, at.a.people[fn], statements)]).toEqual([fn, statements.map(() => '42501')]);
    }
  });

  it('is given by who may change such records and sees this one, with a reason, to people of the tenant', async () => {
    const policy = randomUUID();
    await at.act(at.a.people.compliance, insertSql('policies', policy));
    const { compliance, viewer, auditor, risk } = at.a.people;
    expect(refused(await at.attempt(viewer, restrict('policies', policy)))).toBe('42501');
    expect(refused(await at.attempt(auditor, restrict('policies', policy)))).toBe('42501');
    expect(refused(await at.attempt(compliance, restrict('policies', policy, [], ' ')))).toBe('KP006');
    expect(refused(await at.attempt(compliance, restrict('policies', policy, [at.b.people.admin.id])))).toBe('23503');
    expect(refused(await at.attempt(compliance, restrict('users', policy)))).toBe('22023');
    expect(refused(await at.attempt(compliance, restrict('controls', policy)))).toBe('22023');
    expect(refused(await at.attempt(compliance, restrict('policies', randomUUID())))).toBe('P0002');
    expect(await at.act(compliance, restrict('policies', policy, [viewer.id]))).toEqual([{ records: 1 }]);
    expect(refused(await at.attempt(compliance, restrict('policies', policy)))).toBe('KP001');
    const seen = `SELECT id FROM policies WHERE id = '${policy}'`;
    expect(await at.act(viewer, seen)).toHaveLength(1);
    expect(await at.act(risk, seen)).toEqual([]);
    const share = (people: string, reason: string) => `SELECT share_restricted('${policy}', '{${people}}', '${reason}')`;
    expect(refused(await at.attempt(risk, share(risk.id, 'let me in')))).toBe('P0002');
    expect(refused(await at.attempt(viewer, share(risk.id, 'let them in')))).toBe('42501');
    await at.act(compliance, share(risk.id, 'risk looks at it too'));
    expect(await at.act(risk, seen)).toHaveLength(1);
    await at.act(compliance, `SELECT unshare_restricted('${policy}', '{${risk.id},${compliance.id}}', 'they have looked')`);
    expect(await at.act(risk, seen)).toEqual([]);
    expect(await at.act(compliance, seen)).toHaveLength(1);
    const trail = await at.look(
      `SELECT actor, reason FROM ${at.a.schema}.audit_log WHERE resource_type = 'restricted_people' AND reason = 'risk looks at it too'`,
    );
    expect(trail).toEqual([{ actor: compliance.id, reason: 'risk looks at it too' }]);
  });

  it('the administrator sees which records are restricted, not what they say, and lets somebody in on the record', async () => {
    const { admin, auditor, viewer } = at.a.people;
    const list = await at.act(
      admin,
      `SELECT resource_type, reason, records, people FROM restrictions() WHERE root_id = '${ids.plan}'`,
    );
    expect(list).toEqual([{ resource_type: 'audit_plans', reason: null, records: expect.anything(), people: [auditor.id] }]);
    expect(await at.act(admin, 'SELECT * FROM findings')).toEqual([]);
    expect(refused(await at.attempt(admin, `SELECT lift_restriction('${ids.plan}', 'I am the administrator')`))).toBe('P0002');
    await at.act(admin, `SELECT share_restricted('${ids.plan}', '{${viewer.id}}', 'the lead has left')`);
    expect(await at.act(viewer, `SELECT id FROM findings WHERE id = '${ids.finding}'`)).toHaveLength(1);
    await at.act(admin, `SELECT unshare_restricted('${ids.plan}', '{${viewer.id}}', 'a mistake')`);
    expect(await at.act(viewer, `SELECT id FROM findings WHERE id = '${ids.finding}'`)).toEqual([]);
    expect(refused(await at.attempt(admin, `SELECT unshare_restricted('${ids.plan}', '{${auditor.id}}', 'all of them')`))).toBe(
      '23514',
    );
  });

  it.each(ROOTS)('any record of %s can be restricted and given back', async (table) => {
    const writer = at.a.people[writerOf(table)];
    const id = randomUUID();
    await at.act(writer, insertSql(table, id));
    expect(MINIMAL[table]).toBeDefined();
    await at.act(writer, restrict(table, id));
    for (const fn of TENANT_FUNCTIONS) {
      const seen = await at.act(at.a.people[fn], `SELECT id FROM ${table} WHERE id = '${id}'`);
      expect([table, fn, seen.length]).toEqual([table, fn, fn === writer.fn ? 1 : 0]);
    }
    await at.act(writer, `UPDATE ${table} SET archived_at = now() WHERE id = '${id}'`);
    await at.act(writer, `SELECT lift_restriction('${id}', 'all is said')`);
    expect(await at.act(at.a.people.viewer, `SELECT id FROM ${table} WHERE id = '${id}'`)).toHaveLength(1);
  });

  it('a finding of its own restriction stays restricted when the audit is given back, and the parts move with what they belong to', async () => {
    const { auditor, viewer } = at.a.people;
    const [plan, finding, action] = [randomUUID(), randomUUID(), randomUUID()];
    const see = async (person: TestPerson) =>
      (
        await at.act(
          person,
          `SELECT id FROM findings WHERE id = '${finding}' UNION ALL SELECT id FROM actions WHERE id = '${action}'`,
        )
      ).length;
    await at.act(
      auditor,
      insertSql('audit_plans', plan),
      insertSql('findings', finding, { audit_plan_id: plan }),
      insertSql('actions', action, { finding_id: finding }),
      restrict('findings', finding),
      restrict('audit_plans', plan),
    );
    expect([await see(auditor), await see(viewer)]).toEqual([2, 0]);
    await at.act(auditor, `SELECT lift_restriction('${plan}', 'the audit is open')`);
    expect([await see(auditor), await see(viewer)]).toEqual([2, 0]);
    await at.act(auditor, `SELECT lift_restriction('${finding}', 'the finding too')`);
    expect([await see(auditor), await see(viewer)]).toEqual([2, 2]);
    // Moved into the restricted audit, and out of it again.
    await at.act(auditor, `UPDATE findings SET audit_plan_id = '${ids.plan}' WHERE id = '${finding}'`);
    expect(await see(viewer)).toBe(0);
    await at.act(auditor, `UPDATE findings SET audit_plan_id = '${plan}' WHERE id = '${finding}'`);
    expect(await see(viewer)).toBe(2);
    expect(await at.look(`SELECT id FROM ${at.a.schema}.restricted_records WHERE root_id IN ('${plan}', '${finding}')`)).toEqual(
      [],
    );
  });

  it.skipIf(kind === 'embedded')('a part that is filed while its audit is being restricted is restricted too', async () => {
    const { auditor } = at.a.people;
    const [plan, finding] = [randomUUID(), randomUUID()];
    await at.act(auditor, insertSql('audit_plans', plan));
    // The administrator's own connection holds an uncommitted finding; the restriction waits for its end.
    await database.admin.query(`BEGIN; ${insertSql('findings', finding, { audit_plan_id: plan }, `${at.a.schema}.`)}`);
    const restricting = at.act(auditor, restrict('audit_plans', plan));
    await new Promise((done) => setTimeout(done, 200));
    await database.admin.query('COMMIT');
    expect(await restricting).toEqual([{ records: 2 }]);
    expect(await at.act(at.a.people.viewer, `SELECT id FROM findings WHERE id = '${finding}'`)).toEqual([]);
  });
});
