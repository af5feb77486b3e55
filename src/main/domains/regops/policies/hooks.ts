/** What changes with a policy's records, so that the window reads it again: PostgreSQL moves the others by triggers (tenant/0100). */
import type { HookTable } from '@main/entities/hooks';

export const POLICY_HOOKS: HookTable = {
  policies: { after: () => ['policyVersions', 'policyRounds', 'policyAcknowledgements'] },
  policyVersions: { after: () => ['policies', 'policyRounds', 'policyAcknowledgements'] },
  policyRounds: { after: () => ['policyAcknowledgements'] },
  policyAcknowledgements: { after: () => ['policyRounds'] },
};
