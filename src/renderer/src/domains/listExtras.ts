/**
 * What domains add to lists: a line a domain. Each keeps its own in `domains/<domain>/lists.ts` as `readonly ListExtras[]`; heavy
 * parts are loaded when they are first wanted (`panel` and `load`), so a list opens no slower for them.
 */
import type { ListExtras } from '../entities/list/extras';
import { IMPORT_LISTS } from './importLists';
import { REGOPS_LISTS } from './regops/lists';

export const LIST_EXTRAS: readonly ListExtras[] = [...IMPORT_LISTS, ...REGOPS_LISTS];
