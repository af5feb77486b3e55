/** Controls by family: the share of effective ones on the ramp, and what stands behind it as a stack. Figures stand beside colour. */
import { Legend } from '@renderer/components/ProgressBar';
import type { FamilyPosture } from '@shared/wire/home';
import { Link } from 'react-router';
import css from './FamilyStrip.module.css';
import { applicable, effectiveShare, shareLevel } from './share';

const PARTS = [
  { key: 'notTested', look: 'untested', label: 'Not tested' },
  { key: 'ineffective', look: 'ineffective', label: 'Ineffective' },
  { key: 'partial', look: 'partial', label: 'Partly' },
  { key: 'effective', look: 'effective', label: 'Effective' },
] as const;

export function FamilyLegend() {
  return <Legend items={[...PARTS].reverse()} />;
}

function sentence(family: FamilyPosture, share: number | null): string {
  const name = family.title ? `${family.family} ${family.title}` : family.family;
  const parts = [...PARTS]
    .reverse()
    .filter((part) => family[part.key] > 0)
    .map((part) => `${family[part.key]} ${part.label.toLowerCase()}`);
  return `${name}: ${share === null ? 'nothing tested yet' : `${share} % effective`}; ${parts.join(', ')}`;
}

export function FamilyStrip({
  families,
  hrefOf,
}: {
  readonly families: readonly FamilyPosture[];
  readonly hrefOf: (family: string) => string;
}) {
  return (
    <ol className={css.strip} style={{ gridTemplateColumns: `repeat(${families.length}, minmax(26px, 1fr))` }}>
      {families.map((family) => {
        const share = effectiveShare(family);
        const all = Math.max(1, applicable(family));
        return (
          <li key={family.family}>
            <Link
              className={css.family}
              to={hrefOf(family.family)}
              aria-label={sentence(family, share)}
              title={sentence(family, share)}
            >
              <span className={css.share} data-level={shareLevel(share)} data-testid={`share-${family.family}`}>
                {share ?? '–'}
              </span>
              <span className={css.stack} aria-hidden="true">
                {PARTS.map((part) =>
                  family[part.key] === 0 ? null : (
                    <span key={part.key} data-part={part.key} style={{ flexGrow: family[part.key] / all }} />
                  ),
                )}
              </span>
              <span className={css.name}>{family.family}</span>
              <span className={css.count}>{family.total}</span>
            </Link>
          </li>
        );
      })}
    </ol>
  );
}
