/** How high rows are; kept for this laptop. */
import { ActionIcon, Menu } from '@mantine/core';
import { Icon } from '../../components/Icon';
import type { Density } from './useListState';

const CHOICES = [
  { value: 'compact', label: 'Compact rows' },
  { value: 'standard', label: 'Standard rows' },
  { value: 'relaxed', label: 'Relaxed rows' },
] as const;

export function DensityMenu({ density }: { readonly density: Density }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" aria-label="Row height">
          <Icon name="menu" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {CHOICES.map((choice) => (
          <Menu.Item
            key={choice.value}
            role="menuitemradio"
            aria-checked={density.value === choice.value}
            onClick={() => density.set(choice.value)}
            rightSection={density.value === choice.value ? <Icon name="check" size={14} /> : null}
          >
            {choice.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
