/** How effective a control has been: its tests over time as a small chart with the figures beside, and the requirements it meets. */

import { Card } from '@renderer/components/Card';
import { DateText } from '@renderer/components/DateText';
import { ErrorState } from '@renderer/components/ErrorState';
import { OptionPill } from '@renderer/components/Pill';
import { SkeletonRows } from '@renderer/components/Skeleton';
import { usePeople } from '@renderer/entities/api';
import { type DetailExtraProps, recordOf } from '@renderer/entities/detail/extras';
import { useTitles } from '@renderer/entities/values/names';
import { formatDate } from '@renderer/lib/format';
import { trpc } from '@renderer/lib/trpc';
import { TEST_RESULT } from '@shared/entities/auditops/options';
import { optionLabel } from '@shared/entities/option-label';
import { CONTROL_FREQUENCY, MAPPING_RELATION } from '@shared/entities/regops/options';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import css from './EffectivenessTab.module.css';
import { type HistoryPoint, historyOf, streak } from './history';

const MOST = 200;

export function EffectivenessTab(props: DetailExtraProps) {
  const { row } = recordOf('controls', props);
  const people = usePeople();
  const mine = [{ field: 'controlId', op: 'eq' as const, value: row.id }];
  const tests = useQuery(
    trpc.entities.controlTests.list.queryOptions({ filter: mine, sort: [{ field: 'testDate', dir: 'desc' }], limit: MOST }),
  );
  const mappings = useQuery(
    trpc.entities.controlRequirements.list.queryOptions({
      filter: mine,
      sort: [{ field: 'strength', dir: 'desc' }],
      limit: MOST,
    }),
  );
  const titles = useTitles({ requirements: mappings.data?.rows.map(({ requirementId }) => requirementId) ?? [] });
  const failed = tests.error ?? mappings.error;
  if (!tests.data || !mappings.data) {
    if (failed) return <ErrorState error={failed} onRetry={() => void Promise.all([tests.refetch(), mappings.refetch()])} />;
    return <SkeletonRows label="Reading the tests" rows={8} />;
  }
  const points = historyOf(tests.data.rows);
  const { effective, rated, inARow } = streak(points);
  const frequency = CONTROL_FREQUENCY.find(({ value }) => value === row.frequency)?.label ?? 'no frequency';
  return (
    <div className={css.page}>
      <Card
        title="Effectiveness"
        note={
          rated === 0
            ? 'no test has a result yet'
            : `${effective} of ${rated} tests effective${inARow > 1 ? `, the last ${inARow} in a row` : ''}`
        }
        actions={
          <span className={css.next}>
            {frequency} · next test <DateText date={row.nextTest} due />
          </span>
        }
      >
        {points.length > 0 ? (
          <Chart points={points} />
        ) : (
          <p className={css.none}>Tests come from audit plans. The first one with a result starts this chart.</p>
        )}
        {points.length > 0 ? (
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">Test</th>
                <th scope="col">Date</th>
                <th scope="col">Result</th>
                <th scope="col">Tester</th>
              </tr>
            </thead>
            <tbody>
              {[...points].reverse().map((point) => {
                const tester = tests.data.rows.find(({ id }) => id === point.id)?.testedBy ?? null;
                return (
                  <tr key={point.id}>
                    <td>
                      <Link to={`/r/controlTests/${point.id}`}>{point.ref}</Link>
                    </td>
                    <td>{formatDate(point.date)}</td>
                    <td>
                      <OptionPill options={TEST_RESULT} value={point.result} bare />
                    </td>
                    <td>{tester === null ? '' : people.name(tester)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        ) : null}
      </Card>
      <Card title="Meets requirements" note={String(mappings.data.total)} flush>
        {mappings.data.rows.length === 0 ? <p className={css.none}>This control is mapped to no requirement yet.</p> : null}
        {mappings.data.rows.length > 0 ? (
          <table className={css.table} data-flush>
            <thead>
              <tr>
                <th scope="col">Requirement</th>
                <th scope="col">Relation</th>
                <th scope="col">Strength</th>
                <th scope="col">Rationale</th>
              </tr>
            </thead>
            <tbody>
              {mappings.data.rows.map((mapping) => (
                <tr key={mapping.id}>
                  <td>
                    <Link to={`/r/requirements/${mapping.requirementId}`}>{titles[mapping.requirementId] ?? '…'}</Link>
                  </td>
                  <td>{optionLabel(MAPPING_RELATION, mapping.relation)}</td>
                  <td>{mapping.strength} of 10</td>
                  <td className={css.text}>{mapping.rationale}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
      </Card>
    </div>
  );
}

const LINES = [
  { level: 1, label: 'Effective' },
  { level: 0.5, label: 'Partly' },
  { level: 0, label: 'Ineffective' },
] as const;

/** Percent of the width that the first and the last test keep from the edges. */
const EDGE = 3;

/** Results over time as far apart as their days; each point's height says its result too. The table below holds the same figures. */
function Chart({ points }: { readonly points: readonly HistoryPoint[] }) {
  const rated = points.filter((point): point is HistoryPoint & { readonly level: number } => point.level !== null);
  const days = rated.map(({ date }) => Date.parse(date));
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const x = (nth: number) => (last === first ? 50 : EDGE + (((days[nth] ?? first) - first) / (last - first)) * (100 - 2 * EDGE));
  const y = (level: number) => 100 * (1 - level);
  const oldest = rated[0];
  const newest = rated.at(-1);
  return (
    <figure
      className={css.chart}
      role="img"
      aria-label={`Results of ${rated.length} tests over time; the table below lists them`}
    >
      <div className={css.levels} aria-hidden="true">
        {LINES.map(({ label }) => (
          <span key={label}>{label}</span>
        ))}
      </div>
      <div className={css.plot} aria-hidden="true">
        {LINES.map(({ level }) => (
          <span key={level} className={css.grid} style={{ top: `${y(level)}%` }} />
        ))}
        <svg aria-hidden="true" className={css.lines} viewBox="0 0 100 100" preserveAspectRatio="none">
          <polyline points={rated.map((point, nth) => `${x(nth)},${y(point.level)}`).join(' ')} className={css.line} />
        </svg>
        {rated.map((point, nth) => (
          <span
            key={point.id}
            className={css.point}
            data-result={point.result}
            style={{ left: `${x(nth)}%`, top: `${y(point.level)}%` }}
            title={`${point.ref ?? ''} ${formatDate(point.date)}`.trim()}
          />
        ))}
      </div>
      <div className={css.days} aria-hidden="true">
        <span>{oldest === undefined ? '' : formatDate(oldest.date)}</span>
        <span>{newest === undefined || newest === oldest ? '' : formatDate(newest.date)}</span>
      </div>
    </figure>
  );
}
