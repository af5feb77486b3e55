/** Records of an entity that match a few words, with those already chosen in front: what pickers offer. */

import { useDebouncedValue } from '@mantine/hooks';
import { recordTitle } from '@shared/entities/define';
import { type EntityName, entityOf } from '@shared/entities/registry';
import type { Filter } from '@shared/listing';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listOptions } from '../api';
import { useTitles } from '../values/names';

const OFFERED = 20;

export interface FoundRecords {
  readonly choices: readonly { readonly id: string; readonly title: string }[];
  /** How many match beyond those offered. */
  readonly more: number;
  readonly pending: boolean;
}

/** `filter` narrows what is offered; what is chosen already stays, whether it matches or not. */
export function useFoundRecords(
  target: EntityName,
  words: string,
  chosen: readonly string[],
  enabled = true,
  filter: readonly Filter[] = [],
): FoundRecords {
  const [search] = useDebouncedValue(words.trim().slice(0, 200), 150);
  const found = useQuery({
    ...listOptions(target, { search, limit: OFFERED, ...(filter.length === 0 ? {} : { filter: [...filter] }) }),
    placeholderData: keepPreviousData,
    enabled,
  });
  const titles = useTitles({ [target]: chosen });
  const entity = entityOf(target);
  const rows = (found.data?.rows ?? []).map((row) => ({ id: row.id, title: recordTitle(entity, row) }));
  const kept = chosen
    .filter((id) => !rows.some((row) => row.id === id))
    .map((id) => ({ id, title: titles[id] ?? 'Record out of reach' }));
  return {
    choices: [...kept, ...rows],
    more: Math.max(0, (found.data?.total ?? 0) - rows.length),
    pending: found.isPending || words.trim() !== search,
  };
}
