/**
 * The figures of the first page that thousands of records make: controls by family and result, requirements met, programmes.
 * They stand in the tenant's rollups, kept by the changes themselves, right directly after each; `readLiveRollup` counts the same
 * from the records, for the moment in which a rollup says that it is unsure, and for the tests that hold one against the other.
 *
 * Which controls count: live ones that are not deprecated. A control's standing is its last result (`not_tested` where it has
 * none). A requirement is met where at least one control is mapped to it (by any relation but `not_related`) and each of these
 * is effective or not applicable. Requirements count while their regulation is live and not retired. Restricted tests stand in
 * no rollup; whoever may see them counts them.
 */
import type { SqlClient } from '@main/entities/context';
import { together } from '@main/entities/together';
import type { PostureCounts } from '@shared/wire/home';

export const RESULT_KEYS = {
  effective: 'effective',
  partially_effective: 'partial',
  ineffective: 'ineffective',
  not_tested: 'notTested',
  not_applicable: 'notApplicable',
} as const satisfies Record<string, keyof PostureCounts>;

export interface ControlRow extends Record<string, unknown> {
  readonly family: string;
  readonly keyControl: boolean;
  readonly result: keyof typeof RESULT_KEYS;
  readonly controls: number;
}

export interface Rollup {
  /** By family. */
  readonly controls: readonly ControlRow[];
  readonly requirements: { readonly total: number; readonly met: number };
  /** Tests by plan. */
  readonly programmes: ReadonlyMap<string, { readonly tests: number; readonly tested: number }>;
}

/** The joined rows of a control requirement that count. */
const MAPPED =
  `SELECT cr.requirement_id FROM control_requirements cr JOIN controls c ON c.id = cr.control_id ` +
  `WHERE cr.archived_at IS NULL AND cr.relation <> 'not_related' AND c.archived_at IS NULL AND c.status <> 'deprecated'`;

/** `quarter`: its first day. `stale`: joined figures may be wrong until the next upkeep rebuilds them. */
export async function readRollup(
  tx: SqlClient,
  quarter: string,
): Promise<Rollup & { readonly verified: number; readonly stale: boolean }> {
  // One row of three lists: a row for each of some 140 figures was a tenth of the question.
  const { rows } = await tx.query<{ measures: readonly string[]; keys: readonly string[]; numbers: readonly number[] }>(
    'SELECT json_agg(measure) AS measures, json_agg(key) AS keys, json_agg(n) AS numbers FROM figures($1::text)',
    [quarter],
  );
  const { measures = [], keys = [], numbers = [] } = rows[0] ?? {};
  const found = {
    controls: [] as ControlRow[],
    requirements: { total: 0, met: 0 },
    programmes: new Map<string, { tests: number; tested: number }>(),
    verified: 0,
    stale: false,
  };
  const programmeOf = (plan: string) => {
    const programme = found.programmes.get(plan) ?? { tests: 0, tested: 0 };
    found.programmes.set(plan, programme);
    return programme;
  };
  for (const [at, measure] of measures.entries()) {
    const [key, n] = [keys[at] ?? '', numbers[at] ?? 0];
    if (measure === 'controls') found.controls.push(controlRow(key, n));
    else if (measure === 'plan.tests') programmeOf(key).tests += n;
    else if (measure === 'plan.tested') programmeOf(key).tested += n;
    else if (measure === 'requirements') found.requirements[key === 'met' ? 'met' : 'total'] = n;
    else if (measure === 'verified') found.verified = n;
    else found.stale = n !== 0;
  }
  found.controls.sort(byFamily);
  return found;
}

/** `k|effective|AC` */
function controlRow(key: string, n: number): ControlRow {
  const [mark, result, ...family] = key.split('|');
  if (result === undefined || !Object.hasOwn(RESULT_KEYS, result)) throw new TypeError('not a figure of controls');
  return { keyControl: mark === 'k', result: result as ControlRow['result'], family: family.join('|'), controls: n };
}

function byFamily(a: ControlRow, b: ControlRow): number {
  return a.family < b.family ? -1 : a.family > b.family ? 1 : 0;
}

/**
 * The same figures, counted. The mappings stand in IN lists inside the aggregate, which are hashed once whatever the planner
 * believes: as a join, a table without statistics was read once for each requirement.
 */
export async function readLiveRollup(tx: SqlClient): Promise<Rollup> {
  const failing = `${MAPPED} AND coalesce(c.last_result, 'not_tested') NOT IN ('effective', 'not_applicable')`;
  const [controls, requirements, programmes] = await together(
    tx.query<ControlRow>(
      `SELECT coalesce(c.family, '') AS family, c.key_control AS "keyControl", coalesce(c.last_result, 'not_tested') AS result,
              count(*)::integer AS controls
       FROM controls c WHERE c.archived_at IS NULL AND c.status <> 'deprecated' GROUP BY 1, 2, 3`,
    ),
    tx.query<{ total: number; met: number }>(
      `SELECT count(*)::integer AS total, count(*) FILTER (WHERE q.id IN (${MAPPED}) AND q.id NOT IN (${failing}))::integer AS met
       FROM requirements q
       WHERE q.assessable AND q.archived_at IS NULL
         AND q.regulation_id IN (SELECT g.id FROM regulations g WHERE g.archived_at IS NULL AND g.status = 'active')`,
    ),
    tx.query<{ plan: string; tests: number; tested: number }>(
      `SELECT t.audit_plan_id AS plan, count(*)::integer AS tests, count(*) FILTER (WHERE t.test_result <> 'not_tested')::integer AS tested
       FROM control_tests t WHERE t.archived_at IS NULL AND t.audit_plan_id IS NOT NULL GROUP BY 1`,
    ),
  );
  return {
    controls: [...controls.rows].sort(byFamily),
    requirements: requirements.rows[0] ?? { total: 0, met: 0 },
    programmes: new Map(programmes.rows.map(({ plan, tests, tested }) => [plan, { tests, tested }])),
  };
}
