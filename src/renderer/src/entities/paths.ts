/** Where an entity's screens live. One rule for all: `/<domain>/<kebab name>`, so that no screen builds a path by hand. */
import type { Domain } from '@shared/entities/define';
import { ENTITY_NAMES, type EntityName, entityOf } from '@shared/entities/registry';

export const DOMAIN_LABELS: Readonly<Record<Domain, string>> = {
  regops: 'RegOps',
  privacyops: 'PrivacyOps',
  riskops: 'RiskOps',
  auditops: 'AuditOps',
};

/** `controlTests` → `control-tests`. */
export function entitySlug(name: EntityName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The entity behind a path segment, or null where there is none. */
export function entityBySlug(slug: string): EntityName | null {
  return ENTITY_NAMES.find((name) => entitySlug(name) === slug) ?? null;
}

export function listPath(name: EntityName): string {
  return `/${entityOf(name).domain}/${entitySlug(name)}`;
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
