/** Enumerations of RegOps: value, word, tone and shape in one place. */
import type { EnumOption } from '../fields';

export const REGULATION_STATUS = [
  { value: 'draft', label: 'Draft', tone: 'neutral', shape: 'pencil' },
  { value: 'active', label: 'Active', tone: 'good', shape: 'check-filled' },
  { value: 'superseded', label: 'Superseded', tone: 'neutral', shape: 'arrow-swap' },
  { value: 'retired', label: 'Retired', tone: 'neutral', shape: 'archive' },
] as const satisfies readonly EnumOption[];

export const REGULATION_TYPE = [
  { value: 'law', label: 'Law' },
  { value: 'standard', label: 'Standard' },
  { value: 'framework', label: 'Framework' },
  { value: 'contract', label: 'Contract' },
  { value: 'internal', label: 'Internal rule' },
] as const satisfies readonly EnumOption[];

export const REQUIREMENT_KIND = [
  { value: 'group', label: 'Family' },
  { value: 'control', label: 'Requirement' },
  { value: 'enhancement', label: 'Enhancement' },
  { value: 'part', label: 'Part' },
] as const satisfies readonly EnumOption[];

export const CONTROL_SET_STATUS = [
  { value: 'draft', label: 'Draft', tone: 'neutral', shape: 'pencil' },
  { value: 'active', label: 'Active', tone: 'good', shape: 'check-filled' },
  { value: 'retired', label: 'Retired', tone: 'neutral', shape: 'archive' },
] as const satisfies readonly EnumOption[];

export const CONTROL_STATUS = [
  { value: 'to_do', label: 'To do', tone: 'neutral', shape: 'circle' },
  { value: 'in_progress', label: 'In progress', tone: 'underway', shape: 'circle-dashed' },
  { value: 'on_hold', label: 'On hold', tone: 'attention', shape: 'pause' },
  { value: 'active', label: 'Active', tone: 'good', shape: 'check-filled' },
  { value: 'degraded', label: 'Degraded', tone: 'attention', shape: 'trend-down' },
  { value: 'deprecated', label: 'Deprecated', tone: 'neutral', shape: 'archive' },
] as const satisfies readonly EnumOption[];

export const CONTROL_TYPE = [
  { value: 'preventive', label: 'Preventive' },
  { value: 'detective', label: 'Detective' },
  { value: 'corrective', label: 'Corrective' },
  { value: 'directive', label: 'Directive' },
] as const satisfies readonly EnumOption[];

export const CONTROL_CATEGORY = [
  { value: 'policy', label: 'Policy' },
  { value: 'process', label: 'Process' },
  { value: 'technical', label: 'Technical' },
  { value: 'physical', label: 'Physical' },
] as const satisfies readonly EnumOption[];

export const CONTROL_EFFORT = [
  { value: 'XS', label: 'XS' },
  { value: 'S', label: 'S' },
  { value: 'M', label: 'M' },
  { value: 'L', label: 'L' },
  { value: 'XL', label: 'XL' },
] as const satisfies readonly EnumOption[];

export const CONTROL_FREQUENCY = [
  { value: 'continuous', label: 'Continuous' },
  { value: 'daily', label: 'Daily' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'monthly', label: 'Monthly' },
  { value: 'quarterly', label: 'Quarterly' },
  { value: 'yearly', label: 'Yearly' },
  { value: 'on_event', label: 'On event' },
] as const satisfies readonly EnumOption[];

export const CONTROL_MATURITY = [
  { value: 'none', label: 'None' },
  { value: 'initial', label: 'Initial' },
  { value: 'managed', label: 'Managed' },
  { value: 'defined', label: 'Defined' },
  { value: 'quantitatively_managed', label: 'Quantitatively managed' },
  { value: 'optimizing', label: 'Optimizing' },
] as const satisfies readonly EnumOption[];

export const MAPPING_RELATION = [
  { value: 'equal', label: 'Equal' },
  { value: 'subset', label: 'Subset' },
  { value: 'superset', label: 'Superset' },
  { value: 'intersect', label: 'Intersects' },
  { value: 'not_related', label: 'Not related' },
] as const satisfies readonly EnumOption[];

export const ASSESSMENT_STATUS = [
  { value: 'planned', label: 'Planned', tone: 'neutral', shape: 'circle' },
  { value: 'in_progress', label: 'In progress', tone: 'underway', shape: 'circle-dashed' },
  { value: 'in_review', label: 'In review', tone: 'underway', shape: 'eye' },
  { value: 'done', label: 'Done', tone: 'good', shape: 'check' },
  { value: 'deprecated', label: 'Deprecated', tone: 'neutral', shape: 'archive' },
] as const satisfies readonly EnumOption[];

/** How far the work on one requirement is; the result is another axis. */
export const ANSWER_STATUS = [
  { value: 'to_do', label: 'To do', tone: 'neutral', shape: 'circle' },
  { value: 'in_progress', label: 'In progress', tone: 'underway', shape: 'circle-dashed' },
  { value: 'in_review', label: 'In review', tone: 'underway', shape: 'eye' },
  { value: 'done', label: 'Done', tone: 'good', shape: 'check' },
] as const satisfies readonly EnumOption[];

export const ANSWER_RESULT = [
  { value: 'not_assessed', label: 'Not assessed', tone: 'neutral', shape: 'circle-dashed' },
  { value: 'non_compliant', label: 'Non-compliant', tone: 'bad', shape: 'x-filled' },
  { value: 'partially_compliant', label: 'Partially compliant', tone: 'attention', shape: 'circle-half' },
  { value: 'compliant', label: 'Compliant', tone: 'good', shape: 'check-filled' },
  { value: 'not_applicable', label: 'Not applicable', tone: 'neutral', shape: 'circle-minus' },
] as const satisfies readonly EnumOption[];

export const EXTENDED_RESULT = [
  { value: 'major_nonconformity', label: 'Major nonconformity', tone: 'bad', shape: 'chevrons-up' },
  { value: 'minor_nonconformity', label: 'Minor nonconformity', tone: 'attention', shape: 'chevron-up' },
  { value: 'observation', label: 'Observation', tone: 'underway', shape: 'equal' },
  { value: 'opportunity_for_improvement', label: 'Opportunity for improvement', tone: 'neutral', shape: 'bulb' },
  { value: 'good_practice', label: 'Good practice', tone: 'good', shape: 'check' },
] as const satisfies readonly EnumOption[];
