import { describe, expect, test } from 'vitest';
import { LIST_EXTRAS } from '../../domains/listExtras';
import { extrasFor, type ListAction, type ListExtras } from './extras';

const action = (key: string, needs: ListAction['needs']): ListAction => ({
  key,
  label: key,
  icon: 'plus',
  at: 'head',
  needs,
  run: () => undefined,
});

describe('extras of a list', () => {
  const registry: readonly ListExtras[] = [
    { entity: 'controls', actions: [action('test', [['controlTests', 'create']]), action('look', [['controls', 'read']])] },
    { entity: 'findings', actions: [action('other', [])] },
    { entity: 'all', actions: [action('import', [['this', 'create']])] },
  ];

  test('are those of the entity whose every right the person has', () => {
    expect(extrasFor(registry, 'controls', ['auditor']).actions.map((each) => each.key)).toEqual(['test', 'look', 'import']);
    expect(extrasFor(registry, 'controls', ['viewer']).actions.map((each) => each.key)).toEqual(['look']);
    expect(extrasFor(registry, 'controls', []).actions).toEqual([]);
    expect(extrasFor(registry, 'evidenceFiles', ['viewer'])).toEqual({ actions: [], views: [] });
  });

  test('have keys of their own in each list', () => {
    const keys = LIST_EXTRAS.flatMap(({ entity, actions = [], views = [] }) =>
      [...actions, ...views].map((each) => `${entity}/${each.key}`),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});
