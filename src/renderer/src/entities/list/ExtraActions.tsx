/** The buttons that domains add to a list, and what they open. */
import { Button } from '@mantine/core';
import { type ComponentType, lazy, Suspense, useMemo, useState } from 'react';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { useShortcuts } from '../../lib/use-shortcuts';
import type { ListAction, ListPanelProps, ListPlace } from './extras';

export interface ExtraActionsProps {
  readonly actions: readonly ListAction[];
  readonly place: ListPlace;
  /** As in the bar over the selected rows, where buttons have no line. */
  readonly subtle?: boolean;
}

export function ExtraActions({ actions, place, subtle = false }: ExtraActionsProps) {
  const [opened, setOpened] = useState<ListAction | null>(null);
  const start = (action: ListAction) => {
    if (action.run === undefined) setOpened(action);
    else action.run(place);
  };
  useShortcuts(
    place.definition.label.many,
    actions.flatMap((action) =>
      action.keys === undefined ? [] : [{ keys: action.keys, label: action.label, run: () => start(action) }],
    ),
  );
  return (
    <>
      {actions.map((action) => (
        <Button
          key={action.key}
          variant={subtle ? 'subtle' : 'default'}
          leftSection={<Icon name={action.icon} />}
          rightSection={action.keys === undefined ? undefined : <KeyCap keys={action.keys} />}
          onClick={() => start(action)}
        >
          {action.label}
        </Button>
      ))}
      {opened?.panel === undefined ? null : (
        <Panel key={opened.key} load={opened.panel} place={place} onClose={() => setOpened(null)} />
      )}
    </>
  );
}

interface PanelProps extends ListPanelProps {
  readonly load: () => Promise<ComponentType<ListPanelProps>>;
}

function Panel({ load, place, onClose }: PanelProps) {
  const Loaded = useMemo(() => lazy(async () => ({ default: await load() })), [load]);
  return (
    <Suspense fallback={null}>
      <Loaded place={place} onClose={onClose} />
    </Suspense>
  );
}
