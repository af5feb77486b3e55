/** The word for a value that is chosen from a list. */
import type { EnumOption } from './fields';

/** The option's label; the value itself where the list does not know it. */
export function optionLabel(options: readonly EnumOption[] | undefined, value: string): string {
  return options?.find((option) => option.value === value)?.label ?? value;
}
