/** Who the tenant is and how nobody takes it for another: name, domain, sign, colour, weave, kind. */
import { Radio, TextInput } from '@mantine/core';
import { COLOURS, signOf, WEAVES } from '@shared/marks';
import type { TenantSummary } from '@shared/wire/admin-tenants';
import { Icon } from '../../components/Icon';
import { TenantBand } from '../../components/TenantMark';
import css from './NewTenant.module.css';
import { type Faults, type IdentityDraft, LONGEST_NAME, lookalikes, lookOf } from './words';

export interface IdentityStepProps {
  readonly draft: IdentityDraft;
  readonly faults: Faults<IdentityDraft>;
  readonly others: readonly TenantSummary[];
  readonly onChange: (draft: IdentityDraft) => void;
}

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);

export function IdentityStep({ draft, faults, others, onChange }: IdentityStepProps) {
  const set = (patch: Partial<IdentityDraft>) => onChange({ ...draft, ...patch });
  const rename = (name: string) => {
    // the sign follows the name until somebody writes another
    const follows = draft.sign === '' || draft.sign === signOf(draft.name);
    set({ name, ...(follows ? { sign: name.trim() === '' ? '' : signOf(name) } : {}) });
  };
  const used = new Set(others.map((other) => lookOf(other).colour));
  const alike = lookalikes(draft, others);
  return (
    <>
      <div className={css.names}>
        <TextInput
          label="Name in windows"
          withAsterisk
          value={draft.name}
          onChange={(event) => rename(event.currentTarget.value)}
          error={faults.name}
          description={`At most ${LONGEST_NAME} characters`}
          data-autofocus
        />
        <TextInput
          label="Domain"
          withAsterisk
          description="Its own, for sign-ins"
          placeholder="bank.example"
          spellCheck={false}
          value={draft.domain}
          onChange={(event) => set({ domain: event.currentTarget.value })}
          error={faults.domain}
        />
      </div>
      <div className={css.names}>
        <TextInput
          label="Seat"
          placeholder="Frankfurt"
          maxLength={60}
          value={draft.place}
          onChange={(event) => set({ place: event.currentTarget.value })}
        />
        <TextInput
          label="Sign"
          withAsterisk
          maxLength={4}
          value={draft.sign}
          onChange={(event) => set({ sign: event.currentTarget.value })}
          error={faults.sign}
        />
      </div>
      <fieldset className={css.marks}>
        <legend>
          Colour
          <span className={css.note}>The frame of every window and page.</span>
        </legend>
        <div className={css.swatches}>
          {COLOURS.map((colour) => (
            <label key={colour} className={css.swatch}>
              <input type="radio" name="colour" checked={draft.colour === colour} onChange={() => set({ colour })} />
              <span className={css.ground}>
                <TenantBand tenant={{ ...draft, kind: 'production', colour, weave: 'plain' }} />
                {draft.colour === colour ? <Icon name="check" className={css.chosen} /> : null}
              </span>
              {capital(colour)}
              {used.has(colour) ? <span className={css.note}>used</span> : null}
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset className={css.marks}>
        <legend>
          Weave
          <span className={css.note}>For projectors and colour-blind eyes, where colour alone fails.</span>
        </legend>
        <div className={css.swatches} data-wide>
          {WEAVES.map((weave) => (
            <label key={weave} className={css.swatch}>
              <input type="radio" name="weave" checked={draft.weave === weave} onChange={() => set({ weave })} />
              <span className={css.ground}>
                <TenantBand tenant={{ ...draft, kind: 'production', weave }} />
              </span>
              {capital(weave)}
            </label>
          ))}
        </div>
      </fieldset>
      <Radio.Group
        label="Kind"
        value={draft.kind}
        onChange={(kind) => set({ kind: kind === 'training' ? 'training' : 'production' })}
      >
        <div className={css.kinds}>
          <Radio value="production" label="Production" description="Real people, real duties. Reveals and exports are logged." />
          <Radio value="training" label="Training" description="Made-up data, striped frame, nothing for regulators." />
        </div>
      </Radio.Group>
      {alike.length === 0 ? null : (
        <p className={css.warning} role="status">
          <Icon name="alert-filled" />
          <span>{alike.join(', ')} carries this colour and weave already. Another weave keeps them apart.</span>
        </p>
      )}
    </>
  );
}
