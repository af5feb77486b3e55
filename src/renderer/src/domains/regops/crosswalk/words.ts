/** The relation of two requirements as a sentence says it. */
import { optionLabel } from '@shared/entities/option-label';
import { MAPPING_RELATION } from '@shared/entities/regops/options';
import type { MappingRelation } from '@shared/entities/regops/requirement-mapping';

const PHRASES: Readonly<Record<MappingRelation, string>> = {
  equal: 'is equal to',
  subset: 'is a subset of',
  superset: 'is a superset of',
  intersect: 'intersects with',
  not_related: 'is not related to',
};
const SIGNS: Readonly<Record<MappingRelation, string>> = {
  equal: '=',
  subset: '⊂',
  superset: '⊃',
  intersect: '∩',
  not_related: '≠',
};

export const relationPhrase = (relation: MappingRelation): string => PHRASES[relation];
export const relationSign = (relation: MappingRelation): string => SIGNS[relation];
export const relationLabel = (relation: MappingRelation): string => optionLabel(MAPPING_RELATION, relation);
export const RELATION_CHOICES = MAPPING_RELATION.map(({ value }) => ({ value, label: PHRASES[value] }));

/** What a relation usually weighs; where a mapping begins. */
export const USUAL_STRENGTH: Readonly<Record<MappingRelation, number>> = {
  equal: 10,
  subset: 7,
  superset: 7,
  intersect: 5,
  not_related: 0,
};

export function isRelation(value: string | null): value is MappingRelation {
  return MAPPING_RELATION.some((option) => option.value === value);
}
