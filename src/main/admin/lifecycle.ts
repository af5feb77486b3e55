/**
 * A tenant's life as its administrators steer it: who there is, other names and marks, closing and opening, the licence, and the
 * end with its grace period. The database decides each; this adds what a sentence needs, and the outcome where a reply was lost.
 */
import { CodedError } from '@shared/errors';
import { type LicenceInput, marksSchema, type RenameInput, type TenantSummary } from '@shared/wire/admin-tenants';
import { z } from 'zod';
import { type AdminClient, queryRows } from '../db/migrate/client';
import { resumeTenant, setLicence, suspendTenant } from '../db/provision/licence';
import { provisionError } from '../db/provision/person';
import { checkDomain, checkName } from '../db/provision/tenant';
import { readSettings } from './config';
import { type Runner, settled } from './runner';

const instant = z.union([z.string(), z.date().transform((date) => date.toISOString())]);
const facts = z.record(z.string(), z.unknown());

const summaryRow = z.object({
  id: z.string(),
  name: z.string(),
  domain: z.string(),
  status: z.enum(['active', 'suspended', 'closed']),
  created_at: instant,
  config: facts,
  licence_type: z.string().nullable(),
  licence_status: z.string().nullable(),
  licence_start: z.string().nullable(),
  licence_end: z.string().nullable(),
  features: facts.nullable(),
  limits: facts.nullable(),
  people: z.coerce.number(),
  legal_hold: z.boolean(),
  since: instant.nullable(),
  until: instant.nullable(),
  reason: z.string().nullable(),
});

const DIRECTORY = `SELECT d.id::text, d.name, d.domain, d.status, d.created_at, d.config, d.licence_type, d.state AS licence_status,
    d.licence_start::text, d.licence_end::text, d.features, d.limits, d.people, e.legal_hold, e.since, e.until, e.reason
  FROM public.tenant_directory() d JOIN public.tenant_endings() e ON e.tenant_id = d.id`;

/** The tenants that the actor administers, by name. */
export async function listTenants(runner: Runner): Promise<TenantSummary[]> {
  const rows = await runner.transact((client) => queryRows(client, summaryRow, `${DIRECTORY} ORDER BY d.name, d.id`));
  return rows.map(toSummary);
}

/** @throws CodedError NOT_FOUND where there is none, or none that the actor administers */
export function readTenant(runner: Runner, tenantId: string): Promise<TenantSummary> {
  return runner.transact((client) => summaryOf(client, tenantId));
}

async function summaryOf(client: AdminClient, tenantId: string): Promise<TenantSummary> {
  const [row] = await queryRows(client, summaryRow, `${DIRECTORY} WHERE d.id = $1::uuid`, [tenantId]);
  if (!row) throw new CodedError('NOT_FOUND', { what: 'There is no such tenant' });
  return toSummary(row);
}

function toSummary(row: z.infer<typeof summaryRow>): TenantSummary {
  const marks = marksSchema.partial().safeParse(row.config);
  return {
    id: row.id,
    name: row.name,
    domain: row.domain,
    status: row.status,
    createdAt: row.created_at,
    marks: marks.success ? marks.data : {},
    licence:
      row.licence_type === null || row.licence_start === null || row.licence_end === null
        ? null
        : {
            type: row.licence_type,
            status: row.licence_status ?? '',
            startDate: row.licence_start,
            endDate: row.licence_end,
            features: row.features ?? {},
            limits: row.limits ?? {},
          },
    members: row.people,
    legalHold: row.legal_hold,
    deletion: row.since && row.until ? { since: row.since, until: row.until, reason: row.reason ?? '' } : null,
  };
}

/** Name, domain and marks; what is not given stays. @throws CodedError INPUT_INVALID, DUPLICATE (domain), ROLE_FORBIDS, NOT_FOUND */
export async function renameTenant(runner: Runner, { tenantId, name, domain, marks }: RenameInput): Promise<void> {
  const wanted = domain === undefined ? null : checkDomain(domain);
  const values = [tenantId, name === undefined ? null : checkName(name), wanted, marks ? JSON.stringify(marks) : null];
  await settled(runner, async (client) => {
    try {
      await client.query('SELECT public.rename_tenant($1::uuid, $2, $3, $4::jsonb)', values);
    } catch (error) {
      throw named(error, wanted);
    }
  });
}

function named(error: unknown, domain: string | null): unknown {
  const coded = domain === null ? error : provisionError(error, { field: 'domain', value: domain });
  if (coded instanceof CodedError && coded.code === 'DUPLICATE') {
    return new CodedError('DUPLICATE', { field: 'domain', value: domain ?? '' }, { cause: coded });
  }
  return coded;
}

/** Closes the tenant to its people. @throws CodedError ROLE_FORBIDS, NOT_FOUND, REASON_REQUIRED */
export function suspend(runner: Runner, tenantId: string, reason: string): Promise<void> {
  return settled(runner, (client) => suspendTenant(client, tenantId, reason));
}

