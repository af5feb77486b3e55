/** Groups of a list as lines: a head for each, its rows below where it is open. Pure arithmetic, whatever the number of rows. */
import type { Entity, Filter } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import type { ListGroup } from '@shared/listing';
import { formatNumber } from '../../lib/format';
import { emptyWords, type Names, valueText } from '../values/text';

export interface GroupLine {
  readonly group: ListGroup;
  readonly open: boolean;
  /** The line of its head. */
  readonly start: number;
}

export interface GroupLayout {
  readonly lines: number;
  readonly groups: readonly GroupLine[];
}

/** The key of a group among the closed ones; no value can be it. */
export function groupId(key: string | null): string {
  return key === null ? '' : `=${key}`;
}

export function layoutOf(groups: readonly ListGroup[], closed: ReadonlySet<string>): GroupLayout {
  let lines = 0;
  const placed = groups.map((group): GroupLine => {
    const open = !closed.has(groupId(group.key));
    const start = lines;
    lines += 1 + (open ? group.count : 0);
    return { group, open, start };
  });
  return { lines, groups: placed };
}

/** The group that a line belongs to, by halving; undefined beyond the last. */
export function groupAt(layout: GroupLayout, line: number): GroupLine | undefined {
  if (line < 0 || line >= layout.lines) return undefined;
  let low = 0;
  let high = layout.groups.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((layout.groups[middle]?.start ?? 0) <= line) low = middle;
    else high = middle - 1;
  }
  return layout.groups[low];
}

/** The filters that pick the rows of a group. */
export function groupFilters(field: Field, name: string, key: string | null): Filter[] {
  if (key === null) return [{ field: name, op: 'empty' }];
  if (field.kind === 'date' || field.kind === 'instant') {
    const [year = 0, month = 1] = key.split('-').map(Number);
    const next = month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, '0')}`;
    return [
      { field: name, op: 'gte', value: `${key}-01` },
      { field: name, op: 'lt', value: `${next.padStart(7, '0')}-01` },
    ];
  }
  return [{ field: name, op: 'eq', value: field.kind === 'boolean' ? key === 'true' : key }];
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What a group is called: `Active`, `Ingrid Solheim`, `Nov 2026`. */
export function groupWords(field: Field, key: string | null, names: Names): string {
  if (key === null) return emptyWords(field);
  if (field.kind === 'date' || field.kind === 'instant') {
    const [year, month] = key.split('-');
    return `${MONTHS[Number(month) - 1] ?? month} ${year}`;
  }
  return valueText(field, field.kind === 'boolean' ? key === 'true' : key, names);
}

/** `12 findings`. */
export function groupCount(definition: Entity, count: number): string {
  const { one, many } = definition.label;
  return `${formatNumber(count)} ${(count === 1 ? one : many).toLowerCase()}`;
}
