/**
 * Unsaved work, in this window's memory only, apart for each tenant and person. Nothing is written to disk, and nothing
 * outlives the session: when the person signs out or works in another tenant, all of it is forgotten.
 */
import type { Json } from '@shared/entities/fields';
import type { EntityName } from '@shared/entities/registry';
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

export interface DraftOwner {
  readonly tenantId: string;
  readonly personId: string;
}

const drafts = new Map<string, Draft>();
let owner: DraftOwner | null = null;

/** Says whose drafts are kept from now on; those of anybody else, or of another tenant, are forgotten. */
export function ownDrafts(next: DraftOwner | null): void {
  if (owner?.tenantId === next?.tenantId && owner?.personId === next?.personId) return;
  drafts.clear();
  owner = next;
}

/** `place` tells new records apart: a form opened from a relation has a draft of its own. */
export function draftKey(entity: EntityName, id: string | null, place = ''): string {
  return `${entity}:${id ?? `new:${place}`}`;
}

export function keptDraft(key: string): Draft | null {
  return drafts.get(key) ?? null;
}

/** Keeps a draft; without a signed-in owner nothing is kept. */
export function keepDraft(key: string, draft: Draft): void {
  if (owner !== null) drafts.set(key, draft);
}

export function dropDraft(key: string): void {
  drafts.delete(key);
}
