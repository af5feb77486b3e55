/** Enumerations of AuditOps: value, word, tone and shape in one place. */
import type { EnumOption } from '../fields';

export const PLAN_STATUS = [
  { value: 'planned', label: 'Planned', tone: 'neutral', shape: 'circle' },
  { value: 'fieldwork', label: 'Fieldwork', tone: 'underway', shape: 'circle-dashed' },
  { value: 'review', label: 'In review', tone: 'underway', shape: 'eye' },
  { value: 'reported', label: 'Reported', tone: 'good', shape: 'check' },
  { value: 'closed', label: 'Closed', tone: 'neutral', shape: 'archive' },
  { value: 'cancelled', label: 'Cancelled', tone: 'neutral', shape: 'x' },
] as const satisfies readonly EnumOption[];

export const PLAN_TYPE = [
  { value: 'internal', label: 'Internal audit' },
  { value: 'external', label: 'External audit' },
  { value: 'certification', label: 'Certification' },
  { value: 'supplier', label: 'Supplier audit' },
  { value: 'follow_up', label: 'Follow-up' },
] as const satisfies readonly EnumOption[];

export const TEST_RESULT = [
  { value: 'not_tested', label: 'Not tested', tone: 'neutral', shape: 'circle-dashed' },
  { value: 'effective', label: 'Effective', tone: 'good', shape: 'check-filled' },
  { value: 'partially_effective', label: 'Partially effective', tone: 'attention', shape: 'circle-half' },
  { value: 'ineffective', label: 'Ineffective', tone: 'bad', shape: 'x-filled' },
  { value: 'not_applicable', label: 'Not applicable', tone: 'neutral', shape: 'circle-minus' },
] as const satisfies readonly EnumOption[];

/** One axis of a test; the two axes together give the result. */
export const EFFECTIVENESS = [
  { value: 'effective', label: 'Effective', tone: 'good', shape: 'check-filled' },
  { value: 'partially_effective', label: 'Partly', tone: 'attention', shape: 'circle-half' },
  { value: 'ineffective', label: 'Ineffective', tone: 'bad', shape: 'x-filled' },
  { value: 'not_applicable', label: 'N/A', tone: 'neutral', shape: 'circle-minus' },
] as const satisfies readonly EnumOption[];

export const TEST_STATUS = [
  { value: 'to_do', label: 'To do', tone: 'neutral', shape: 'circle' },
  { value: 'in_progress', label: 'In progress', tone: 'underway', shape: 'circle-dashed' },
  { value: 'in_review', label: 'In review', tone: 'underway', shape: 'eye' },
  { value: 'done', label: 'Done', tone: 'good', shape: 'check' },
] as const satisfies readonly EnumOption[];

export const FINDING_KIND = [
  { value: 'major_nonconformity', label: 'Major', tone: 'bad', shape: 'chevrons-up' },
  { value: 'minor_nonconformity', label: 'Minor', tone: 'attention', shape: 'chevron-up' },
  { value: 'observation', label: 'Observation', tone: 'underway', shape: 'equal' },
  { value: 'opportunity', label: 'Opportunity', tone: 'neutral', shape: 'bulb' },
] as const satisfies readonly EnumOption[];

export const SEVERITY = [
  { value: 'low', label: 'Low', level: 'low', shape: 'chevron-down' },
  { value: 'medium', label: 'Medium', level: 'medium', shape: 'equal' },
  { value: 'high', label: 'High', level: 'high', shape: 'chevron-up' },
  { value: 'critical', label: 'Critical', level: 'critical', shape: 'chevrons-up' },
] as const satisfies readonly EnumOption[];

export const FINDING_STATUS = [
  { value: 'identified', label: 'Identified', tone: 'neutral', shape: 'circle' },
  { value: 'confirmed', label: 'Confirmed', tone: 'attention', shape: 'flag' },
  { value: 'assigned', label: 'Assigned', tone: 'underway', shape: 'user' },
  { value: 'in_progress', label: 'In progress', tone: 'underway', shape: 'circle-dashed' },
  { value: 'resolved', label: 'Resolved', tone: 'good', shape: 'check' },
  { value: 'verified', label: 'Verified', tone: 'good', shape: 'check-filled' },
  { value: 'closed', label: 'Closed', tone: 'neutral', shape: 'archive' },
  { value: 'dismissed', label: 'Dismissed', tone: 'neutral', shape: 'x' },
  { value: 'risk_accepted', label: 'Risk accepted', tone: 'attention', shape: 'scale' },
] as const satisfies readonly EnumOption[];

/** A finding in one of these no longer waits for anybody. */
export const FINDING_SETTLED = ['verified', 'closed', 'dismissed', 'risk_accepted'] as const;

/** What management says to a finding. */
export const RESPONSE_KIND = [
  { value: 'agreed', label: 'Agreed', tone: 'good', shape: 'check' },
  { value: 'partly_agreed', label: 'Partly agreed', tone: 'attention', shape: 'circle-half' },
  { value: 'disagreed', label: 'Disagreed', tone: 'bad', shape: 'x' },
] as const satisfies readonly EnumOption[];

