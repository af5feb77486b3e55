/** What still waits for somebody, in one place for all figures of the first page. */
import { FINDING_SETTLED } from '@shared/entities/auditops/options';

export const SETTLED_FINDINGS: readonly string[] = FINDING_SETTLED;
export const OPEN_ACTIONS: readonly string[] = ['to_do', 'in_progress'];
export const OPEN_PLANS: readonly string[] = ['planned', 'fieldwork', 'review'];
export const OPEN_TESTS: readonly string[] = ['to_do', 'in_progress'];
