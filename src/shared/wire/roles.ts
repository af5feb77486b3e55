/** A function as it comes in from outside. */
import { z } from 'zod';
import { TENANT_FUNCTIONS } from '../roles';

export const tenantFunctionSchema = z.enum(TENANT_FUNCTIONS);
