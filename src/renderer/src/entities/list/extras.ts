/**
 * What a domain may add to the list of an entity without touching the list: actions in its head, actions on the selected rows,
 * and other ways to look at the same question (a matrix, a timeline). The registry of all of them is `domains/listExtras.ts`.
 */
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import type { ListQuery } from '@shared/listing';
import type { TenantFunction } from '@shared/roles';
import type { ComponentType } from 'react';
import type { IconName } from '../../components/icons';
import { isAllowed, type Right } from '../../lib/rights';
import type { GenericRow } from '../rows';

/** A right that somebody must have for an extra to be there at all; `this` is the list's own entity. */
export type ExtraNeed = readonly [entity: EntityName | 'this', right: Right];

/** The list that an extra stands in, as the person sees it now. */
export interface ListPlace {
  readonly name: EntityName;
  readonly definition: Entity;
  /** Filter (that of the view included), search, order; without a page. */
  readonly query: Pick<ListQuery, 'filter' | 'search' | 'sort' | 'archived'>;
  /** How many records answer it. */
  readonly total: number;
  /** The selected rows; empty where none is. */
  readonly selected: readonly GenericRow[];
  /** Goes to an address of the window. */
  readonly go: (path: string) => void;
}

export interface ListPanelProps {
  readonly place: ListPlace;
  readonly onClose: () => void;
}

/** A button. It either acts at once, or opens what it loads: a dialog or a wizard that closes itself by `onClose`. */
export type ListAction = {
  readonly key: string;
  /** Verb and object: `Compare versions`. */
  readonly label: string;
  readonly icon: IconName;
  /** In the list's head, or in the bar over the selected rows. */
  readonly at: 'head' | 'selection';
  /** All of them, or the action is not there. */
  readonly needs: readonly ExtraNeed[];
  /** A single letter that runs it while the list is in front; must not be one of the list's own (`useListKeys.ts`). */
  readonly keys?: string;
} & (
  | { readonly run: (place: ListPlace) => void; readonly panel?: undefined }
  | { readonly run?: undefined; readonly panel: () => Promise<ComponentType<ListPanelProps>> }
);

export interface ListViewProps {
  readonly place: ListPlace;
  /** Opens a record of this list. */
  readonly onOpen: (id: string) => void;
}

/** Another look at the same records. It stands where the rows stand and answers to the same views, filters and search. */
export interface AlternativeView {
  readonly key: string;
  /** One word beside `Rows`: `Matrix`, `Timeline`. */
  readonly label: string;
  readonly icon: IconName;
  readonly needs: readonly ExtraNeed[];
  /** Loaded when it is first looked at. */
  readonly load: () => Promise<ComponentType<ListViewProps>>;
}

export interface ListExtras {
  /** `all` for every list there is. */
  readonly entity: EntityName | 'all';
  readonly actions?: readonly ListAction[];
  readonly views?: readonly AlternativeView[];
}

export interface AllowedExtras {
  readonly actions: readonly ListAction[];
  readonly views: readonly AlternativeView[];
}

/** What of the registry is there for somebody with these functions, in the registry's order. */
export function extrasFor(
  registry: readonly ListExtras[],
  name: EntityName,
  functions: readonly TenantFunction[],
): AllowedExtras {
  const own = registry.filter((each) => each.entity === name || each.entity === 'all');
  const allowed = ({ needs }: { readonly needs: readonly ExtraNeed[] }) =>
    needs.every(([entity, right]) => isAllowed(functions, entity === 'this' ? name : entity, right));
  return {
    actions: own.flatMap((each) => each.actions ?? []).filter(allowed),
    views: own.flatMap((each) => each.views ?? []).filter(allowed),
  };
}
