/** Records of policies for the screens of this folder: with their own row types, and the operations that move them. */
import { applyOperation, listOptions, recordOptions } from '@renderer/entities/api';
import type { GenericRow } from '@renderer/entities/rows';
import { uuidv7 } from '@renderer/lib/uuid';
import type { EntityRow } from '@shared/entities/registry';
import type { OperationResult } from '@shared/operations';
import type { RecordView } from '@shared/wire/records';
import { queryOptions, useQuery } from '@tanstack/react-query';

export type Policy = EntityRow<'policies'>;
export type Version = EntityRow<'policyVersions'>;

const rowsOf = <N extends 'policyVersions'>(rows: readonly GenericRow[]) => rows as readonly (GenericRow & EntityRow<N>)[];

/** Most versions that one policy's screens show. */
const MOST = 500;

/** The versions of a policy without their texts, newest first. */
export function versionsOptions(policyId: string) {
  const options = listOptions('policyVersions', {
    filter: [{ field: 'policyId', op: 'eq', value: policyId }],
    sort: [{ field: 'createdAt', dir: 'desc' }],
    limit: MOST,
  });
  return queryOptions({ ...options, select: (page) => rowsOf<'policyVersions'>(page.rows) });
}

/** One version with its text. */
export function useVersion(id: string | null) {
  return useQuery({
    ...recordOptions('policyVersions', id ?? ''),
    enabled: id !== null,
    select: (record) => record as RecordView<GenericRow & Version>,
  });
}

export function usePolicy(id: string | null) {
  return useQuery({
    ...recordOptions('policies', id ?? ''),
    enabled: id !== null,
    select: (record) => record as RecordView<GenericRow & Policy>,
  });
}

/** The one that is worked on: a draft, or one that waits for approval or for its day. */
export const openVersion = <V extends Version>(versions: readonly V[]): V | null =>
  versions.find(({ status }) => status === 'draft' || status === 'in_review' || status === 'approved') ?? null;

export const versionInForce = <V extends Version>(versions: readonly V[]): V | null =>
  versions.find(({ status }) => status === 'active') ?? null;

/**
 * The version in force on a day. It counts from its first day to the day before another one's; on a day on which one ended and another
 * began, the one that began. Null where none was.
 */
export function versionOn<V extends Pick<Version, 'inForceFrom' | 'inForceUntil' | 'major' | 'minor'>>(
  versions: readonly V[],
  day: string,
): V | null {
  const held = versions.filter(
    ({ inForceFrom, inForceUntil }) =>
      inForceFrom !== null && inForceFrom <= day && (inForceUntil === null || day < inForceUntil),
  );
  return [...held].sort((a, b) => (b.major ?? 0) - (a.major ?? 0) || (b.minor ?? 0) - (a.minor ?? 0))[0] ?? null;
}

/** Moves a version to another state. */
export function stepVersion(row: Version, status: Version['status']): Promise<OperationResult> {
  return applyOperation({
    opId: uuidv7(),
    entity: 'policyVersions',
    entityId: row.id,
    kind: 'update',
    baseVersion: row.rowVersion,
    base: { status: row.status },
    patch: { status },
  });
}
