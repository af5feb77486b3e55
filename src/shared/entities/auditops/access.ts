/** Who may do what in AuditOps: auditors write, everyone in the tenant reads; owners of actions report on them. */
import { TENANT_FUNCTIONS } from '../../roles';
import type { Access } from '../define';

export const AUDIT_ACCESS: Access = {
  read: TENANT_FUNCTIONS,
  create: ['auditor'],
  update: ['auditor'],
  archive: ['auditor'],
};

/** Actions are carried out by the functions that own the work, so they may write them too. */
export const ACTION_ACCESS: Access = {
  read: TENANT_FUNCTIONS,
  create: ['auditor', 'compliance', 'privacy', 'risk'],
  update: ['auditor', 'compliance', 'privacy', 'risk'],
  archive: ['auditor'],
};
