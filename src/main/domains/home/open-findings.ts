/** Open findings by kind and age. A finding is open until it is verified, closed, dismissed or its risk accepted. */
import type { SqlClient } from '@main/entities/context';
import { together } from '@main/entities/together';
import type { FindingAgeBand, OpenFindings } from '@shared/wire/home';
import { SETTLED_FINDINGS } from './open';

const BANDS = ['upTo30', 'upTo60', 'upTo90', 'over90'] as const satisfies readonly FindingAgeBand['band'][];
const KIND_KEYS = {
  major_nonconformity: 'major',
  minor_nonconformity: 'minor',
  observation: 'observation',
  opportunity: 'opportunity',
} as const;

interface BandRow extends Record<string, unknown> {
  readonly kind: keyof typeof KIND_KEYS;
  readonly band: number;
  readonly findings: number;
  readonly late: number;
}

interface AgeRow extends Record<string, unknown> {
  readonly median: number | null;
  readonly oldestId: string | null;
  readonly oldestRef: string | null;
  readonly oldestAge: number | null;
}

/** Whole days from the finding's record to now; a clock that runs behind the server's gives 0, not less. */
const AGE = `greatest(0, floor(extract(epoch FROM ($1::timestamptz - f.created_at)) / 86400))::integer`;
const OPEN = `f.archived_at IS NULL AND f.status <> ALL($2::text[])`;

export async function readOpenFindings(
  tx: SqlClient,
  facts: { readonly now: string; readonly today: string },
): Promise<Omit<OpenFindings, 'verifiedThisQuarter'>> {
  const [bands, ages] = await together(
    tx.query<BandRow>(
      `SELECT f.kind, width_bucket(${AGE}, ARRAY[31, 61, 91]) AS band, count(*)::integer AS findings,
              count(*) FILTER (WHERE f.due_date < $3::date)::integer AS late
       FROM findings f WHERE ${OPEN} GROUP BY 1, 2`,
      [facts.now, SETTLED_FINDINGS, facts.today],
    ),
    tx.query<AgeRow>(
      `WITH aged AS (SELECT f.id, f.ref, f.created_at, ${AGE} AS age FROM findings f WHERE ${OPEN}),
            oldest AS (SELECT id, ref, age FROM aged ORDER BY created_at, id LIMIT 1)
       SELECT (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY age) FROM aged) AS median,
              (SELECT id FROM oldest) AS "oldestId", (SELECT ref FROM oldest) AS "oldestRef", (SELECT age FROM oldest) AS "oldestAge"`,
      [facts.now, SETTLED_FINDINGS],
    ),
  );
  const age = ages.rows[0];
  const sum = (rows: readonly BandRow[], key: 'findings' | 'late') => rows.reduce((total, row) => total + row[key], 0);
  return {
    total: sum(bands.rows, 'findings'),
    major: sum(
      bands.rows.filter((row) => row.kind === 'major_nonconformity'),
      'findings',
    ),
    late: sum(bands.rows, 'late'),
    bands: BANDS.map((band, at) =>
      bandOf(
        band,
        bands.rows.filter((row) => row.band === at),
      ),
    ),
    medianAgeDays: age?.median ?? null,
    oldest: age?.oldestId ? { id: age.oldestId, ref: age.oldestRef, ageDays: age.oldestAge ?? 0 } : null,
  };
}

function bandOf(band: FindingAgeBand['band'], rows: readonly BandRow[]): FindingAgeBand {
  const counts = { major: 0, minor: 0, observation: 0, opportunity: 0, total: 0 };
  for (const row of rows) {
    counts[KIND_KEYS[row.kind]] += row.findings;
    counts.total += row.findings;
  }
  return { band, ...counts };
}

/** `2026-05-17` → `2026-04-01`. */
export function quarterStart(today: string): string {
  const month = Math.floor((Number(today.slice(5, 7)) - 1) / 3) * 3 + 1;
  return `${today.slice(0, 4)}-${String(month).padStart(2, '0')}-01`;
}
