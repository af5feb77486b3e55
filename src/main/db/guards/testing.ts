/** For tests only: many statements of a person in one round trip, each with what became of it. */
import type { TestPerson, Workplace } from '../migrate/testing';

export interface Tried {
  readonly sql: string;
  /** For the trail; set before the statement. */
  readonly reason?: string;
}

/** 'ok', or the SQLSTATE, of each statement. Those that went through stay. */
export async function tryEach(at: Workplace, person: TestPerson, tried: readonly Tried[]): Promise<string[]> {
  const list = JSON.stringify(tried.map(({ sql, reason }) => [sql, reason ?? '']));
  const rows = await at.act(
    person,
    `DO $try$
     DECLARE
       attempt jsonb;
       outcome text;
       outcomes jsonb := '[]';
     BEGIN
       FOR attempt IN SELECT value FROM jsonb_array_elements(${literal(list)}::jsonb) WITH ORDINALITY ORDER BY ordinality LOOP
         BEGIN
           PERFORM set_config('app.reason', attempt ->> 1, true);
           EXECUTE attempt ->> 0;
           outcome := 'ok';
         EXCEPTION WHEN OTHERS THEN
           outcome := SQLSTATE;
         END;
         outcomes := outcomes || to_jsonb(outcome);
       END LOOP;
       PERFORM set_config('app.outcomes', outcomes::text, true);
     END
     $try$`,
    "SELECT current_setting('app.outcomes')::jsonb AS outcomes",
  );
  const outcomes = rows[0]?.outcomes;
  if (!Array.isArray(outcomes)) throw new TypeError('no outcomes');
  return outcomes.map(String);
}

/** A literal of SQL; for ids and words that the tests make. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The columns that a new row of each table needs, beside its state. */
export const MINIMAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  regulations: { name: 'Rule' },
  control_sets: { name: 'Set' },
  controls: { name: 'Control' },
  compliance_assessments: { name: 'Assessment', assessment_date: '2026-07-01' },
  requirement_assessments: { observation: 'Seen', result: 'compliant' },
  policies: { name: 'Policy' },
  audit_plans: { audit_name: 'Audit' },
  control_tests: {
    title: 'Test',
    test_date: '2026-07-01',
    design_effectiveness: 'effective',
    operating_effectiveness: 'effective',
  },
  findings: { title: 'Finding', kind: 'observation', severity: 'low' },
  actions: { title: 'Action' },
  audit_evidence: { title: 'Evidence' },
  audit_reports: { title: 'Report' },
  data_inventory: { data_type: 'Payroll', data_source: 'HR' },
  dsr_requests: { request_type: 'access' },
  dpias: { project_name: 'Project' },
  privacy_controls: { control_type: 'Masking' },
  risk_register: { risk_name: 'Risk' },
  vulnerabilities: { vulnerability_id: 'CVE-2026-1', title: 'Hole' },
  vendor_assessments: { vendor_name: 'Vendor', assessment_date: '2026-07-01' },
  business_continuity: { plan_name: 'Plan' },
  documents: { title: 'Paper', content: 'words' },
};

/** Who writes a table. */
export function writerOf(table: string): 'auditor' | 'compliance' | 'privacy' | 'risk' {
  if (['data_inventory', 'dsr_requests', 'dpias', 'privacy_controls'].includes(table)) return 'privacy';
  if (['risk_register', 'vulnerabilities', 'vendor_assessments', 'business_continuity'].includes(table)) return 'risk';
  if (['compliance_assessments', 'requirement_assessments', 'policies'].includes(table)) return 'compliance';
  return 'auditor';
}

/** `INSERT` of one row with the minimal columns and those given; `unique` keeps names apart where they must be. */
export function insertSql(table: string, id: string, values: Readonly<Record<string, string>> = {}, schema = ''): string {
  const all = {
    id,
    ...MINIMAL[table],
    ...(table === 'regulations' || table === 'control_sets' ? { version: id } : {}),
    ...values,
  };
  const insert = (into: string, row: Readonly<Record<string, string>>) =>
    `INSERT INTO ${schema}${into} (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).map(literal).join(', ')})`;
  // an answer stands in an assessment of its own, to a requirement of its own
  if (table === 'requirement_assessments') {
    const requirement = {
      id,
      regulation_id: id,
      ref_id: 'R-1',
      kind: 'control',
      order_index: '1',
      depth: '0',
      assessable: 'true',
    };
    return [
      insert('regulations', { id, name: 'Rule', version: id }),
      insert('requirements', requirement),
      insert('compliance_assessments', { id, name: 'Assessment', assessment_date: '2026-07-01', regulation_id: id }),
      insert('requirement_assessments', { assessment_id: id, requirement_id: id, ...all }),
    ].join('; ');
  }
  return insert(table, all);
}
