/** What a test of a connection found, step by step: reached, encrypted, signed in, new enough. */
import type { Diagnosis, DiagnosisStep } from '@shared/wire/connection';
import { Icon } from '../../components/Icon';
import css from './ConnectionsPage.module.css';

const STEP_WORDS: Readonly<Record<DiagnosisStep['key'], string>> = {
  resolve: 'Name',
  connect: 'Reach',
  tls: 'Encryption',
  signIn: 'Sign-in',
  version: 'Version',
  extension: 'pgvector',
  schema: 'Schema',
};

function lookOf(ok: boolean | null): { icon: string; word: string; tone: string } {
  if (ok === null) return { icon: 'circle-dashed', word: 'not tried', tone: 'neutral' };
  return ok ? { icon: 'check-filled', word: 'good', tone: 'good' } : { icon: 'x-filled', word: 'failed', tone: 'bad' };
}

export function DiagnosisList({ diagnosis }: { readonly diagnosis: Diagnosis }) {
  return (
    <div className={css.diagnosis} role="status" data-testid="diagnosis" data-ok={diagnosis.ok}>
      <p className={css.verdict}>
        {diagnosis.ok ? 'The connection works' : 'The connection does not work yet'}
        {diagnosis.latencyMs === null ? '' : ` · ${Math.round(diagnosis.latencyMs)} ms`}
      </p>
      <ol className={css.steps}>
        {diagnosis.steps.map((step) => {
          const look = lookOf(step.ok);
          return (
            <li key={step.key} className={css.step} data-tone={look.tone} data-step={step.key}>
              <Icon name={look.icon} label={look.word} />
              <span className={css.stepName}>{STEP_WORDS[step.key]}</span>
              <span className={css.stepText}>{step.text}</span>
              {step.code ? <span className="k-mono">{step.code.replaceAll('_', '-')}</span> : null}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
