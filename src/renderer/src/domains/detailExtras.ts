/**
 * The extras of detail pages, by entity: tabs, cards and actions that a domain draws itself. A line here is all it takes; each is
 * loaded when it is first shown. See "Extend a detail page" in docs/developers.md.
 */
import type { EntityName } from '@shared/entities/registry';
import type { DetailExtras } from '../entities/detail/extras';

const SIGNED: DetailExtras['cards'] = [
  { key: 'sign-offs', column: 'side', load: async () => (await import('./auditops/fieldworkCards')).SignOffsCard },
  { key: 'review-notes', column: 'side', load: async () => (await import('./auditops/fieldworkCards')).ReviewNotesCard },
];

export const DETAIL_EXTRAS: Readonly<Partial<Record<EntityName, DetailExtras>>> = {
  regulations: {
    actions: [
      { key: 'looks', load: async () => (await import('./regops/RegulationLooks')).RegulationLooks },
      { key: 'oscal', load: async () => (await import('./regops/ExportOscalAction')).ExportOscalAction },
    ],
  },
  complianceAssessments: {
    cards: [
      {
        key: 'review',
        column: 'side',
        above: true,
        load: async () => (await import('./regops/assessments/ReviewCard')).ReviewCard,
        when: ({ record }) => record.row.status === 'in_review' && !record.archived,
      },
    ],
    tabs: [
      {
        key: 'posture',
        label: 'Posture',
        place: 'first',
        load: async () => (await import('./regops/assessments/PostureTab')).PostureTab,
      },
      { key: 'comparison', label: 'Comparison', load: async () => (await import('./regops/assessments/CompareTab')).CompareTab },
      {
        key: 'applicability',
        label: 'Applicability',
        load: async () => (await import('./regops/assessments/StatementTab')).StatementTab,
      },
    ],
    actions: [
      { key: 'oscal', load: async () => (await import('./regops/ExportAuditAction')).ExportAuditAction },
      { key: 'answers', load: async () => (await import('./regops/assessments/AssessmentActions')).AnswerAction },
      {
        key: 'lock',
        load: async () => (await import('./regops/assessments/AssessmentActions')).LockAction,
        when: ({ record, functions }) =>
          functions.includes('compliance') && ['in_progress', 'in_review'].includes(String(record.row.status)),
      },
      {
        key: 'next',
        load: async () => (await import('./regops/assessments/AssessmentActions')).NextAction,
        when: ({ record, functions }) => functions.includes('compliance') && record.row.status === 'done',
      },
    ],
  },
  policies: {
    tabs: [
      {
        key: 'text',
        label: 'Text',
        place: 'first',
        load: async () => (await import('./regops/policies/PolicyTextTab')).PolicyTextTab,
      },
      {
        key: 'rounds',
        label: 'Put to people',
        place: 'first',
        load: async () => (await import('./regops/policies/RoundsTab')).RoundsTab,
      },
    ],
  },
  policyVersions: {
    actions: [{ key: 'text', load: async () => (await import('./regops/policies/PolicyCards')).VersionActions }],
    cards: [
      {
        key: 'text',
        column: 'main',
        above: true,
        load: async () => (await import('./regops/policies/PolicyCards')).VersionTextCard,
      },
    ],
  },
  policyAcknowledgements: {
    actions: [{ key: 'read', load: async () => (await import('./regops/policies/PolicyCards')).ReadAction }],
  },
  controls: {
    tabs: [
      {
        key: 'effectiveness',
        label: 'Effectiveness',
        place: 'first',
        load: async () => (await import('./regops/controls/EffectivenessTab')).EffectivenessTab,
      },
    ],
  },
  findings: {
    cards: [
      {
        key: 'follow-up',
        column: 'side',
        above: true,
        load: async () => (await import('../features/findings/FollowUpCard')).FollowUpCard,
      },
      ...SIGNED,
    ],
  },
  auditReports: {
    tabs: [
      {
        key: 'report',
        label: 'Report',
        place: 'first',
        load: async () => (await import('../features/reports/ReportTab')).ReportTab,
      },
    ],
  },
  evidenceRequests: {
    cards: [
      {
        key: 'answer',
        column: 'main',
        above: true,
        load: async () => (await import('../features/fieldwork/RequestAnswer')).RequestAnswer,
      },
    ],
  },
  auditPlans: {
    cards: SIGNED,
    tabs: [
      {
        key: 'progress',
        label: 'Progress',
        place: 'first',
        load: async () => (await import('../features/fieldwork/AuditProgressTab')).AuditProgressTab,
      },
      {
        key: 'timeline',
        label: 'Timeline',
        place: 'first',
        load: async () => (await import('../features/fieldwork/AuditStoryTab')).AuditStoryTab,
      },
    ],
    actions: [
      { key: 'oscal', load: async () => (await import('./regops/ExportAuditAction')).ExportAuditAction },
      { key: 'fieldwork', load: async () => (await import('./auditops/fieldworkActions')).FieldworkAction },
    ],
  },
  controlTests: {
    cards: SIGNED,
    actions: [
      {
        key: 'worksheet',
        load: async () => (await import('./auditops/fieldworkActions')).WorksheetAction,
        when: ({ record }) => typeof record.row.auditPlanId === 'string',
      },
    ],
  },
};
