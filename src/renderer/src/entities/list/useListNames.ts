/** What the rows of a list and the chips of its filters are called, and how the rows are grouped. */
import type { Entity, Filter } from '@shared/entities/define';
import { useMemo } from 'react';
import { useNames, useTitles } from '../values/names';
import type { Names } from '../values/text';
import type { GroupKey } from './query';
import type { Grouping } from './usePagedRows';

/** Null where the list is not grouped, or by a field that is not there any more. */
export function useGrouping(definition: Entity, by: GroupKey | null, closed: ReadonlySet<string>): Grouping | null {
  return useMemo(() => {
    const field = by === null ? undefined : definition.fields[by.field];
    return by === null || field === undefined ? null : { by, field, closed };
  }, [definition, by, closed]);
}

/** Names of what the rows and the chips refer to. */
export function useListNames(definition: Entity, labels: Readonly<Record<string, string>>, filters: readonly Filter[]): Names {
  const wanted: Record<string, string[]> = {};
  for (const filter of filters) {
    const target = definition.fields[filter.field]?.target;
    if (target === undefined || filter.op === 'contains') continue;
    const ids = (Array.isArray(filter.value) ? filter.value : [filter.value]).filter((id) => typeof id === 'string');
    wanted[target] = [...(wanted[target] ?? []), ...ids];
  }
  const titles = useTitles(wanted);
  return useNames(useMemo(() => ({ ...titles, ...labels }), [titles, labels]));
}
