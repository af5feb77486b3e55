/** Every entity of the workstation, by name. A new entity is its definition, a line here, its table and its drizzle tie. */
import { auditEvidence, evidenceFile } from './auditops/evidence';
import { action, finding } from './auditops/finding';
import { auditPlan, controlTest } from './auditops/plan';
import type { Entity, FieldMap, RowOf } from './define';
import { control, controlRequirement, controlSet } from './regops/control';
import { regulation } from './regops/regulation';
import { requirement } from './regops/requirement';

export const ENTITIES = {
  regulations: regulation,
  requirements: requirement,
  controlSets: controlSet,
  controls: control,
  controlRequirements: controlRequirement,
  auditPlans: auditPlan,
  controlTests: controlTest,
  auditEvidence,
  evidenceFiles: evidenceFile,
  findings: finding,
  actions: action,
} as const;

export type EntityName = keyof typeof ENTITIES;
export type EntityRow<N extends EntityName> =
  (typeof ENTITIES)[N] extends Entity<string, infer F extends FieldMap> ? RowOf<F> : never;

export const ENTITY_NAMES = Object.keys(ENTITIES) as EntityName[];

export function isEntityName(name: string): name is EntityName {
  return Object.hasOwn(ENTITIES, name);
}

/** The definition under its general type, for the engine, which treats all entities alike. */
export function entityOf(name: EntityName): Entity {
  return ENTITIES[name] as Entity;
}
