/** The person and what they may change about this window: theme, row height, single keys; and the way out. */
import { Popover, SegmentedControl, Switch } from '@mantine/core';
import type { SignedInPerson } from '@shared/ipc';
import { FUNCTION_LABELS, type TenantFunction } from '@shared/roles';
import type { AppSettings } from '@shared/wire/app';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Avatar } from '../components/Avatar';
import { Icon } from '../components/Icon';
import { KeyCap } from '../components/KeyCap';
import { openOverlay } from '../lib/overlays';
import { signOut } from '../lib/session-actions';
import { saveSettings, useSettings } from '../lib/settings';
import css from './PersonMenu.module.css';

export const THEMES: readonly { readonly value: AppSettings['theme']; readonly label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];
export const DENSITIES: readonly { readonly value: AppSettings['density']; readonly label: string }[] = [
  { value: 'compact', label: 'Compact' },
  { value: 'standard', label: 'Standard' },
  { value: 'relaxed', label: 'Relaxed' },
];

export interface PersonMenuProps {
  readonly person: SignedInPerson;
  readonly functions: readonly TenantFunction[];
}

interface EntryProps {
  readonly icon: string;
  readonly label: string;
  readonly keys?: string;
  readonly run: () => void;
}

function Entry({ icon, label, keys, run }: EntryProps) {
  return (
    <button type="button" className={css.entry} onClick={run}>
      <Icon name={icon} />
      <span className={css.entryLabel}>{label}</span>
      {keys === undefined ? null : <KeyCap keys={keys} />}
    </button>
  );
}

export function PersonMenu({ person, functions }: PersonMenuProps) {
  const settings = useSettings();
  const navigate = useNavigate();
  const [opened, setOpened] = useState(false);
  const role = functions.map((fn) => FUNCTION_LABELS[fn]).join(', ');
  const leave = (act: () => void) => () => {
    setOpened(false);
    act();
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={280} trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className={css.person} onClick={() => setOpened(!opened)} data-testid="person-menu">
          <Avatar name={person.displayName} initials={person.initials} size={28} />
          <span className={css.words}>
            <span className={css.name}>{person.displayName}</span>
            <span className={css.role}>{role}</span>
          </span>
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="You and this window">
        <p className={css.email}>{person.email}</p>
        <div className={css.setting}>
          <span>Theme</span>
          <SegmentedControl
            aria-label="Theme"
            data={[...THEMES]}
            value={settings.theme}
            onChange={(value) => void saveSettings({ theme: value as AppSettings['theme'] })}
            fullWidth
          />
        </div>
        <div className={css.setting}>
          <span>Row height</span>
          <SegmentedControl
            aria-label="Row height"
            data={[...DENSITIES]}
            value={settings.density}
            onChange={(value) => void saveSettings({ density: value as AppSettings['density'] })}
            fullWidth
          />
        </div>
        <div className={css.setting}>
          <Switch
            label="Single letters as short cuts"
            checked={settings.singleKeys}
            onChange={(event) => void saveSettings({ singleKeys: event.currentTarget.checked })}
          />
        </div>
        <div className={css.entries}>
          <Entry icon="selector" label="Switch tenant…" keys="Ctrl+Shift+T" run={leave(() => openOverlay('tenants'))} />
          <Entry icon="keyboard" label="All keys" keys="?" run={leave(() => openOverlay('keys'))} />
          <Entry icon="settings" label="Settings" run={leave(() => void navigate('/settings'))} />
        </div>
        <div className={css.entries}>
          <Entry icon="sign-out" label="Sign out" run={leave(() => void signOut())} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
