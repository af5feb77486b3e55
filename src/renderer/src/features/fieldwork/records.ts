/** Small records of fieldwork, each written by one plain operation: made, changed, archived. A repeated click sends the same one. */
import { applyOperation } from '@renderer/entities/api';
import { errorClass } from '@renderer/lib/errors';
import { notify, notifyError } from '@renderer/lib/notices';
import { uuidv7 } from '@renderer/lib/uuid';
import type { Json } from '@shared/entities/fields';
import type { EntityName } from '@shared/entities/registry';
import type { Operation } from '@shared/operations';
import { useRef, useState } from 'react';

type Patch = Readonly<Record<string, Json>>;
interface Seen {
  readonly id: string;
  readonly rowVersion: number;
}

/** An operation id that stays the same for the same content, so that trying again never does it twice. */
export function useOperationIds(): { of: (content: unknown) => string; settle: () => void } {
  const kept = useRef<{ readonly content: string; readonly id: string } | null>(null);
  return {
    of(content) {
      const text = JSON.stringify(content);
      if (kept.current?.content !== text) kept.current = { content: text, id: uuidv7() };
      return kept.current.id;
    },
    settle: () => {
      kept.current = null;
    },
  };
}

export interface RecordWriter {
  readonly busy: boolean;
  readonly create: (entity: EntityName, patch: Patch, words?: string) => Promise<boolean>;
  /** As `create`, under an id that the caller made. */
  readonly createAs: (id: string, entity: EntityName, patch: Patch, words?: string) => Promise<boolean>;
  readonly change: (entity: EntityName, seen: Seen, patch: Patch, words?: string) => Promise<boolean>;
  readonly archive: (entity: EntityName, seen: Seen, words?: string) => Promise<boolean>;
}

export function useRecordWriter(): RecordWriter {
  const [busy, setBusy] = useState(false);
  const ids = useOperationIds();
  const newIds = useRef(new Map<string, string>());

  const send = async (body: Omit<Operation, 'opId'>, words?: string): Promise<boolean> => {
    setBusy(true);
    try {
      const result = await applyOperation({ ...body, opId: ids.of(body) });
      ids.settle();
      newIds.current.clear();
      if (result.status === 'conflict') {
        notify({ tone: 'attention', title: 'Somebody changed the same', text: 'Nothing was written. Look at it as it is now.' });
        return false;
      }
      if (words !== undefined) notify({ tone: 'good', title: words });
      return true;
    } catch (error) {
      if (errorClass(error) !== 'network') ids.settle();
      notifyError(error, 'The change is not saved');
      return false;
    } finally {
      setBusy(false);
    }
  };

  return {
    busy,
    create(entity, patch, words) {
      const key = JSON.stringify([entity, patch]);
      const entityId = newIds.current.get(key) ?? uuidv7();
      newIds.current.set(key, entityId);
      return send({ entity, entityId, kind: 'create', baseVersion: null, base: {}, patch: { ...patch } }, words);
    },
    createAs: (id, entity, patch, words) =>
      send({ entity, entityId: id, kind: 'create', baseVersion: null, base: {}, patch: { ...patch } }, words),
    change(entity, seen, patch, words) {
      const base = Object.fromEntries(Object.keys(patch).map((key) => [key, jsonOf(Reflect.get(seen, key))]));
      return send({ entity, entityId: seen.id, kind: 'update', baseVersion: seen.rowVersion, base, patch: { ...patch } }, words);
    },
    archive: (entity, seen, words) =>
      send({ entity, entityId: seen.id, kind: 'archive', baseVersion: seen.rowVersion, base: {}, patch: {} }, words),
  };
}

function jsonOf(value: unknown): Json {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
