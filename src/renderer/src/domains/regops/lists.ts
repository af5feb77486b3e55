/** What RegOps adds to its lists. */
import type { ListExtras } from '../../entities/list/extras';

export const REGOPS_LISTS: readonly ListExtras[] = [
  {
    entity: 'complianceAssessments',
    actions: [
      {
        key: 'start',
        label: 'Start an assessment',
        icon: 'checklist',
        at: 'head',
        needs: [
          ['this', 'create'],
          ['requirementAssessments', 'create'],
        ],
        run: ({ go }) => go('/assessments/new'),
      },
    ],
  },
];
