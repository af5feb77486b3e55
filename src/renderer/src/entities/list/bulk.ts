/** Which fields may be changed for many records at once, and the words for what became of it. */
import type { Entity } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import type { BulkOutcome } from '@shared/wire/lists';
import { formatNumber } from '../../lib/format';
import { isWritable } from '../access';

const KINDS: readonly Field['kind'][] = ['enum', 'person', 'date', 'boolean', 'reference', 'tags', 'integer'];

/**
 * Fields that make sense for many records at once, the likeliest first: the state, persons, dates, choices; never ratings, which are
 * asked one by one, nor what names a record.
 */
export function bulkFields(definition: Entity): readonly (readonly [string, Field])[] {
  const rank = ([key, field]: readonly [string, Field]) =>
    key === definition.states?.field
      ? -1
      : ['person', 'date', 'enum', 'boolean', 'reference', 'tags', 'integer'].indexOf(field.kind);
  return Object.entries(definition.fields)
    .filter(
      ([key, field]) =>
        isWritable(field, 'update') &&
        field.merge !== 'ask' &&
        field.personal !== true &&
        KINDS.includes(field.kind) &&
        !definition.naturalKey.includes(key),
    )
    .sort((a, b) => rank(a) - rank(b));
}

/** The outcome, a sentence a kind; empty where all was done. */
export function bulkWords(outcome: BulkOutcome): string {
  const part = (count: number, one: string, many: string) =>
    count === 0 ? '' : count === 1 ? one : many.replace('#', formatNumber(count));
  const left =
    outcome.stopped === 'cancelled'
      ? (['1 was not tried, because you stopped it.', '# were not tried, because you stopped it.'] as const)
      : ([
          '1 was not tried, because the server stopped answering. It stays selected.',
          '# were not tried, because the server stopped answering. They stay selected.',
        ] as const);
  return [
    part(outcome.same, '1 said so already.', '# said so already.'),
    part(
      outcome.conflicts,
      '1 was changed by somebody else meanwhile; look at it and choose.',
      '# were changed by somebody else meanwhile; look at them and choose.',
    ),
    part(outcome.refused, '1 stays as it is.', '# stay as they are.'),
    part(outcome.left, left[0], left[1]),
  ]
    .filter((text) => text !== '')
    .join(' ');
}
