/** Small changes from the detail page: a state, archive, restore. One operation each; a repeated click sends the same one. */
import type { Entity } from '@shared/entities/define';
import type { Json } from '@shared/entities/fields';
import { isEntityName } from '@shared/entities/registry';
import type { Operation } from '@shared/operations';
import { useState } from 'react';
import { errorClass, toErrorData } from '../../lib/errors';
import { notify, notifyError } from '../../lib/notices';
import { recordsChanged } from '../../lib/trpc';
import { uuidv7 } from '../../lib/uuid';
import { applyOperation } from '../api';
import type { ConflictResult } from '../conflict/resolve';
import { type OperationBody, OperationIds, updateBody } from '../form/operation';
import type { GenericRow } from '../rows';

export interface Change {
  readonly busy: boolean;
  readonly conflict: { readonly sent: Operation; readonly result: ConflictResult } | null;
  /** Sends a change; true when it stands. */
  /** `onReason` is called instead of a notice where the change turns out to need a reason. */
  readonly set: (
    patch: Readonly<Record<string, Json>>,
    words: string,
    reason?: string,
    onReason?: () => void,
  ) => Promise<boolean>;
  readonly file: (kind: 'archive' | 'restore', words: string) => Promise<boolean>;
  readonly resolve: (body: OperationBody) => Promise<void>;
  readonly letGo: () => void;
}

export function useChange(definition: Entity, row: GenericRow): Change {
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState<Change['conflict']>(null);
  const [ids] = useState(() => new OperationIds(uuidv7));

  const send = async (body: OperationBody, words: string, onReason?: () => void): Promise<boolean> => {
    const operation = ids.seal(body);
    setBusy(true);
    try {
      const result = await applyOperation(operation);
      ids.settle();
      if (result.status === 'conflict') {
        setConflict({ sent: operation, result });
        return false;
      }
      setConflict(null);
      notify({ tone: 'good', title: words });
      return true;
    } catch (error) {
      if (errorClass(error) !== 'network') ids.settle();
      if (onReason !== undefined && toErrorData(error).code === 'REASON_REQUIRED') onReason();
      else notifyError(error, 'The change is not saved');
      return false;
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    conflict,
    set: (patch, words, reason, onReason) => send(updateBody(definition, row, patch, reason), words, onReason),
    file: (kind, words) => {
      const name: string = definition.name;
      if (!isEntityName(name)) throw new TypeError(`${name} is not in the registry`);
      return send({ entity: name, entityId: row.id, kind, baseVersion: row.rowVersion, base: {}, patch: {} }, words);
    },
    resolve: async (body) => {
      await send(body, `${definition.label.one} saved`);
    },
    letGo: () => {
      setConflict(null);
      void recordsChanged([definition.name]);
    },
  };
}
