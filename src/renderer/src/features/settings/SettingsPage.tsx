/** What a person sets for this laptop. */
import { SegmentedControl, Switch } from '@mantine/core';
import type { AppSettings } from '@shared/wire/app';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { DENSITIES, THEMES } from '../../app/PersonMenu';
import { Card } from '../../components/Card';
import { Page } from '../../components/Page';
import { saveSettings, useSettings } from '../../lib/settings';
import { trpc } from '../../lib/trpc';
import { PasswordCard } from './PasswordCard';
import css from './SettingsPage.module.css';

function Setting({ id, label, text, children }: { id: string; label: string; text: string; children: ReactNode }) {
  return (
    <div className={css.setting}>
      <div className={css.words}>
        <p className={css.label} id={id}>
          {label}
        </p>
        <p className={css.text}>{text}</p>
      </div>
      <div className={css.control}>{children}</div>
    </div>
  );
}

export function SettingsPage() {
  const settings = useSettings();
  const info = useQuery(trpc.app.info.queryOptions());
  return (
    <Page title="Settings" note="Appearance and keys are kept on this laptop, for whoever works at it">
      <div className={css.cards}>
        <Card title="Appearance" flush>
          <Setting id="set-theme" label="Theme" text="System follows what this laptop is set to.">
            <SegmentedControl
              aria-labelledby="set-theme"
              data={[...THEMES]}
              value={settings.theme}
              onChange={(value) => void saveSettings({ theme: value as AppSettings['theme'] })}
            />
          </Setting>
          <Setting id="set-density" label="Row height" text="Of every list: 27, 31 or 39 pixels.">
            <SegmentedControl
              aria-labelledby="set-density"
              data={[...DENSITIES]}
              value={settings.density}
              onChange={(value) => void saveSettings({ density: value as AppSettings['density'] })}
            />
          </Setting>
        </Card>
        <Card title="Keys" flush>
          <Setting
            id="set-keys"
            label="Single letters as short cuts"
            text="They rest while you type. Switch them off if you speak your input; Ctrl and function keys stay."
          >
            <Switch
              aria-labelledby="set-keys"
              checked={settings.singleKeys}
              onChange={(event) => void saveSettings({ singleKeys: event.currentTarget.checked })}
            />
          </Setting>
        </Card>
        <PasswordCard />
        <Card title="This program" flush>
          <Setting
            id="set-version"
            label={info.data ? `KOMPL.AI Workstation ${info.data.version}` : 'KOMPL.AI Workstation'}
            text={
              info.data && !info.data.officialRuntime
                ? 'It runs on a development runtime that gets no security updates. Do not use it for real records.'
                : 'It runs on its official runtime.'
            }
          >
            {null}
          </Setting>
        </Card>
      </div>
    </Page>
  );
}
