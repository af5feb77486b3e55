/** The hooks of all domains, for every place that writes records: window, command line, demonstration. */
import type { HookTable } from '../entities/hooks';
import { SAVED_VIEW_HOOKS } from '../entities/saved-views';
import { AUDITOPS_HOOKS } from './auditops';
import { ASSESSMENT_HOOKS } from './regops/assessments/hooks';
import { POLICY_HOOKS } from './regops/policies/hooks';

export const ENTITY_HOOKS: HookTable = { ...AUDITOPS_HOOKS, ...ASSESSMENT_HOOKS, ...POLICY_HOOKS, ...SAVED_VIEW_HOOKS };
