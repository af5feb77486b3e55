/** How high rows are; kept for this laptop. */
import { ActionIcon } from '@mantine/core';
import { Icon } from '../../components/Icon';
import { ActionMenu } from '../parts/ActionMenu';
import type { Density } from './useListState';

const CHOICES = [
  { value: 'compact', label: 'Compact rows' },
  { value: 'standard', label: 'Standard rows' },
  { value: 'relaxed', label: 'Relaxed rows' },
] as const;

export function DensityMenu({ density }: { readonly density: Density }) {
  return (
    <ActionMenu
      label="Row height"
      button={(props) => (
        <ActionIcon variant="default" aria-label="Row height" {...props}>
          <Icon name="menu" />
        </ActionIcon>
      )}
      items={CHOICES.map((choice) => ({
        key: choice.value,
        label: choice.label,
        checked: density.value === choice.value,
        end: density.value === choice.value ? <Icon name="check" size={14} /> : null,
        run: () => density.set(choice.value),
      }))}
    />
  );
}
