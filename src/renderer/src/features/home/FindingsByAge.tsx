/** Open findings by age band and kind, as bars to one scale, with median and oldest below. */
import type { OpenFindings } from '@shared/wire/home';
import { Link } from 'react-router';
import css from './FindingsByAge.module.css';

const KINDS = [
  { key: 'major', label: 'Major' },
  { key: 'minor', label: 'Minor' },
  { key: 'observation', label: 'Observation' },
  { key: 'opportunity', label: 'Opportunity' },
] as const;

const BANDS = { upTo30: 'Up to 30 days', upTo60: '31 to 60', upTo90: '61 to 90', over90: 'Over 90' } as const;

function FindingsLegend({ findings }: { readonly findings: OpenFindings }) {
  const used = KINDS.filter((kind) => kind.key !== 'opportunity' || findings.bands.some((band) => band.opportunity > 0));
  return (
    <ul className={css.legend} aria-label="Legend">
      {used.map((kind) => (
        <li key={kind.key}>
          <span className={css.swatch} data-kind={kind.key} />
          {kind.label}
        </li>
      ))}
    </ul>
  );
}

export function FindingsByAge({ findings }: { readonly findings: OpenFindings }) {
  const widest = Math.max(1, ...findings.bands.map((band) => band.total));
  return (
    <div className={css.body}>
      <FindingsLegend findings={findings} />
      <dl className={css.bands}>
        {findings.bands.map((band) => (
          <div key={band.band} className={css.band}>
            <dt>{BANDS[band.band]}</dt>
            <dd>
              <span className={css.bar} style={{ width: `${(band.total / widest) * 100}%` }}>
                {KINDS.map((kind) =>
                  band[kind.key] === 0 ? null : (
                    <span
                      key={kind.key}
                      data-kind={kind.key}
                      style={{ flexGrow: band[kind.key] }}
                      title={`${band[kind.key]} ${kind.label}`}
                    >
                      {band[kind.key]}
                    </span>
                  ),
                )}
              </span>
              <span className={css.total}>{band.total}</span>
            </dd>
          </div>
        ))}
      </dl>
      <dl className={css.facts}>
        <div>
          <dt>Median age</dt>
          <dd>{findings.medianAgeDays === null ? '–' : days(findings.medianAgeDays)}</dd>
        </div>
        <div>
          <dt>Oldest</dt>
          <dd>
            {findings.oldest ? (
              <>
                <Link to={`/r/findings/${findings.oldest.id}`}>{findings.oldest.ref}</Link>{' '}
                <span className={css.plain}>{days(findings.oldest.ageDays)}</span>
              </>
            ) : (
              '–'
            )}
          </dd>
        </div>
        <div>
          <dt>Verified this quarter</dt>
          <dd>{findings.verifiedThisQuarter}</dd>
        </div>
      </dl>
    </div>
  );
}

function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
