/** What the rows are grouped by, in which order, and all groups open or shut at once. */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import { Icon } from '../../components/Icon';
import { ActionMenu } from '../parts/ActionMenu';
import { type GroupKey, isGroupable } from './query';

export interface GroupMenuProps {
  readonly definition: Entity;
  readonly by: GroupKey | null;
  readonly onChange: (by: GroupKey | null) => void;
  readonly onFoldAll: (open: boolean) => void;
}

export function GroupMenu({ definition, by, onChange, onFoldAll }: GroupMenuProps) {
  const fields = Object.entries(definition.fields).filter(([key]) => isGroupable(definition, key));
  if (fields.length === 0) return null;
  const current = by === null ? null : (definition.fields[by.field]?.label ?? null);
  const mark = (holds: boolean) => ({ checked: holds, end: holds ? <Icon name="check" size={14} /> : null });
  return (
    <ActionMenu
      label="Group by"
      button={(props) => (
        <Button variant={by === null ? 'default' : 'light'} leftSection={<Icon name="stack" />} {...props}>
          {current === null ? 'Group' : `By ${current.toLowerCase()}`}
        </Button>
      )}
      items={[
        { key: '', label: 'No groups', ...mark(by === null), run: () => onChange(null) },
        ...fields.map(([key, field]) => ({
          key,
          label: field.kind === 'date' || field.kind === 'instant' ? `${field.label}, by month` : field.label,
          ...mark(by?.field === key),
          run: () => onChange({ field: key, dir: 'asc' }),
        })),
        ...(by === null
          ? []
          : [
              {
                key: '@turn',
                label: by.dir === 'asc' ? 'Last group first' : 'First group first',
                run: () => onChange({ field: by.field, dir: by.dir === 'asc' ? ('desc' as const) : ('asc' as const) }),
              },
              { key: '@shut', label: 'Shut all groups', run: () => onFoldAll(false) },
              { key: '@open', label: 'Open all groups', run: () => onFoldAll(true) },
            ]),
      ]}
    />
  );
}
