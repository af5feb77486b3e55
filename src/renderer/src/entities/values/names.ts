/** Names for what rows only know by id: persons from the tenant's list, records from the labels that came with the rows. */

import { recordTitle } from '@shared/entities/define';
import { type EntityName, entityOf, isEntityName } from '@shared/entities/registry';
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listOptions, usePeople } from '../api';
import type { Names } from './text';

export type Labels = Readonly<Record<string, string>>;

/** At most this many ids travel in one look-up; the service takes 200 values a filter. */
const CHUNK = 200;

export function useNames(labels: Labels | undefined): Names {
  const people = usePeople();
  return useMemo(() => {
    const known = labels ?? {};
    return { person: people.name, record: (id: string) => (Object.hasOwn(known, id) ? (known[id] ?? null) : null) };
  }, [people, labels]);
}

/** One look-up for all the ids of a target, in chunks. */
function lookUps(
  wanted: Readonly<Record<string, readonly string[]>>,
): readonly { readonly target: EntityName; readonly ids: string[] }[] {
  return Object.entries(wanted).flatMap(([target, ids]) => {
    if (!isEntityName(target)) return [];
    const all = [...new Set(ids)].sort();
    const chunks: { target: EntityName; ids: string[] }[] = [];
    for (let at = 0; at < all.length; at += CHUNK) chunks.push({ target, ids: all.slice(at, at + CHUNK) });
    return chunks;
  });
}

/**
 * Titles of records that no row brought along (a filter from an address, a prefilled form), looked up in batches.
 *
 * @param wanted ids by the entity they belong to
 */
export function useTitles(wanted: Readonly<Record<string, readonly string[]>>): Labels {
  const asked = lookUps(wanted);
  return useQueries({
    queries: asked.map(({ target, ids }) => ({
      ...listOptions(target, { filter: [{ field: 'id', op: 'in', value: ids }], limit: CHUNK }),
      staleTime: 300_000,
    })),
    combine: (results) => {
      const labels: Record<string, string> = {};
      results.forEach((result, at) => {
        const target = asked[at]?.target;
        if (target === undefined) return;
        for (const row of result.data?.rows ?? []) labels[row.id] = recordTitle(entityOf(target), row);
      });
      return labels;
    },
  });
}
