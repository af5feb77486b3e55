/** What the demonstration's content names by reference, found among the records that are there. */
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';

export type Controls = ReadonlyMap<string, EntityRow<'controls'>>;

export function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new CodedError('NOT_FOUND', { what: `The demonstration names ${what}, which is not there` });
  return found;
}

export function testOf(
  ref: string,
  tests: readonly EntityRow<'controlTests'>[],
  controls: Controls,
): EntityRow<'controlTests'> | undefined {
  const control = controls.get(ref);
  return control && tests.find((test) => test.controlId === control.id);
}
