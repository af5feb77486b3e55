/**
 * Faults of a form, field by field, by the definition's own zod; the sentences are ours, because a schema's words are for
 * developers. The service checks the same schemas again.
 */
import type { EntityDefinition } from '@shared/entities/define';
import type { Field, Json } from '@shared/entities/fields';
import type { FieldFault } from '@shared/errors';
import { isWritable, needsReason } from '../access';
import { parseTypedDate } from './typedDate';

export type Purpose = 'create' | 'update';

/** What a form holds. `typed` keeps the text of dates and numbers as long as it is not (yet) a value. */
export interface FormValues {
  readonly values: Readonly<Record<string, Json>>;
  readonly typed: Readonly<Record<string, string>>;
  readonly reason: string;
}

/** The key under which the reason's fault is filed; no field is named so. */
export const REASON_FIELD = 'reason';

/** Fields of the form in reading order, each once. */
export function formFields(definition: EntityDefinition): readonly string[] {
  return [...new Set(definition.form.flatMap((section) => section.fields.flat()))];
}

function isRequired(definition: EntityDefinition, key: string, field: Field): boolean {
  return field.required && field.kind !== 'boolean' && field.kind !== 'tags' && key !== definition.states?.field;
}

/** The fault of a text that stands for a date or a number, or null. */
export function typedFault(field: Field, text: string, today: string): string | null {
  if (field.kind === 'date') {
    const read = parseTypedDate(text, today);
    return read.ok ? null : read.message;
  }
  if (field.kind === 'integer') return text.trim() === '' || readInteger(text) !== null ? null : 'Write a whole number.';
  return null;
}

/** A whole number as people type it (`1,200`, `1 200`), or null. */
export function readInteger(text: string): number | null {
  const plain = text.trim().replace(/(?<=\d)[ ,\u00A0\u202F](?=\d{3}(?:\D|$))/g, '');
  if (!/^[+-]?\d{1,15}$/.test(plain)) return null;
  return Number(plain);
}

/** One field's fault as a sentence, or null. */
export function fieldFault(definition: EntityDefinition, key: string, field: Field, value: Json): string | null {
  const empty = value === null || value === undefined || value === '' || (typeof value === 'string' && value.trim() === '');
  if (empty) return isRequired(definition, key, field) ? `${field.label} needs a value.` : null;
  const checked = field.schema.safeParse(value);
  if (checked.success) return null;
  const issue = checked.error.issues[0];
  if (typeof value === 'string') {
    if (field.maxLength !== undefined && value.length > field.maxLength) {
      const over = value.length - field.maxLength;
      return `${field.label} is ${over} ${over === 1 ? 'character' : 'characters'} too long; ${field.maxLength} fit.`;
    }
    if (value.includes('\u0000')) return `${field.label} holds a character that cannot be kept. Type it again.`;
    if (field.kind === 'text' && /[\r\n]/.test(value)) return `${field.label} is one line. Take the line break out.`;
    if (field.kind === 'date') return 'This is no date. Write it like 30 Nov 2026.';
    if (field.kind === 'enum') return `Choose one of the values of ${field.label}.`;
    if (field.kind === 'reference' || field.kind === 'person') return `Choose ${field.label} from the list.`;
  }
  if (typeof value === 'number' && field.min !== undefined && field.max !== undefined) {
    if (!Number.isInteger(value)) return 'Write a whole number.';
    return `${field.label} lies between ${field.min.toLocaleString('en')} and ${field.max.toLocaleString('en')}.`;
  }
  if (Array.isArray(value))
    return issue?.code === 'too_big' && issue.path.length === 0 ? 'At most 50 tags fit.' : 'A tag has at most 60 characters.';
  return `${field.label} cannot hold this value.`;
}

/** All faults in reading order. `initial` are the values the form opened with; untouched old faults do not block a change. */
export function formFaults(
  definition: EntityDefinition,
  purpose: Purpose,
  form: FormValues,
  initial: Readonly<Record<string, Json>>,
  today: string,
): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  for (const key of formFields(definition)) {
    const field = definition.fields[key];
    if (field === undefined || !isWritable(field, purpose)) continue;
    const typed = form.typed[key];
    const message =
      (typed === undefined ? null : typedFault(field, typed, today)) ??
      fieldFault(definition, key, field, form.values[key] ?? null);
    if (message !== null) faults.push({ path: key, message });
  }
  if (asksReason(definition, form, initial) && form.reason.trim() === '') {
    faults.push({ path: REASON_FIELD, message: reasonSentence(definition, form) });
  }
  return faults;
}

/** Whether the state has changed to one that must say why. */
export function asksReason(
  definition: EntityDefinition,
  form: Pick<FormValues, 'values'>,
  initial: Readonly<Record<string, Json>>,
): boolean {
  const key = definition.states?.field;
  if (key === undefined) return false;
  const next = form.values[key];
  return next !== initial[key] && needsReason(definition, initial[key] ?? null, next);
}

function reasonSentence(definition: EntityDefinition, form: Pick<FormValues, 'values'>): string {
  const key = definition.states?.field ?? '';
  const label = definition.fields[key]?.options?.find((option) => option.value === form.values[key])?.label ?? '';
  return `Say why the ${definition.label.one.toLowerCase()} becomes “${label}”.`;
}
