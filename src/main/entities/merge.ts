/**
 * The three-way merge of one change with what others wrote meanwhile, field by field (DESIGN.md, section 5).
 *
 * Promise: every field of the patch that differs from the record ends either in `write` or in `conflicts`, unless the person did
 * not change it (mine = base); no value of anybody is dropped in silence.
 */
import type { Entity, StateMachine } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import type { FieldConflict } from '@shared/operations';
import { isLegalStep } from './states';
import { mergeText } from './text-merge';
import { isTextList, normalValue, sameValue } from './values';

export type Values = Readonly<Record<string, unknown>>;

export interface MergeResult {
  /** Values to write; they differ from the record as it stands. */
  readonly write: Record<string, unknown>;
  readonly conflicts: FieldConflict[];
}

type Verdict = { readonly take: unknown } | 'theirs' | 'conflict';

/**
 * Merges `patch` (mine) into `theirs` (the record as it stands), both made against `base`. Only keys of the patch are looked at;
 * `base` must hold each of them.
 */
export function mergeFields(
  entity: Pick<Entity, 'allFields' | 'states'>,
  base: Values,
  patch: Values,
  theirs: Values,
): MergeResult {
  const write: Record<string, unknown> = {};
  const conflicts: FieldConflict[] = [];
  for (const [key, value] of Object.entries(patch)) {
    const field = entity.allFields[key];
    if (!field) throw new TypeError(`no field named ${key}`);
    const own = { base: normalValue(field, base[key]), mine: normalValue(field, value), theirs: normalValue(field, theirs[key]) };
    const verdict = mergeField(field, entity.states, own);
    if (verdict === 'theirs') continue;
    if (verdict === 'conflict') conflicts.push({ field: key, ...own });
    else if (!sameValue(field, verdict.take, own.theirs)) write[key] = verdict.take;
  }
  return { write, conflicts };
}

function mergeField(
  field: Field,
  machine: StateMachine | undefined,
  v: { base: unknown; mine: unknown; theirs: unknown },
): Verdict {
  if (sameValue(field, v.mine, v.base)) return 'theirs';
  if (sameValue(field, v.theirs, v.base)) return { take: v.mine };
  // From here on both sides changed it.
  if (field.merge === 'ask') return 'conflict';
  if (sameValue(field, v.mine, v.theirs)) return 'theirs';
  switch (field.merge) {
    case 'set':
      return mergeSets(field, v.base, v.mine, v.theirs);
    case 'text':
      return mergeTexts(field, v.base, v.mine, v.theirs);
    case 'state':
      return machine && typeof v.mine === 'string' && typeof v.theirs === 'string' && isLegalStep(machine, v.theirs, v.mine)
        ? { take: v.mine }
        : 'conflict';
    case 'replace':
    case 'immutable':
      return 'conflict';
  }
}

/** Both sides' additions and removals apply; a set that would grow past what the field may hold is a conflict. */
function mergeSets(field: Field, base: unknown, mine: unknown, theirs: unknown): Verdict {
  if (!isTextList(mine) || !isTextList(theirs)) return 'conflict';
  const before = new Set(isTextList(base) ? base : []);
  const wanted = new Set(mine);
  const kept = theirs.filter((item) => wanted.has(item) || !before.has(item));
  const added = mine.filter((item) => !before.has(item) && !kept.includes(item));
  return accepted(field, [...kept, ...added]);
}

function mergeTexts(field: Field, base: unknown, mine: unknown, theirs: unknown): Verdict {
  // Text that one side emptied is a decision, not an edit of lines.
  if (typeof base !== 'string' || typeof mine !== 'string' || typeof theirs !== 'string') return 'conflict';
  const merged = mergeText(base, mine, theirs);
  return merged === null ? 'conflict' : accepted(field, merged);
}

/** A merged value is held against the field's schema too: two legal halves can make an illegal whole. */
function accepted(field: Field, value: unknown): Verdict {
  return field.schema.safeParse(value).success ? { take: value } : 'conflict';
}
