/** The person and what they may change about this window: theme, row height, single keys; and the way out. */
import { Menu, SegmentedControl, Switch } from '@mantine/core';
import type { SignedInPerson } from '@shared/ipc';
import { FUNCTION_LABELS, type TenantFunction } from '@shared/roles';
import type { AppSettings } from '@shared/wire/app';
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

export function PersonMenu({ person, functions }: PersonMenuProps) {
  const settings = useSettings();
  const navigate = useNavigate();
  const role = functions.map((fn) => FUNCTION_LABELS[fn]).join(', ');
  return (
    <Menu position="bottom-end" width={272} closeOnItemClick>
      <Menu.Target>
        <button type="button" className={css.person} data-testid="person-menu">
          <Avatar name={person.displayName} initials={person.initials} size={28} />
          <span className={css.words}>
            <span className={css.name}>{person.displayName}</span>
            <span className={css.role}>{role}</span>
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{person.email}</Menu.Label>
        <div className={css.setting}>
          <span id="menu-theme">Theme</span>
          <SegmentedControl
            aria-labelledby="menu-theme"
            data={[...THEMES]}
            value={settings.theme}
            onChange={(value) => void saveSettings({ theme: value as AppSettings['theme'] })}
            fullWidth
          />
        </div>
        <div className={css.setting}>
          <span id="menu-density">Rows</span>
          <SegmentedControl
            aria-labelledby="menu-density"
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
        <Menu.Divider />
        <Menu.Item
          leftSection={<Icon name="selector" />}
          rightSection={<KeyCap keys="Ctrl+Shift+T" />}
          onClick={() => openOverlay('tenants')}
        >
          Switch tenant…
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="keyboard" />} rightSection={<KeyCap keys="?" />} onClick={() => openOverlay('keys')}>
          All keys
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="settings" />} onClick={() => void navigate('/settings')}>
          Settings
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="sign-out" />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
