/**
 * The extras of detail pages, by entity: tabs, cards and actions that a domain draws itself. A line here is all it takes; each is
 * loaded when it is first shown. See "Extend a detail page" in docs/developers.md.
 */
import type { EntityName } from '@shared/entities/registry';
import type { DetailExtras } from '../entities/detail/extras';

export const DETAIL_EXTRAS: Readonly<Partial<Record<EntityName, DetailExtras>>> = {
  regulations: {
    actions: [
      { key: 'looks', load: async () => (await import('./regops/RegulationLooks')).RegulationLooks },
      { key: 'oscal', load: async () => (await import('./regops/ExportOscalAction')).ExportOscalAction },
    ],
  },
  auditPlans: {
    actions: [
      { key: 'oscal', load: async () => (await import('./regops/ExportAuditAction')).ExportAuditAction },
      { key: 'fieldwork', load: async () => (await import('./auditops/fieldworkActions')).FieldworkAction },
    ],
  },
  controlTests: {
    actions: [
      {
        key: 'worksheet',
        load: async () => (await import('./auditops/fieldworkActions')).WorksheetAction,
        when: ({ record }) => typeof record.row.auditPlanId === 'string',
      },
    ],
  },
};
