/** Where an entity's screens live: `/r/<entity>` and below it, as the routes have it. No screen builds a path by hand. */
import type { Domain } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';

export const DOMAIN_LABELS: Readonly<Record<Domain, string>> = {
  regops: 'RegOps',
  privacyops: 'PrivacyOps',
  riskops: 'RiskOps',
  auditops: 'AuditOps',
  workspace: 'Workspace',
};

export function listPath(name: EntityName): string {
  return `/r/${name}`;
}

export function detailPath(name: EntityName, id: string): string {
  return `${listPath(name)}/${encodeURIComponent(id)}`;
}

export function editPath(name: EntityName, id: string): string {
  return `${detailPath(name, id)}/edit`;
}

/** The form for a new record; `prefill` fills fields by their keys (a relation's "New …"). */
export function newPath(name: EntityName, prefill: Readonly<Record<string, string>> = {}): string {
  const params = new URLSearchParams(prefill).toString();
  return `${listPath(name)}/new${params === '' ? '' : `?${params}`}`;
}

/** The page that brings a whole catalogue in. */
export const OSCAL_IMPORT_PATH = '/import/oscal';

/** The page that brings rows of a file into such records. */
export function importPath(name: EntityName): string {
  return `/import/${name}`;
}

/** The page on which a person reads a policy's version and acknowledges it. */
export function readingPath(acknowledgementId: string): string {
  return `/policies/read/${encodeURIComponent(acknowledgementId)}`;
}

/** The page on which the text of a policy's version is written. */
export function writingPath(versionId: string): string {
  return `/policies/write/${encodeURIComponent(versionId)}`;
}

/** Two versions of a policy side by side. */
export function versionsPath(policyId: string, pair: { readonly from?: string; readonly to?: string } = {}): string {
  const params = new URLSearchParams(pair).toString();
  return `/policies/compare/${encodeURIComponent(policyId)}${params === '' ? '' : `?${params}`}`;
}

/** The sheet that a control test is worked on. */
export function worksheetPath(planId: string, testId: string): string {
  return `/fieldwork/${encodeURIComponent(planId)}/${encodeURIComponent(testId)}`;
}
