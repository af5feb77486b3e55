/** Every list whose records can come from a file has the way to it. */
import { entityOf } from '@shared/entities/registry';
import type { ListExtras } from '../entities/list/extras';
import { importPath } from '../entities/paths';
import { IMPORTABLE } from '../features/import/fields';

export const IMPORT_LISTS: readonly ListExtras[] = IMPORTABLE.map((entity) => ({
  entity,
  actions: [
    {
      key: 'import-rows',
      label: `Import ${entityOf(entity).label.many.toLowerCase()}`,
      icon: 'import',
      at: 'head',
      needs: [['this', 'create']],
      run: ({ go }) => go(importPath(entity)),
    },
  ],
}));
