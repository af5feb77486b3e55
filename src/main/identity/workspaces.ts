/** From the rows of `public.my_workspaces()` to workspaces with their marks, and why nobody gets into one. */
import { CodedError } from '@shared/errors';
import type { Workspace } from '@shared/ipc';
import { COLOURS, fullMarks, WEAVES } from '@shared/marks';
import type { TenantFunction } from '@shared/roles';
import { tenantFunctionSchema } from '@shared/wire/roles';
import { z } from 'zod';

/** A row as the database gives it; dates are `YYYY-MM-DD` text. */
export const workspaceRowSchema = z.object({
  tenant_id: z.uuid(),
  name: z.string(),
  domain: z.string().nullable(),
  config: z.unknown(),
  tenant_status: z.string().nullable(),
  functions: z.array(tenantFunctionSchema),
  licence_type: z.string().nullable(),
  licence_status: z.string().nullable(),
  licence_start: z.iso.date().nullable(),
  licence_end: z.iso.date().nullable(),
});
export type WorkspaceRow = z.infer<typeof workspaceRowSchema>;

const marksSchema = z.object({
  kind: z.enum(['production', 'training']).optional().catch(undefined),
  place: z.string().max(80).optional().catch(undefined),
  sign: z.string().min(1).max(4).optional().catch(undefined),
  colour: z.enum(COLOURS).optional().catch(undefined),
  weave: z.enum(WEAVES).optional().catch(undefined),
});

export function toWorkspace(row: WorkspaceRow, today: string): Workspace {
  const parsed = marksSchema.safeParse(row.config ?? {});
  const marks = parsed.success ? parsed.data : {};
  return {
    tenantId: row.tenant_id,
    name: row.name,
    domain: row.domain ?? '',
    ...fullMarks(row.tenant_id, row.name, marks),
    functions: row.functions,
    licence: { type: row.licence_type ?? '', endDate: row.licence_end ?? '', usable: refusalOf(row, today) === null },
  };
}

/** Why a tenant cannot be worked in today; null where it can. */
export function refusalOf(row: WorkspaceRow, today: string): CodedError | null {
  if (row.tenant_status !== null && row.tenant_status !== 'active')
    return new CodedError('TENANT_SUSPENDED', { tenant: row.name });
  if (row.licence_start !== null && row.licence_start > today) {
    return new CodedError('LICENCE_NOT_STARTED', { tenant: row.name, startDate: row.licence_start });
  }
  const ended = row.licence_end !== null && row.licence_end < today;
  if (row.licence_status === 'suspended' && !ended) return new CodedError('TENANT_SUSPENDED', { tenant: row.name });
  if (row.licence_type === null || ended) {
    return new CodedError('LICENCE_EXPIRED', { tenant: row.name, endDate: row.licence_end ?? '' });
  }
  return null;
}

/** The tenant to open: the one last used if it can be, else the first that can. Throws why where there is none. */
export function chooseTenant(rows: readonly WorkspaceRow[], lastUsed: string | undefined, today: string): string {
  if (rows.length === 0) throw new CodedError('NO_MEMBERSHIP');
  const usable = rows.filter((row) => refusalOf(row, today) === null);
  const chosen = usable.find((row) => row.tenant_id === lastUsed) ?? usable[0];
  if (chosen) return chosen.tenant_id;
  throw rows.map((row) => refusalOf(row, today)).find((refusal) => refusal !== null) ?? new CodedError('NO_MEMBERSHIP');
}

/** The function a transaction takes on when a call names none: the widest that the person has. */
export function widest(functions: readonly TenantFunction[]): TenantFunction {
  const order: readonly TenantFunction[] = ['admin', 'risk', 'privacy', 'compliance', 'auditor', 'viewer'];
  return order.find((fn) => functions.includes(fn)) ?? 'viewer';
}
