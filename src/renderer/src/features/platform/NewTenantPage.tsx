/** Onboarding: identity, start set, licence and first administrator, then a last look. Nothing is made before the last step. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { OfflineNote } from '../../components/OfflineNote';
import { Page } from '../../components/Page';
import { useConnection } from '../../lib/connection';
import { todayHere } from '../../lib/format';
import { trpcClient } from '../../lib/trpc';
import { useShortcuts } from '../../lib/use-shortcuts';
import { IdentityStep } from './IdentityStep';
import css from './NewTenant.module.css';
import { AdministratorStep, CheckStep, StartStep } from './NewTenantSteps';
import { TenantPreview } from './TenantPreview';
import { useTenantAction, useTenants } from './useTenants';
import {
  administratorFaults,
  hasFaults,
  identityFaults,
  licenceFaults,
  newLicence,
  type TenantDraft,
  toOnboarding,
} from './words';

const STEPS = [
  { title: 'Identity', note: 'name, sign, colour' },
  { title: 'Start set', note: 'controls, time zone' },
  { title: 'Terms, people', note: 'first administrator' },
  { title: 'Check and make', note: 'all of it or nothing' },
] as const;
const LAST = STEPS.length - 1;

function emptyDraft(): TenantDraft {
  return {
    identity: { name: '', domain: '', place: '', sign: '', kind: 'production', colour: 'brick', weave: 'lines' },
    starter: 'standard',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
    licence: newLicence(todayHere()),
    administrator: { firstName: '', lastName: '', email: '', password: '' },
  };
}

export function NewTenantPage() {
  const navigate = useNavigate();
  const connection = useConnection();
  const others = useTenants().data ?? [];
  const [draft, setDraft] = useState<TenantDraft>(emptyDraft);
  const [step, setStep] = useState(0);
  const [tried, setTried] = useState(false);
  const action = useTenantAction();
  const set = (patch: Partial<TenantDraft>) => setDraft((now) => ({ ...now, ...patch }));
  const faults = {
    identity: identityFaults(draft.identity, others),
    licence: licenceFaults(draft.licence),
    administrator: administratorFaults(draft.administrator),
  };
  const wrong = [hasFaults(faults.identity), false, hasFaults(faults.licence) || hasFaults(faults.administrator), false];

  const make = async () => {
    let id = '';
    const ok = await action.run(async () => {
      id = (await trpcClient.admin.tenants.create.mutate(toOnboarding(draft))).id;
    }, `${draft.identity.name.trim()} is made`);
    if (ok) void navigate(`/admin/tenants?open=${encodeURIComponent(id)}`);
  };
  const next = () => {
    if (action.busy) return;
    if (step === LAST) {
      void make();
      return;
    }
    setTried(wrong[step] === true);
    if (wrong[step] !== true) setStep(step + 1);
  };
  const back = () => {
    if (step === 0 || action.busy) return false;
    setTried(false);
    setStep(step - 1);
    return true;
  };
  const leave = () => void navigate('/admin/tenants');
  useShortcuts('New tenant', [
    { keys: 'Ctrl+Enter', label: 'Next step', hint: 'next', run: next },
    { keys: 'Alt+ArrowLeft', label: 'Step before', hint: 'back', enabled: step > 0, run: back },
  ]);
  const name = draft.identity.name.trim();
  return (
    <Page
      title="New tenant"
      crumbs={[{ label: 'Platform' }, { label: 'Tenants', to: '/admin/tenants' }, { label: 'New tenant' }]}
      note="About a minute. Nothing is made before the last step."
      actions={
        <Button variant="subtle" onClick={leave} disabled={action.busy}>
          Leave, make nothing
        </Button>
      }
    >
      <div className={css.wizard}>
        <OfflineNote connection={connection} />
        <div className={css.columns}>
          <ol className={css.steps} aria-label="Steps">
            {STEPS.map(({ title, note }, at) => (
              <li key={title} data-done={at < step || undefined} aria-current={at === step ? 'step' : undefined}>
                <span className={css.number}>{at < step ? <Icon name="check" size={14} label="done" /> : at + 1}</span>
                <span>
                  <strong>{title}</strong>
                  <span className={css.note}>{note}</span>
                </span>
              </li>
            ))}
          </ol>
          <section className={css.form} aria-label={STEPS[step]?.title}>
            {step === 0 ? (
              <IdentityStep
                draft={draft.identity}
                faults={tried ? faults.identity : {}}
                others={others}
                onChange={(identity) => set({ identity })}
              />
            ) : null}
            {step === 1 ? <StartStep draft={draft} onChange={set} /> : null}
            {step === 2 ? (
              <AdministratorStep
                draft={draft}
                licenceFaults={tried ? faults.licence : {}}
                administratorFaults={tried ? faults.administrator : {}}
                onChange={set}
              />
            ) : null}
            {step === LAST ? <CheckStep draft={draft} failure={action.failure} /> : null}
          </section>
          <TenantPreview draft={draft.identity} making={action.busy} />
        </div>
        <div className={css.foot}>
          <Button size="lg" disabled={step === 0 || action.busy} onClick={back}>
            Back
          </Button>
          <Button
            size="lg"
            variant="filled"
            loading={action.busy}
            rightSection={<KeyCap keys="Ctrl+Enter" on="action" joined />}
            onClick={next}
            data-testid="wizard-next"
          >
            {step === LAST ? `Make ${name}` : `Next: ${STEPS[step + 1]?.title.toLowerCase()}`}
          </Button>
        </div>
      </div>
    </Page>
  );
}
