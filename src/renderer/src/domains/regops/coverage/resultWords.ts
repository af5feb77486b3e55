/** The words of results, of controls' tests and of answers alike. */
import { TEST_RESULT } from '@shared/entities/auditops/options';

export const AUDIT_OPTIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(TEST_RESULT.map(({ value, label }) => [value, label])),
  accepted: 'Accepted',
  compliant: 'Compliant',
  partially_compliant: 'Partly compliant',
  non_compliant: 'Not compliant',
  not_assessed: 'Not assessed',
};
