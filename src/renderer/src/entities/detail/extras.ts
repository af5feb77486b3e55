/**
 * What a domain adds to the detail page of its records: tabs, cards and actions, each loaded when it is first shown. The registry is
 * `domains/detailExtras.ts`; the page itself knows no domain.
 */
import type { Entity } from '@shared/entities/define';
import type { EntityName, EntityRow } from '@shared/entities/registry';
import type { TenantFunction } from '@shared/roles';
import type { RecordView } from '@shared/wire/records';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { GenericRow } from '../rows';

/** What every extra is given. `recordOf` narrows the record to the rows of its entity. */
export interface DetailExtraProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly record: RecordView<GenericRow>;
  /** What the record is called in sentences: `F-031`. */
  readonly called: string;
  /** Opens another tab of the same record by its key. */
  readonly onTab: (key: string) => void;
}

/** Who looks at which record, for an extra that is not always there. */
export interface ExtraFacts {
  readonly record: RecordView<GenericRow>;
  readonly functions: readonly TenantFunction[];
}

interface Extra {
  /** Unique among the extras of the entity; a tab's stands in the address. */
  readonly key: string;
  /** Loads the component: `() => import('./auditops/SamplingTab').then((m) => m.SamplingTab)`. */
  readonly load: () => Promise<ComponentType<DetailExtraProps>>;
  /** Left out: always there. */
  readonly when?: (facts: ExtraFacts) => boolean;
}

/** A query for the number beside a tab. Keys begin as tRPC's own do, so that a change told by main makes them stale. */
export interface CountQuery {
  readonly queryKey: readonly unknown[];
  readonly queryFn: (call: { readonly signal: AbortSignal }) => Promise<number>;
}

export interface ExtraTab extends Extra {
  readonly label: string;
  readonly count?: (id: string) => CountQuery;
  /** The tab takes the height that is left and scrolls by itself, as tables do. */
  readonly fills?: boolean;
  /** Where it stands: after the overview, or after the relations (by itself). */
  readonly place?: 'first' | 'last';
}

export interface ExtraCard extends Extra {
  /** The wide column or the narrow one beside it. */
  readonly column: 'main' | 'side';
  /** Above the fields of the record instead of below them. */
  readonly above?: boolean;
}

export type ExtraAction = Extra;

export interface DetailExtras {
  readonly tabs?: readonly ExtraTab[];
  readonly cards?: readonly ExtraCard[];
  /** Buttons in the head, at the left of the state. */
  readonly actions?: readonly ExtraAction[];
}

/** The record with the types of its own entity. A TypeError where an extra is registered for another one: a mistake of ours. */
export function recordOf<N extends EntityName>(name: N, props: Pick<DetailExtraProps, 'name' | 'record'>) {
  if (!isRecordOf(name, props)) throw new TypeError(`an extra for ${name} is drawn for ${props.name}`);
  return props.record;
}

function isRecordOf<N extends EntityName>(
  name: N,
  props: Pick<DetailExtraProps, 'name' | 'record'>,
): props is { readonly name: N; readonly record: RecordView<EntityRow<N> & GenericRow> } {
  return props.name === name;
}

const drawn = new WeakMap<Extra['load'], LazyExoticComponent<ComponentType<DetailExtraProps>>>();

/** The component of an extra, loaded once. */
export function extraComponent({ load }: Pick<Extra, 'load'>): LazyExoticComponent<ComponentType<DetailExtraProps>> {
  const known = drawn.get(load);
  if (known !== undefined) return known;
  const component = lazy(async () => ({ default: await load() }));
  drawn.set(load, component);
  return component;
}