export const ACTION_STATUS = [
  { value: 'to_do', label: 'To do', tone: 'neutral', shape: 'circle' },
  { value: 'in_progress', label: 'In progress', tone: 'underway', shape: 'circle-dashed' },
  { value: 'done', label: 'Done', tone: 'good', shape: 'check' },
  { value: 'cancelled', label: 'Cancelled', tone: 'neutral', shape: 'x' },
] as const satisfies readonly EnumOption[];

export const EVIDENCE_STATUS = [
  { value: 'requested', label: 'Requested', tone: 'underway', shape: 'send' },
  { value: 'draft', label: 'Draft', tone: 'neutral', shape: 'pencil' },
  { value: 'in_review', label: 'In review', tone: 'underway', shape: 'eye' },
  { value: 'accepted', label: 'Accepted', tone: 'good', shape: 'check' },
  { value: 'rejected', label: 'Rejected', tone: 'bad', shape: 'x' },
  { value: 'expired', label: 'Expired', tone: 'attention', shape: 'hourglass' },
] as const satisfies readonly EnumOption[];

export const EVIDENCE_TYPE = [
  { value: 'photo', label: 'Photo' },
  { value: 'document', label: 'Document' },
  { value: 'export', label: 'System export' },
  { value: 'screenshot', label: 'Screenshot' },
  { value: 'interview', label: 'Interview note' },
  { value: 'other', label: 'Other' },
] as const satisfies readonly EnumOption[];

/** What the sign-offs of a record come to; `changed`: its content is not the one that was reviewed. */
export const SIGN_STATE = [
  { value: 'unsigned', label: 'Not signed', tone: 'neutral', shape: 'circle-dashed' },
  { value: 'prepared', label: 'Prepared', tone: 'underway', shape: 'pencil' },
  { value: 'reviewed', label: 'Reviewed', tone: 'good', shape: 'eye' },
  { value: 'approved', label: 'Approved', tone: 'good', shape: 'seal' },
  { value: 'changed', label: 'Changed after review', tone: 'attention', shape: 'alert' },
] as const satisfies readonly EnumOption[];

/** Somebody's place in an audit's team: who reads, who works, who reviews. */
export const TEAM_ROLE = [
  { value: 'lead', label: 'Lead' },
  { value: 'auditor', label: 'Auditor' },
  { value: 'reviewer', label: 'Reviewer' },
  { value: 'observer', label: 'Observer' },
] as const satisfies readonly EnumOption[];

export const SAMPLE_METHOD = [
  { value: 'random', label: 'Simple random' },
  { value: 'systematic', label: 'Systematic' },
  { value: 'monetary_unit', label: 'Monetary unit' },
  { value: 'attribute', label: 'Attribute' },
  { value: 'stratified', label: 'Stratified random' },
] as const satisfies readonly EnumOption[];

export const ITEM_RESULT = [
  { value: 'open', label: 'To test', tone: 'neutral', shape: 'circle-dashed' },
  { value: 'pass', label: 'Pass', tone: 'good', shape: 'check' },
  { value: 'exception', label: 'Exception', tone: 'bad', shape: 'x' },
  { value: 'not_applicable', label: 'N/A', tone: 'neutral', shape: 'circle-minus' },
] as const satisfies readonly EnumOption[];

export const EXCEPTION_KIND = [
  { value: 'not_performed', label: 'Not performed' },
  { value: 'late', label: 'Late' },
  { value: 'incomplete', label: 'Incomplete' },
  { value: 'unauthorised', label: 'Unauthorised' },
  { value: 'wrong_amount', label: 'Wrong amount' },
  { value: 'other', label: 'Other' },
] as const satisfies readonly EnumOption[];

export const NOTE_STATUS = [
  { value: 'open', label: 'Open', tone: 'attention', shape: 'flag' },
  { value: 'answered', label: 'Answered', tone: 'underway', shape: 'eye' },
  { value: 'cleared', label: 'Cleared', tone: 'good', shape: 'check' },
] as const satisfies readonly EnumOption[];

/** Where on a sheet a mark stands. */
export const SHEET_PLACE = [
  { value: 'procedure', label: 'Procedure' },
  { value: 'design', label: 'Design' },
  { value: 'operation', label: 'Operation' },
  { value: 'notes', label: 'Notes' },
  { value: 'sample', label: 'Sample' },
] as const satisfies readonly EnumOption[];

export const REPORT_STATUS = [
  { value: 'draft', label: 'Draft', tone: 'neutral', shape: 'pencil' },
  { value: 'in_review', label: 'In review', tone: 'underway', shape: 'eye' },
  { value: 'issued', label: 'Issued', tone: 'good', shape: 'seal' },
] as const satisfies readonly EnumOption[];

export const REPORT_RATING = [
  { value: 'satisfactory', label: 'Satisfactory', tone: 'good', shape: 'check' },
  { value: 'needs_improvement', label: 'Needs improvement', tone: 'attention', shape: 'alert' },
  { value: 'unsatisfactory', label: 'Unsatisfactory', tone: 'bad', shape: 'x' },
] as const satisfies readonly EnumOption[];
