/**
 * A line of the crosswalk: how a requirement of one regulation stands to one of another. Kept once, in the direction in which its
 * author read it; `inverseOf` turns it round for the reader at the other end.
 */
import { defineEntity } from '../define';
import { choice, integer, longText, reference, text } from '../fields';
import { CATALOG_ACCESS } from './access';
import { MAPPING_RELATION } from './options';

export type MappingRelation = (typeof MAPPING_RELATION)[number]['value'];

/** The same relation read from its target: what was a subset is a superset. */
export function inverseOf(relation: MappingRelation): MappingRelation {
  if (relation === 'subset') return 'superset';
  return relation === 'superset' ? 'subset' : relation;
}

export const requirementMapping = defineEntity({
  name: 'requirementMappings',
  table: 'requirement_mappings',
  domain: 'regops',
  label: { one: 'Crosswalk mapping', many: 'Crosswalk mappings' },
  icon: 'arrows-join',
  purpose: 'A crosswalk says which requirements of two regulations ask for the same, so that one answer serves both.',
  fields: {
    sourceRequirementId: reference({ label: 'Requirement', target: 'requirements', required: true, merge: 'immutable' }),
    relation: choice({ label: 'Relation', options: MAPPING_RELATION, required: true, merge: 'ask' }),
    targetRequirementId: reference({ label: 'To requirement', target: 'requirements', required: true, merge: 'immutable' }),
    strength: integer({ label: 'Strength', required: true, min: 0, max: 10, help: '10 is as close as can be' }),
    rationale: longText({ label: 'Rationale', max: 10_000 }),
    source: text({ label: 'Said by', max: 255, help: 'A published crosswalk, a file, or the person who judged it' }),
    sourceRegulationId: reference({ label: 'Regulation', target: 'regulations', writable: 'never' }),
    targetRegulationId: reference({ label: 'To regulation', target: 'regulations', writable: 'never' }),
  },
  refField: null,
  titleField: 'relation',
  naturalKey: ['sourceRequirementId', 'targetRequirementId'],
  access: CATALOG_ACCESS,
  list: {
    columns: [
      { field: 'sourceRegulationId', width: 160 },
      { field: 'sourceRequirementId' },
      { field: 'relation', width: 110 },
      { field: 'targetRequirementId', width: 280 },
      { field: 'targetRegulationId', width: 160 },
      { field: 'strength', width: 80 },
    ],
    sort: [{ field: 'createdAt', dir: 'asc' }],
    search: ['rationale', 'source'],
    views: [{ key: 'all', label: 'All', filter: [] }],
  },
  form: [
    {
      title: 'What stands to what',
      reason: 'read from left to right',
      fields: [['sourceRequirementId', 'targetRequirementId'], ['relation', 'strength'], 'rationale', 'source'],
    },
  ],
  children: [],
});
