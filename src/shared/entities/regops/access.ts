/** Who may do what in RegOps. The auditor may bring in catalogues, for they are the criteria of an audit (docs/decisions). */

import { TENANT_FUNCTIONS } from '../../roles';
import type { Access } from '../define';

export const EVERYONE = TENANT_FUNCTIONS;

export const CATALOG_ACCESS: Access = {
  read: EVERYONE,
  create: ['auditor', 'compliance', 'admin'],
  update: ['auditor', 'compliance', 'admin'],
  archive: ['compliance', 'admin'],
};

/** Assessments and policies are the work of compliance; everybody in the tenant reads them. */
export const COMPLIANCE_ACCESS: Access = {
  read: EVERYONE,
  create: ['compliance'],
  update: ['compliance'],
  archive: ['compliance'],
};
