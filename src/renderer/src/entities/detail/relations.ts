/** How a relation is shown: most as rows; a regulation's requirements as the tree that they are. */
import type { Children, EntityDefinition } from '@shared/entities/define';

export function isTree(definition: EntityDefinition, relation: Children): boolean {
  return definition.name === 'regulations' && relation.entity === 'requirements';
}
