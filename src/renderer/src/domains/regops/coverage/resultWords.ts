/** Words, tones and shapes of results: of controls' tests, of answers and of evidence alike. */
import { EVIDENCE_STATUS, TEST_RESULT } from '@shared/entities/auditops/options';
import type { EnumOption } from '@shared/entities/fields';
import { ANSWER_RESULT } from '@shared/entities/regops/options';

const OPTIONS: ReadonlyMap<string, EnumOption> = new Map(
  [...EVIDENCE_STATUS, ...TEST_RESULT, ...ANSWER_RESULT].map((option) => [option.value, option]),
);

/** The option of a result; without one it was not tested. */
export function resultOption(result: string | null): EnumOption {
  const value = result ?? 'not_tested';
  return OPTIONS.get(value) ?? { value, label: value };
}
