/**
 * Unsaved work, in this window's memory only. Nothing is written to disk, and nothing outlives the session: when the person
 * signs out or works in another tenant, all of it is forgotten.
 */
import type { Json } from '@shared/entities/fields';
import type { EntityName } from '@shared/entities/registry';
import { countsAsUnsaved } from '../../lib/leave-guard';
import { type ScopeStore, scope } from '../../lib/scope';
import type { GenericRow } from '../rows';

export interface Draft {
  /** Made once for a new record, so that a repeated sending makes one record. */
  readonly entityId: string;
  readonly baseVersion: number | null;
  /** The record as it was when the draft began; null for a new one. */
  readonly baseRow: GenericRow | null;
  readonly initial: Readonly<Record<string, Json>>;
  readonly values: Readonly<Record<string, Json>>;
  readonly typed: Readonly<Record<string, string>>;
  readonly reason: string;
  /** Instant of the last change, ISO. */
  readonly changedAt: string;
}

export interface DraftStore {
  get(key: string): Draft | null;
  /** Keeps a draft; without a signed-in person nothing is kept. */
  keep(key: string, draft: Draft): void;
  drop(key: string): void;
  /** How many are kept. */
  count(): number;
}

/** `place` tells new records apart: a form opened from a relation has a draft of its own. */
export function draftKey(entity: EntityName, id: string | null, place = ''): string {
  return `${entity}:${id ?? `new:${place}`}`;
}

export function createDraftStore(owner: Pick<ScopeStore, 'current' | 'onChange'>): DraftStore {
  const drafts = new Map<string, Draft>();
  owner.onChange(() => drafts.clear());
  return {
    get: (key) => drafts.get(key) ?? null,
    keep: (key, draft) => {
      if (owner.current().key !== null) drafts.set(key, draft);
    },
    drop: (key) => void drafts.delete(key),
    count: () => drafts.size,
  };
}

/** The drafts of this window. */
export const drafts = createDraftStore(scope);
countsAsUnsaved(drafts);
