/** The row of figures across the top of Home: each with what it is out of, and the one thing in it that asks for somebody. */
import { formatNumber, formatPercent } from '@renderer/lib/format';
import type { Posture } from '@shared/wire/home';
import { Link } from 'react-router';
import css from './KeyFigures.module.css';
import { applicable } from './share';

type Tone = 'good' | 'attention' | 'bad' | 'plain';

interface Figure {
  readonly label: string;
  readonly value: number;
  readonly of: string;
  readonly mark: string;
  readonly tone: Tone;
  readonly note: string;
  readonly to: string;
}

/** A share is good from 80 %, asks for attention from 60 %, and is bad below. */
function shareTone(part: number, whole: number): Tone {
  if (whole === 0) return 'plain';
  const share = part / whole;
  return share >= 0.8 ? 'good' : share >= 0.6 ? 'attention' : 'bad';
}

function figuresOf(posture: Posture): readonly Figure[] {
  const { keyControls, totals, requirements, findings, due } = posture;
  const scope = keyControls.total > 0 ? keyControls : totals;
  const late = due.filter((item) => item.daysLeft < 0).length;
  const tested = totals.effective + totals.partial + totals.ineffective;
  const all = applicable(totals);
  return [
    {
      label: keyControls.total > 0 ? 'Key controls effective' : 'Controls effective',
      value: scope.effective,
      of: `of ${formatNumber(applicable(scope))}`,
      mark: formatPercent(scope.effective, applicable(scope)),
      tone: shareTone(scope.effective, applicable(scope)),
      note: scope.ineffective === 0 ? 'none ineffective' : `${formatNumber(scope.ineffective)} ineffective`,
      to: '/r/controls?view=ineffective',
    },
    {
      label: 'Controls tested',
      value: tested,
      of: `of ${formatNumber(all)}`,
      mark: formatPercent(tested, all),
      tone: shareTone(tested, all),
      note: `${formatNumber(totals.notTested)} still to test`,
      to: '/r/controls',
    },
    {
      label: 'Requirements met',
      value: requirements.met,
      of: `of ${formatNumber(requirements.total)}`,
      mark: formatPercent(requirements.met, requirements.total),
      tone: shareTone(requirements.met, requirements.total),
      note: 'by controls that hold',
      to: '/r/requirements?view=assessable',
    },
    {
      label: 'Open findings',
      value: findings.total,
      of: '',
      mark: findings.major > 0 ? `${formatNumber(findings.major)} major` : '',
      tone: 'bad',
      note: findings.late === 0 ? 'none past its date' : `${formatNumber(findings.late)} past their date`,
      to: '/r/findings?view=open',
    },
    {
      label: 'Due in 14 days',
      value: due.length,
      of: '',
      mark: late > 0 ? `${formatNumber(late)} late` : '',
      tone: 'bad',
      note: `${formatNumber(posture.myWork.findings + posture.myWork.actions + posture.myWork.tests)} assigned to me`,
      to: '/r/actions?view=mine',
    },
  ];
}

export function KeyFigures({ posture }: { readonly posture: Posture }) {
  return (
    <section aria-label="Key figures">
      <ul className={css.row}>
        {figuresOf(posture).map((figure) => (
          <li key={figure.label}>
            <Link className={css.figure} to={figure.to}>
              <span className={css.label}>{figure.label}</span>
              <span className={css.line}>
                <span className={css.value} data-testid={`figure-${figure.label}`}>
                  {formatNumber(figure.value)}
                </span>
                <span className={css.of}>{figure.of}</span>
                <span className={css.mark} data-tone={figure.tone}>
                  {figure.mark}
                </span>
              </span>
              <span className={css.note}>{figure.note}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