/**
 * Opens it again. A tenant whose deletion is scheduled is opened by taking the deletion back.
 * @throws CodedError ROLE_FORBIDS, NOT_FOUND, DELETION_REFUSED
 */
export function resume(runner: Runner, tenantId: string): Promise<void> {
  return settled(runner, async (client) => {
    const deletion = await endingOf(client, tenantId);
    if (deletion?.until) throw refused('deletion_scheduled', deletion.until);
    await resumeTenant(client, tenantId);
  });
}

/** @throws CodedError ROLE_FORBIDS, NOT_FOUND, INPUT_INVALID */
export function licence(runner: Runner, tenantId: string, terms: LicenceInput): Promise<void> {
  return settled(runner, (client) => setLicence(client, tenantId, terms));
}

const endingRow = z.object({ legal_hold: z.boolean(), until: instant.nullable() });

async function endingOf(client: AdminClient, tenantId: string): Promise<z.infer<typeof endingRow> | undefined> {
  const [row] = await queryRows(
    client,
    endingRow,
    'SELECT legal_hold, until FROM public.tenant_endings() WHERE tenant_id = $1::uuid',
    [tenantId],
  );
  return row;
}

function refused(why: string, until?: string): CodedError {
  return new CodedError('DELETION_REFUSED', until === undefined ? { why } : { why, until });
}

/**
 * Closes the tenant and says from when on it may be shredded. Without `graceDays` the platform's setting counts.
 * @returns the end of the grace period, ISO instant
 * @throws CodedError ROLE_FORBIDS, NOT_FOUND, REASON_REQUIRED, DELETION_REFUSED (legal hold, scheduled already)
 */
export async function scheduleDeletion(
  runner: Runner,
  { tenantId, graceDays, reason }: { readonly tenantId: string; readonly graceDays?: number; readonly reason: string },
): Promise<string> {
  const days = graceDays ?? Number((await platformSetting(runner, 'tenant.deletion_grace_days')) ?? 30);
  return settled(runner, async (client) => {
    const ending = await endingOf(client, tenantId);
    if (ending?.until) throw refused('deletion_scheduled', ending.until);
    if (ending?.legal_hold) throw refused('legal_hold');
    const row = z.object({ until: instant });
    const text = 'SELECT public.schedule_tenant_deletion($1::uuid, make_interval(days => $2), $3) AS until';
    const [answer] = await queryRows(client, row, text, [tenantId, days, reason]);
    return answer?.until ?? '';
  });
}

async function platformSetting(runner: Runner, key: string): Promise<unknown> {
  return (await readSettings(runner, null)).find((setting) => setting.key === key)?.value;
}

/** Takes a deletion back within its grace period. @throws CodedError ROLE_FORBIDS, NOT_FOUND, DELETION_REFUSED */
export function cancelDeletion(runner: Runner, tenantId: string): Promise<void> {
  return settled(runner, async (client) => {
    if ((await endingOf(client, tenantId))?.until === null) throw refused('deletion_none');
    await client.query('SELECT public.cancel_tenant_deletion($1::uuid)', [tenantId]);
  });
}

const shreddedSchema = z.object({
  tables: z.number(),
  roles: z.number(),
  memberships: z.number(),
  persons: z.number(),
  rows: z.number(),
  trail: z.number(),
  seals: z.number(),
  lastSeal: z.string().nullable(),
});
/** What went: counts, and the hash of the trail's last seal, by which an export of it can still be told to be genuine. */
export type Shredded = z.infer<typeof shreddedSchema>;

/**
 * Destroys everything of the tenant, for good. `confirm` is its domain. `now` ends the grace period early: for database
 * administrators, with a reason.
 * @throws CodedError ROLE_FORBIDS, NOT_FOUND, REASON_REQUIRED, INPUT_INVALID (confirm), DELETION_REFUSED
 */
export async function shred(
  runner: Runner,
  { tenantId, confirm, now, reason }: { tenantId: string; confirm: string; now?: boolean; reason?: string },
): Promise<Shredded> {
  return settled(runner, async (client) => {
    const tenant = await summaryOf(client, tenantId);
    if (tenant.domain !== confirm.toLowerCase()) {
      const message = `is not the domain of ${tenant.name}`;
      throw new CodedError('INPUT_INVALID', { field: 'confirm' }, { faults: [{ path: 'confirm', message }] });
    }
    if (tenant.deletion === null || tenant.status === 'active') throw refused('deletion_none');
    if (tenant.legalHold) throw refused('legal_hold');
    const row = z.object({ due: z.boolean() });
    const [due] = await queryRows(client, row, 'SELECT now() >= $1::timestamptz AS due', [tenant.deletion.until]);
    if (!now && due?.due !== true) throw refused('grace_period', tenant.deletion.until);
    const [answer] = await queryRows(
      client,
      z.object({ gone: shreddedSchema }),
      'SELECT public.shred_tenant($1::uuid, $2, $3, $4) AS gone',
      [tenantId, tenant.domain, now === true, reason ?? null],
    );
    if (!answer) throw new CodedError('INTERNAL', { reference: 'shred_tenant' });
    return answer.gone;
  });
}
