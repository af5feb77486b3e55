/** The views of a list as tabs: those of the definition, then the saved ones; and what can be done with the one that is open. */
import { ActionIcon, Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { useState } from 'react';
import { Dialog } from '../../components/Dialog';
import { Icon } from '../../components/Icon';
import { ViewTabs } from '../../components/Page';
import { isDropped } from '../../lib/errors';
import { notify, notifyError } from '../../lib/notices';
import { useMe, useWorkspace } from '../../lib/session';
import { uuidv7 } from '../../lib/uuid';
import { applyOperation, usePeople } from '../api';
import { updateBody, type Values } from '../form/operation';
import { type ActionItem, ActionMenu } from '../parts/ActionMenu';
import { type ListState, savedViewId, viewOf } from './query';
import { SaveViewDialog } from './SaveViewDialog';
import { definitionOf, differs, type SavedView, stateOf } from './savedViews';

export interface ViewBarProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly state: ListState;
  readonly columns: readonly string[];
  readonly saved: readonly SavedView[];
  readonly counts: Readonly<Record<string, number | null | undefined>>;
  readonly onOpen: (state: ListState) => void;
}

const BARE: Omit<ListState, 'view'> = {
  ...{ search: '', sort: [], filters: [], archived: false, look: '', by: null, columns: null },
};

export function ViewBar({ name, definition, state, columns, saved, counts, onOpen }: ViewBarProps) {
  const me = useMe();
  const workspace = useWorkspace();
  const people = usePeople();
  const [dialog, setDialog] = useState<'save' | 'settings' | 'delete' | null>(null);
  const current = saved.find((view) => view.key === state.view) ?? null;
  const mine = current !== null && (current.ownerId === me?.id || (workspace?.functions.includes('admin') ?? false));
  const changed = current === null ? isTouched(definition, state) : differs(definition, current, state);
  const own = saved.filter((view) => view.ownerId === me?.id);
  const open = (key: string) => {
    const view = saved.find((each) => each.key === key);
    if (view !== undefined) onOpen(stateOf(definition, view));
    else if (current !== null) onOpen({ ...BARE, view: key });
    else onOpen({ ...state, view: key });
  };
  const write = async (view: SavedView, patch: Values, done: string) => {
    try {
      const result = await applyOperation({ opId: uuidv7(), ...updateBody(entityOf('savedViews'), view.row, patch) });
      if (result.status === 'conflict')
        notify({ tone: 'attention', title: 'The view was changed meanwhile', text: 'Open it anew and try again.' });
      else notify({ tone: 'good', title: done });
    } catch (error) {
      notifyError(error, 'The view was not changed');
    }
  };
  const file = async (view: SavedView, kind: 'archive' | 'restore', version: number) => {
    const body = { entity: 'savedViews' as const, entityId: view.row.id, kind, baseVersion: version, base: {}, patch: {} };
    return applyOperation({ opId: uuidv7(), ...body });
  };
  const remove = async (view: SavedView) => {
    setDialog(null);
    try {
      const { rowVersion } = await file(view, 'archive', view.row.rowVersion);
      onOpen({ ...BARE, view: viewOf(definition, '').key });
      const back = async () => {
        try {
          await file(view, 'restore', rowVersion);
          onOpen(stateOf(definition, view));
        } catch (error) {
          notifyError(error, 'The view did not come back');
        }
      };
      notify({ tone: 'good', title: `“${view.name}” is deleted`, action: { label: 'Undo', run: () => void back() } });
    } catch (error) {
      if (!isDropped(error)) notifyError(error, 'The view was not deleted');
    }
  };
  const move = async (view: SavedView, by: -1 | 1) => {
    const at = own.indexOf(view);
    const other = own[at + by];
    if (other === undefined) return;
    const order = own.map((each) => each);
    order.splice(at, 1);
    order.splice(at + by, 0, view);
    for (const [place, each] of order.entries())
      if (each.place !== place + 1) await write(each, { place: place + 1 }, `“${view.name}” moved`);
  };
  const items: ActionItem[] =
    current === null
      ? []
      : [
          ...(mine
            ? [
                {
                  key: 'update',
                  label: changed ? 'Save the changes' : 'Save as it is now',
                  run: () =>
                    void write(current, { definition: definitionOf(definition, state, columns) }, `“${current.name}” is saved`),
                },
              ]
            : []),
          { key: 'copy', label: 'Save as another view …', run: () => setDialog('save') },
          ...(changed ? [{ key: 'back', label: 'Back to the saved view', run: () => onOpen(stateOf(definition, current)) }] : []),
          ...(mine ? [{ key: 'settings', label: 'Rename or share …', run: () => setDialog('settings') }] : []),
          ...(own.indexOf(current) > 0 ? [{ key: 'left', label: 'Move left', run: () => void move(current, -1) }] : []),
          ...(own.indexOf(current) >= 0 && own.indexOf(current) < own.length - 1
            ? [{ key: 'right', label: 'Move right', run: () => void move(current, 1) }]
            : []),
          ...(mine
            ? [
                {
                  key: 'delete',
                  label: 'Delete',
                  run: () => (current.sharing === 'private' ? void remove(current) : setDialog('delete')),
                },
              ]
            : []),
        ];
  return (
    <>
      <ViewTabs
        label={`Views of ${definition.label.many.toLowerCase()}`}
        value={current?.key ?? viewOf(definition, savedViewId(state.view) === null ? state.view : '').key}
        views={[
          ...definition.list.views.map((each) => ({ key: each.key, label: each.label, count: counts[each.key] })),
          ...saved.map((view) => ({
            key: view.key,
            label: current === view && changed ? `${view.name} *` : view.name,
            count: counts[view.key],
            title: `${view.name}${view.ownerId === me?.id ? '' : `, by ${people.name(view.ownerId ?? '') ?? 'somebody who left'}`}`,
          })),
        ]}
        onChange={open}
        end={
          current !== null ? (
            <ActionMenu
              label={`The view ${current.name}`}
              button={(props) => (
                <ActionIcon variant="subtle" aria-label={`The view ${current.name}`} {...props}>
                  <Icon name="dots" />
                </ActionIcon>
              )}
              items={items}
            />
          ) : changed ? (
            <Button variant="transparent" leftSection={<Icon name="plus" />} onClick={() => setDialog('save')}>
              Save view
            </Button>
          ) : undefined
        }
      />
      {dialog === 'save' || (dialog === 'settings' && current !== null) ? (
        <SaveViewDialog
          list={name}
          view={dialog === 'settings' ? current : null}
          place={own.length + 1}
          content={definitionOf(definition, state, columns)}
          onClose={() => setDialog(null)}
          onSaved={(view) => {
            setDialog(null);
            if (view !== null) onOpen(stateOf(definition, view));
          }}
        />
      ) : null}
      {dialog === 'delete' && current !== null ? (
        <Dialog
          opened
          onClose={() => setDialog(null)}
          title={`Delete “${current.name}” for everybody?`}
          action="Delete the view"
          onAction={() => void remove(current)}
          destructive
          cancel="Keep it"
        >
          <p>Others see it too. Its records stay as they are.</p>
        </Dialog>
      ) : null}
    </>
  );
}

/** Something is asked that the definition's view alone does not. */
function isTouched(definition: Entity, state: ListState): boolean {
  const { search, sort, filters, archived, look, by } = state;
  const turned = sort.length > 0 && JSON.stringify(sort) !== JSON.stringify(definition.list.sort);
  return search !== '' || turned || filters.length > 0 || archived || look !== '' || by !== null;
}
