/** The name of a view, and with whom it is shared. */
import { Checkbox, Radio, TextInput } from '@mantine/core';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { VIEW_SHARING, type ViewDefinition } from '@shared/entities/workspace/saved-view';
import { TENANT_FUNCTIONS } from '@shared/roles';
import { useState } from 'react';
import { Dialog } from '../../components/Dialog';
import { Refusal } from '../../components/Refusal';
import { isDropped } from '../../lib/errors';
import { notify } from '../../lib/notices';
import { uuidv7 } from '../../lib/uuid';
import { applyOperation, entityApi } from '../api';
import { updateBody } from '../form/operation';
import css from './JobProgress.module.css';
import { type SavedView, type Sharing, savedViewOf } from './savedViews';

export interface SaveViewDialogProps {
  readonly list: EntityName;
  /** The view that is changed; null for a new one. */
  readonly view: SavedView | null;
  /** Where a new one goes. */
  readonly place: number;
  readonly content: ViewDefinition;
  readonly onClose: () => void;
  /** The new view; null where one was changed. */
  readonly onSaved: (view: SavedView | null) => void;
}

export function SaveViewDialog({ list, view, place, content, onClose, onSaved }: SaveViewDialogProps) {
  const [name, setName] = useState(view?.name ?? '');
  const [sharing, setSharing] = useState<Sharing>(view?.sharing ?? 'private');
  const [functions, setFunctions] = useState<readonly string[]>(view?.functions ?? []);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const ready = name.trim() !== '' && (sharing !== 'functions' || functions.length > 0);
  const save = async () => {
    setBusy(true);
    setFailure(null);
    const common = { name: name.trim(), sharing, functions: sharing === 'functions' ? [...functions] : [] };
    try {
      if (view !== null) {
        await applyOperation({ opId: uuidv7(), ...updateBody(entityOf('savedViews'), view.row, common) });
        onSaved(null);
      } else {
        const entityId = uuidv7();
        const patch = { ...common, list, place, definition: JSON.parse(JSON.stringify(content)) };
        await applyOperation({
          opId: uuidv7(),
          entity: 'savedViews',
          entityId,
          kind: 'create',
          baseVersion: null,
          base: {},
          patch,
        });
        onSaved(savedViewOf((await entityApi('savedViews').get.query({ id: entityId })).row));
      }
      notify({ tone: 'good', title: `“${common.name}” is saved` });
    } catch (error) {
      if (!isDropped(error)) setFailure(error);
      setBusy(false);
    }
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={view === null ? 'Save this view' : `The view “${view.name}”`}
      action={view === null ? 'Save the view' : 'Save the changes'}
      onAction={() => void save()}
      busy={busy}
      disabled={!ready}
    >
      <div className={css.form}>
        <Refusal error={failure} />
        <TextInput
          label="Name"
          value={name}
          maxLength={60}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          withAsterisk
        />
        <Radio.Group
          label="Who sees it"
          value={sharing}
          onChange={(value) => setSharing(VIEW_SHARING.find((one) => one.value === value)?.value ?? 'private')}
        >
          {VIEW_SHARING.map((one) => (
            <Radio key={one.value} value={one.value} label={one.label} mt={8} />
          ))}
        </Radio.Group>
        {sharing === 'functions' ? (
          <Checkbox.Group label="Functions" value={[...functions]} onChange={setFunctions}>
            {TENANT_FUNCTIONS.map((fn) => (
              <Checkbox key={fn} value={fn} label={fn.charAt(0).toUpperCase() + fn.slice(1)} mt={6} />
            ))}
          </Checkbox.Group>
        ) : null}
        {view === null ? (
          <p className={css.note}>
            It keeps filters, words, order, columns and groups. Others see the records that they may see.
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}
