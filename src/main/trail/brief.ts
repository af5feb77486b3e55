/** From an entry's full content to the little that one row of a list can say. Pure. */
import { changesOf } from '@shared/trail-changes';
import type { TrailChange } from '@shared/wire/trail';

type Values = Readonly<Record<string, unknown>> | null;

export interface TrailContent {
  readonly action: string;
  readonly oldValues: Values;
  readonly newValues: Values;
  readonly details: Values;
}

export interface Brief {
  readonly changes: readonly TrailChange[];
  readonly more: number;
  readonly called: string | null;
  readonly details: Values;
}

const MOST = 2;
const LONGEST = 80;

/** Columns that name a record, the shortest names first. */
const NAMES = ['ref', 'code', 'title', 'name', 'file_name', 'email', 'domain'];

function cut(value: unknown): unknown {
  if (typeof value === 'string') return value.length > LONGEST ? `${value.slice(0, LONGEST - 1)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : value;
}

function calledIn(values: Values): string | null {
  if (values === null) return null;
  const found = NAMES.map((column) => values[column]).filter((name) => typeof name === 'string' && name.trim() !== '');
  const [first, second] = found;
  if (typeof first !== 'string') return null;
  // a reference alone says little; its title follows it
  return String(cut(typeof second === 'string' && first.length < 24 ? `${first} ${second}` : first));
}

export function briefOf(content: TrailContent): Brief {
  const { action, oldValues, newValues, details } = content;
  const called = calledIn(newValues) ?? calledIn(oldValues);
  const whole = action === 'insert' || action === 'delete';
  // the reason says why; what was done comes first
  const changes = whole ? [] : changesOf(content).sort((a, b) => Number(a.column === 'reason') - Number(b.column === 'reason'));
  return {
    changes: changes.slice(0, MOST).map(({ column, before, after }) => ({ column, before: cut(before), after: cut(after) })),
    more: Math.max(0, changes.length - MOST),
    called,
    details,
  };
}
