/**
 * The functions a person can have in a tenant, and the names of the database roles that stand for them.
 * PostgreSQL enforces them; the app only explains them.
 */
/** Order is from the narrowest to the widest; see docs/administrators.md for what each may do. */
export const TENANT_FUNCTIONS = ['viewer', 'auditor', 'compliance', 'privacy', 'risk', 'admin'] as const;
export type TenantFunction = (typeof TENANT_FUNCTIONS)[number];

export function isTenantFunction(value: unknown): value is TenantFunction {
  return TENANT_FUNCTIONS.some((fn) => fn === value);
}

export const FUNCTION_LABELS: Readonly<Record<TenantFunction, string>> = {
  viewer: 'Viewer',
  auditor: 'Auditor',
  compliance: 'Compliance',
  privacy: 'Privacy (DPO)',
  risk: 'Risk',
  admin: 'Administrator',
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The 32 hex digits of a uuid, which name a tenant's schema and roles. Throws on anything but a lower-case uuid. */
export function tenantKey(tenantId: string): string {
  if (!UUID.test(tenantId)) throw new TypeError('a tenant id is a lower-case uuid');
  return tenantId.replaceAll('-', '');
}

/** `tenant_<32 hex>`: the schema that holds one tenant's records. */
export function tenantSchema(tenantId: string): string {
  return `tenant_${tenantKey(tenantId)}`;
}

/** `tenant_<32 hex>_<function>`: the NOLOGIN role a transaction takes on. */
export function tenantRole(tenantId: string, fn: TenantFunction): string {
  return `${tenantSchema(tenantId)}_${fn}`;
}
