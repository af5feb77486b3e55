/** Values of settings in words, by their rule. Pure. */
import type { ConfigRule, ConfigValue } from '@shared/config';
import { formatNumber } from '../../lib/format';

/** A list within a list, as the risk matrix is, is drawn and not told. */
export function isMatrix(rule: ConfigRule): boolean {
  return rule.type === 'list' && rule.items.type === 'list';
}

export function ruleText(rule: ConfigRule, value: ConfigValue): string {
  if (rule.type === 'boolean') return value === true ? 'On' : 'Off';
  if (rule.type === 'integer') return typeof value === 'number' ? formatNumber(value) : String(value);
  if (rule.type === 'list' && Array.isArray(value)) {
    if (isMatrix(rule)) return `${value.length} by ${Array.isArray(value[0]) ? value[0].length : 0} levels`;
    return value.length === 0 ? 'none' : value.map((item) => String(item)).join(', ');
  }
  if (rule.type === 'fields' && typeof value === 'object') {
    return Object.entries(value)
      .map(([field, each]) => `${field} ${String(each)}`)
      .join(', ');
  }
  return String(value);
}

/** `30, 7 1` → numbers; what is none stays text, for the rule to refuse. */
export function typedList(text: string): (number | string)[] {
  return text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((word) => (/^\d+$/.test(word) ? Number(word) : word));
}
