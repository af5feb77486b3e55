/**
 * Which date of a record asks for something, read from the definition: the saved view that compares a date with today
 * (“Overdue”, “Due for test”) says which field it is, and its other conditions say which records still wait.
 */
import type { EntityDefinition, Filter } from '@shared/entities/define';

export interface DueRule {
  readonly field: string;
  /** Conditions under which the date still counts. */
  readonly open: readonly Filter[];
}

export function dueRule(definition: EntityDefinition): DueRule | null {
  for (const view of definition.list.views) {
    const dated = view.filter.find(
      (filter) =>
        definition.fields[filter.field]?.kind === 'date' && typeof filter.value === 'string' && filter.value.startsWith('@today'),
    );
    if (dated !== undefined) return { field: dated.field, open: view.filter.filter((filter) => filter !== dated) };
  }
  return null;
}

function holds(filter: Filter, value: unknown): boolean {
  const among = Array.isArray(filter.value) && filter.value.some((each) => each === value);
  switch (filter.op) {
    case 'in':
      return among;
    case 'notIn':
      return !among;
    case 'eq':
      return value === filter.value;
    case 'ne':
      return value !== filter.value;
    default:
      return true;
  }
}

/** Whether this field of this row is a date that somebody must act on. */
export function isDue(rule: DueRule | null, field: string, row: Readonly<Record<string, unknown>>): boolean {
  return rule !== null && rule.field === field && rule.open.every((filter) => holds(filter, row[filter.field]));
}
