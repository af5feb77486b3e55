/** One banner, one sentence, one way to check again: whether the trail is whole, proven on this machine. */
import { Button } from '@mantine/core';
import type { TrailFaultView, TrailProof } from '@shared/wire/trail';
import { HashText } from '../../components/HashText';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { errorWords } from '../../lib/error-texts';
import { toErrorData } from '../../lib/errors';
import { count, formatInstant, formatTime } from '../../lib/format';
import css from './TrailPage.module.css';

export interface TrailBannerProps {
  readonly proof: TrailProof | undefined;
  readonly error: unknown;
  readonly busy: boolean;
  readonly onCheck: () => void;
  readonly onFault: (row: string) => void;
}

type Tone = 'good' | 'attention' | 'bad' | 'neutral';

/** The verdict in one line. */
export function verdictWords(proof: TrailProof): { readonly tone: Tone; readonly title: string } {
  if (!proof.whole) {
    const faults = proof.faults.length;
    return { tone: 'bad', title: faults === 1 ? 'One entry differs from its seal' : `${faults} entries differ from their seals` };
  }
  return proof.seals === 0
    ? { tone: 'attention', title: 'Nothing is sealed yet' }
    : { tone: 'good', title: 'The trail is intact' };
}

const entries = (number: number) => count(number, 'entry', 'entries');

function Checked({ proof }: { readonly proof: TrailProof }) {
  const waiting = proof.waiting === 0 ? '' : ` ${entries(proof.waiting)} ${proof.waiting === 1 ? 'waits' : 'wait'} for a seal.`;
  if (!proof.whole) {
    return <>Keep this machine as it is and call whoever runs the server. Checked here at {formatTime(proof.checkedAt)}.</>;
  }
  if (proof.head === null) return <>The sealer has not run for this tenant.{waiting}</>;
  return (
    <>
      {proof.rows === 1 ? '1 entry' : `All ${entries(proof.rows)}`} in {count(proof.seals, 'batch', 'batches')} agree with their
      seals. Last seal <HashText hash={proof.head.hash} />
      {proof.lastSealedAt === null ? '' : `of ${formatInstant(proof.lastSealedAt)}`}.{waiting} Checked on this machine at{' '}
      {formatTime(proof.checkedAt)}.
    </>
  );
}

/** More than these are in the export. */
const MOST_FAULTS = 4;

function Faults({ faults, onFault }: { readonly faults: readonly TrailFaultView[]; readonly onFault: (row: string) => void }) {
  return (
    <ul className={css.faults}>
      {faults.slice(0, MOST_FAULTS).map((fault) => (
        <li key={`${fault.kind}${fault.seal}${fault.row}`}>
          {fault.what}
          {fault.at === null ? '' : `, ${formatInstant(fault.at)}`}
          {fault.row === null ? null : (
            <Button variant="transparent" size="xs" onClick={() => onFault(fault.row ?? '')}>
              Show entry {fault.row}
            </Button>
          )}
        </li>
      ))}
      {faults.length > MOST_FAULTS ? <li>and {faults.length - MOST_FAULTS} more, all of them in the export</li> : null}
    </ul>
  );
}

export function TrailBanner({ proof, error, busy, onCheck, onFault }: TrailBannerProps) {
  const failed = error === null ? null : errorWords(toErrorData(error));
  const verdict =
    failed !== null
      ? { tone: 'attention' as const, title: 'The trail could not be checked' }
      : proof === undefined
        ? { tone: 'neutral' as const, title: 'The trail is being checked' }
        : verdictWords(proof);
  const icon = { good: 'seal', attention: 'clock', bad: 'alert-filled', neutral: 'refresh' }[verdict.tone];
  return (
    <section
      className={css.banner}
      data-tone={verdict.tone}
      data-testid="trail-verdict"
      aria-label="Verdict"
      role={verdict.tone === 'bad' ? 'alert' : 'status'}
    >
      <Icon name={icon} size={24} />
      <div className={css.bannerWords}>
        <h2 className={css.verdict}>{verdict.title}</h2>
        <p className={css.bannerText}>
          {failed !== null ? (
            `${failed.title}. ${failed.text}`
          ) : proof === undefined ? (
            'Every entry is read and hashed on this machine; nobody’s word is taken for it.'
          ) : (
            <Checked proof={proof} />
          )}
        </p>
        {failed === null && proof !== undefined && !proof.whole ? <Faults faults={proof.faults} onFault={onFault} /> : null}
      </div>
      <Button leftSection={<Icon name="refresh" />} rightSection={<KeyCap keys="V" />} loading={busy} onClick={onCheck}>
        Check again
      </Button>
    </section>
  );
}
