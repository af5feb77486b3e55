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
