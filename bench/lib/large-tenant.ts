/**
 * A large tenant, made by the server itself: 10,000 controls, 50,000 tests, 100,000 records of evidence, 20,000 risks, with the
 * catalogue, mappings, plans, findings and actions that go with them. The same numbers every time; texts of words, so that a
 * search finds a few records by a rare word and thousands by a common one.
 */
import type pg from 'pg';

export interface LargeTenantSize {
  readonly controls: number;
  readonly tests: number;
  readonly evidence: number;
  readonly risks: number;
}

export const LARGE: LargeTenantSize = { controls: 10_000, tests: 50_000, evidence: 100_000, risks: 20_000 };

const REQUIREMENTS = 1_200;
const PLANS = 40;
const FINDINGS = 2_000;
const ACTIONS = 4_000;

const id = (kind: number, n: string) =>
  `('00000000-0000-4000-8${kind.toString(16).padStart(3, '0')}-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
const pick = (values: readonly string[], n: string) => `(ARRAY['${values.join("','")}'])[1 + ${n} % ${values.length}]`;
const WORDS =
  'access review backup restore network supplier contract training badge visitor laptop server ledger invoice payroll incident recovery encryption rotation approval segregation logging monitoring patch vulnerability retention disposal archive inventory baseline change release deployment testing continuity crisis privacy consent transfer register'.split(
    ' ',
  );
/** Six words that follow from n, and a rare one. */
const prose = (n: string) =>
  `concat_ws(' ', ${[7, 11, 13, 17, 19, 23].map((factor) => pick(WORDS, `(${n} * ${factor} / 5)`)).join(', ')}, 'item' || ${n})`;

/**
 * Fills the tenant's schema. As superuser and without triggers, so that it takes seconds; what triggers keep up to date is
 * brought up to date at the end, and the tables are vacuumed as they would be after a night.
 * @param person who owns and tests things
 */
export async function fillLargeTenant(
  client: pg.Client,
  schema: string,
  person: string,
  size: LargeTenantSize = LARGE,
): Promise<void> {
  const insert = (table: string, columns: string, rows: number, select: string) =>
    client.query(`INSERT INTO ${schema}.${table} (${columns}) SELECT ${select} FROM generate_series(1, ${rows}) n`);
  await client.query("SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '128MB'");
  try {
    await insert(
      'regulations',
      'id, name, short_name, type, status',
      3,
      `${id(1, 'n')}, 'Regulation ' || n, 'REG-' || n, 'standard', 'active'`,
    );
    await insert(
      'requirements',
      'id, regulation_id, ref_id, title, text, kind, family, assessable, order_index, depth',
      REQUIREMENTS,
      `${id(2, 'n')}, ${id(1, '(1 + n % 3)')}, 'RQ-' || n, ${prose('n')}, repeat(${prose('n + 1')} || '. ', 3),
       CASE WHEN n % 30 = 0 THEN 'group' ELSE 'control' END, 'F' || n % 20, n % 30 <> 0, n, CASE WHEN n % 30 = 0 THEN 0 ELSE 1 END`,
    );
    await insert('control_sets', 'id, name, regulation_id', 3, `${id(3, 'n')}, 'Set ' || n, ${id(1, 'n')}`);
    await insert(
      'controls',
      'id, ref, name, description, family, status, control_set_id, owner_id, key_control, next_test, last_result, last_tested, tags',
      size.controls,
      `${id(4, 'n')}, 'C-' || n, ${prose('n')}, repeat(${prose('n + 3')} || '. ', 4), 'F' || n % 20,
       ${pick(['active', 'active', 'active', 'active', 'degraded', 'in_progress', 'to_do', 'deprecated'], 'n')}, ${id(3, '(1 + n % 3)')},
       CASE WHEN n % 40 = 0 THEN '${person}'::uuid END, n % 10 = 0, date '2026-01-01' + n % 700,
       ${pick(['effective', 'effective', 'partially_effective', 'ineffective', 'not_tested'], '(n / 3)')}, date '2025-01-01' + n % 400, '{}'`,
    );
    await insert(
      'control_requirements',
      'control_id, requirement_id, relation, strength',
      2 * size.controls,
      `${id(4, `(1 + n % ${size.controls})`)}, ${id(2, `(1 + (n * 7) % ${REQUIREMENTS})`)}, ${pick(['equal', 'subset', 'intersect', 'not_related'], 'n')}, 5`,
    );
    await insert(
      'audit_plans',
      'id, ref, audit_name, status, start_date, end_date, regulation_id',
      PLANS,
      `${id(5, 'n')}, 'AUD-' || lpad(n::text, 3, '0'), ${prose('n')}, ${pick(['fieldwork', 'closed', 'closed', 'reported', 'planned'], 'n')},
       date '2026-01-01' + n, date '2026-03-01' + n, ${id(1, '(1 + n % 3)')}`,
    );
    await insert(
      'control_tests',
      'id, ref, control_id, audit_plan_id, title, family, status, test_date, test_result, procedure, test_notes, tested_by',
      size.tests,
      `${id(6, 'n')}, 'CT-' || lpad(n::text, 6, '0'), ${id(4, `(1 + n % ${size.controls})`)}, ${id(5, `(1 + n % ${PLANS})`)}, ${prose('n')},
       'F' || n % 20, ${pick(['done', 'done', 'done', 'done', 'in_review', 'in_progress', 'to_do'], 'n')}, date '2025-06-01' + n % 500,
       CASE WHEN n % 7 < 5 THEN ${pick(['effective', 'effective', 'partially_effective', 'ineffective'], '(n / 2)')} ELSE 'not_tested' END, repeat('Ask, look, compare. ', 8),
       repeat(${prose('n + 5')} || '. ', 2), CASE WHEN n % 200 = 0 THEN '${person}'::uuid END`,
    );
    await insert(
      'findings',
      'id, ref, title, kind, severity, status, audit_plan_id, control_test_id, control_id, owner_id, due_date, condition, recommendation, created_at',
      FINDINGS,
      `${id(7, 'n')}, 'F-' || lpad(n::text, 6, '0'), ${prose('n')},
       ${pick(['major_nonconformity', 'minor_nonconformity', 'observation', 'opportunity'], 'n')}, ${pick(['low', 'medium', 'high', 'critical'], '(n / 3)')},
       ${pick(['identified', 'confirmed', 'assigned', 'in_progress', 'resolved', 'verified', 'closed', 'closed', 'closed', 'closed'], 'n')},
       ${id(5, `(1 + n % ${PLANS})`)}, ${id(6, `(1 + (n * 13) % ${size.tests})`)}, ${id(4, `(1 + n % ${size.controls})`)},
       CASE WHEN n % 50 = 0 THEN '${person}'::uuid END, date '2026-01-01' + n % 600, ${prose('n + 1')}, ${prose('n + 2')},
       timestamptz '2026-06-01' - make_interval(hours => n)`,
    );
    await insert(
      'actions',
      'id, ref, title, finding_id, owner_id, due_date, status',
      ACTIONS,
      `${id(8, 'n')}, 'A-' || lpad(n::text, 6, '0'), ${prose('n')}, ${id(7, `(1 + n % ${FINDINGS})`)},
       CASE WHEN n % 50 = 0 THEN '${person}'::uuid END, date '2026-01-01' + n % 600, ${pick(['to_do', 'in_progress', 'done', 'done', 'done', 'cancelled'], 'n')}`,
    );
    await insert(
      'audit_evidence',
      'id, ref, title, description, evidence_type, status, audit_plan_id, control_test_id, uploaded_at, effective_date',
      size.evidence,
      `${id(9, 'n')}, 'EV-' || lpad(n::text, 6, '0'), ${prose('n')}, ${prose('n + 9')}, ${pick(['document', 'screenshot', 'export'], 'n')},
       ${pick(['accepted', 'accepted', 'accepted', 'accepted', 'in_review', 'draft'], 'n')}, ${id(5, `(1 + n % ${PLANS})`)},
       ${id(6, `(1 + n % ${size.tests})`)}, timestamptz '2026-06-01' - make_interval(mins => n), date '2026-01-01' + n % 300`,
    );
    await insert(
      'evidence_files',
      'evidence_id, file_name, media_type, size_bytes, sha256, version_number, device_id',
      size.evidence,
      `${id(9, 'n')}, 'file-' || n || '.pdf', 'application/pdf', 1000 + n, encode(sha256(convert_to(n::text, 'UTF8')), 'hex'), 1, 'bench'`,
    );
    await insert(
      'risk_register',
      'risk_name, risk_category, likelihood, impact, risk_score, owner_id, status',
      size.risks,
      `${prose('n')}, ${pick(['cyber', 'supplier', 'legal', 'people'], 'n')}, (1 + n % 5)::text, (1 + n / 5 % 5)::text, (1 + n % 5) * (1 + n / 5 % 5), CASE WHEN n % 200 = 0 THEN '${person}'::uuid END,
       ${pick(['open', 'mitigating', 'accepted', 'closed', 'closed'], 'n')}`,
    );
  } finally {
    await client.query('RESET session_replication_role; RESET synchronous_commit; RESET maintenance_work_mem');
  }
  await client.query(`SET ROLE kompl_owner; SELECT ${schema}.rebuild_rollups(); RESET ROLE`);
  const { rows } = await client.query<{ table: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS table FROM pg_tables WHERE schemaname = $1`,
    [schema],
  );
  for (const { table } of rows) await client.query(`VACUUM ANALYZE ${table}`);
}
