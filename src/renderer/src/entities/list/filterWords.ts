/** A field's filters as the words of its chip: “State Active, Degraded”, “Next test by 28 Feb 2027”. */
import type { Filter } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import { formatDate, formatNumber } from '../../lib/format';
import { emptyWords, type Names, valueText } from '../values/text';

function one(field: Field, value: unknown, names: Names): string {
  if (value === '@me') return 'me';
  if (typeof value === 'string' && value.startsWith('@today')) return relativeDay(value.slice('@today'.length));
  if (typeof value === 'string' && (field.kind === 'date' || field.kind === 'instant')) return formatDate(value);
  if (typeof value === 'number') return formatNumber(value);
  return valueText(field, value, names);
}

function relativeDay(offset: string): string {
  const days = Number(offset === '' ? 0 : offset);
  if (days === 0) return 'today';
  return days > 0 ? `in ${days} days` : `${-days} days ago`;
}

/** Long lists are cut: three names, then how many more. */
function list(values: readonly string[]): string {
  return values.length <= 3 ? values.join(', ') : `${values.slice(0, 3).join(', ')} and ${values.length - 3} more`;
}

function words(field: Field, filter: Filter, names: Names): string {
  const isDate = field.kind === 'date' || field.kind === 'instant';
  const value = () => one(field, filter.value, names);
  switch (filter.op) {
    case 'empty':
      return emptyWords(field).toLowerCase();
    case 'notEmpty':
      return 'is set';
    case 'in':
    case 'notIn': {
      const all = Array.isArray(filter.value) ? filter.value.map((each) => one(field, each, names)) : [];
      return `${filter.op === 'notIn' ? 'not ' : ''}${list(all)}`;
    }
    case 'ne':
      return `not ${value()}`;
    case 'lte':
      return isDate ? `by ${value()}` : `at most ${value()}`;
    case 'gte':
      return isDate ? `from ${value()}` : `at least ${value()}`;
    case 'lt':
      return isDate ? `before ${value()}` : `under ${value()}`;
    case 'gt':
      return isDate ? `after ${value()}` : `over ${value()}`;
    case 'contains':
      return `“${String(filter.value)}”`;
    default:
      return value();
  }
}

/** All filters of one field; two bounds read as one span. */
export function filterWords(field: Field, filters: readonly Filter[], names: Names): string {
  const from = filters.find((filter) => filter.op === 'gte');
  const to = filters.find((filter) => filter.op === 'lte');
  if (filters.length === 2 && from !== undefined && to !== undefined) {
    return `${one(field, from.value, names)} to ${one(field, to.value, names)}`;
  }
  return filters.map((filter) => words(field, filter, names)).join(', ');
}
