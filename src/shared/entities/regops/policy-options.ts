/** Enumerations of policies, their versions and acknowledgements: value, word, tone and shape. */
import type { EnumOption } from '../fields';

export const POLICY_STATUS = [
  { value: 'draft', label: 'Draft', tone: 'neutral', shape: 'circle-dashed' },
  { value: 'in_review', label: 'In review', tone: 'attention', shape: 'eye' },
  { value: 'approved', label: 'Approved', tone: 'underway', shape: 'check' },
  { value: 'active', label: 'In force', tone: 'good', shape: 'check-filled' },
  { value: 'retired', label: 'Retired', tone: 'neutral', shape: 'archive' },
] as const satisfies readonly EnumOption[];

export const VERSION_STATUS = [
  { value: 'draft', label: 'Draft', tone: 'neutral', shape: 'circle-dashed' },
  { value: 'in_review', label: 'In review', tone: 'attention', shape: 'eye' },
  { value: 'approved', label: 'Approved', tone: 'underway', shape: 'check' },
  { value: 'active', label: 'In force', tone: 'good', shape: 'check-filled' },
  { value: 'superseded', label: 'Superseded', tone: 'neutral', shape: 'arrow-swap' },
  { value: 'withdrawn', label: 'Withdrawn', tone: 'neutral', shape: 'x' },
] as const satisfies readonly EnumOption[];

export const VERSION_CHANGE = [
  { value: 'major', label: 'Major' },
  { value: 'minor', label: 'Minor' },
] as const satisfies readonly EnumOption[];

export const AUDIENCE = [
  { value: 'everyone', label: 'Everyone' },
  { value: 'functions', label: 'By function' },
  { value: 'people', label: 'Named people' },
] as const satisfies readonly EnumOption[];

export const ROUND_STATUS = [
  { value: 'open', label: 'Open', tone: 'underway', shape: 'circle-half' },
  { value: 'closed', label: 'Closed', tone: 'neutral', shape: 'archive' },
] as const satisfies readonly EnumOption[];

export const ACKNOWLEDGEMENT_STATUS = [
  { value: 'open', label: 'To acknowledge', tone: 'attention', shape: 'circle-dashed' },
  { value: 'acknowledged', label: 'Acknowledged', tone: 'good', shape: 'check-filled' },
  { value: 'lapsed', label: 'Lapsed', tone: 'neutral', shape: 'x' },
] as const satisfies readonly EnumOption[];
