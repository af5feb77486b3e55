/** A list without rows: nothing there yet, nothing in this view, or nothing that the filters let through. */
import type { Entity, ListView } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import { EmptyState, type Start } from '../../components/EmptyState';

export interface EmptyListProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly view: ListView;
  readonly filtered: boolean;
  readonly mayCreate: boolean;
  readonly onNew: () => void;
  readonly onImport: () => void;
  readonly onClear: () => void;
  readonly onAll: () => void;
}

export function EmptyList(props: EmptyListProps) {
  const { name, definition, view, filtered, mayCreate, onNew, onImport, onClear, onAll } = props;
  const { one, many } = definition.label;
  if (filtered) {
    return (
      <EmptyState
        icon="filter"
        title={`No ${many.toLowerCase()} match`}
        text="Nothing in this view has these words and filters."
        starts={[{ icon: 'x', title: 'Clear words and filters', text: `shows “${view.label}” again`, run: onClear }]}
      />
    );
  }
  if (view.filter.length > 0) {
    return (
      <EmptyState
        icon={definition.icon}
        title={`Nothing under “${view.label}”`}
        text={`No ${one.toLowerCase()} belongs here now.`}
        starts={[{ icon: definition.icon, title: `Show all ${many.toLowerCase()}`, run: onAll }]}
      />
    );
  }
  const starts: Start[] = [];
  const own = name === 'regulations' || name === 'requirements';
  if (mayCreate && (own || name === 'controls' || name === 'controlSets')) {
    const start = { icon: 'import', title: 'Import a catalogue', text: 'OSCAL JSON; you see a trial run first', run: onImport };
    starts.push(own ? { ...start, keys: 'I' } : start);
  }
  if (mayCreate) starts.push({ icon: 'plus', title: 'Write one by hand', text: firstFields(definition), keys: 'N', run: onNew });
  return <EmptyState icon={definition.icon} title={`No ${many.toLowerCase()} yet`} text={definition.purpose} starts={starts} />;
}

/** What the form asks first, so that one knows what to have at hand. */
function firstFields(definition: Entity): string {
  const keys = definition.form[0]?.fields.flat() ?? [];
  const labels = keys.map((key) => definition.fields[key]?.label.toLowerCase() ?? '').filter((label) => label !== '');
  return labels.slice(0, 4).join(', ');
}
