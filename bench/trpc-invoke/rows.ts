/** A list page like the workstation's own: 200 controls, about 92 kB. Always the same, so that every run moves the same bytes. */
import type { EntityRow } from '@shared/entities/registry';
import type { ListPage } from '@shared/listing';

const FAMILIES = ['AC', 'AU', 'CM', 'CP', 'IA', 'IR', 'MA', 'SC'] as const;
const DESCRIPTION =
  'Accounts of persons who leave are closed on their last day; the owner of the system looks at the list once a month and signs it.';

function uuid(index: number): string {
  return `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

/** What a row of a list carries: its own fields and the system's, without what only a detail shows. */
export type ListRow = Pick<
  EntityRow<'controls'>,
  | 'id'
  | 'rowVersion'
  | 'updatedAt'
  | 'ref'
  | 'name'
  | 'description'
  | 'family'
  | 'status'
  | 'type'
  | 'keyControl'
  | 'ownerId'
  | 'nextTest'
  | 'priority'
  | 'lastResult'
>;

function row(index: number): ListRow {
  const family = FAMILIES[index % FAMILIES.length] ?? 'AC';
  return {
    id: uuid(index),
    rowVersion: 1 + (index % 5),
    updatedAt: new Date(Date.UTC(2026, 0, 1 + (index % 28), 9, index % 60)).toISOString(),
    ref: `${family}-${index}`,
    name: `Review of access to system ${index}`,
    description: DESCRIPTION,
    family,
    status: 'active',
    type: 'detective',
    keyControl: index % 7 === 0,
    ownerId: uuid(90_000 + (index % 10)),
    nextTest: '2026-11-30',
    priority: 1 + (index % 4),
    lastResult: 'effective',
  };
}

export function controlsPage(count: number): ListPage<ListRow> {
  const rows = Array.from({ length: count }, (_, index) => row(index));
  const labels: Record<string, string> = {};
  for (let person = 0; person < 10; person++) labels[uuid(90_000 + person)] = `Person ${person}`;
  return { rows, total: 10_000, labels };
}
