/**
 * The state of a form and its draft: what it opened with, what was typed, what is at fault. Each change is kept as a draft at
 * once, so that leaving the screen loses nothing.
 */
import type { Entity } from '@shared/entities/define';
import type { Json } from '@shared/entities/fields';
import type { EntityName } from '@shared/entities/registry';
import type { FieldFault } from '@shared/errors';
import { useMemo, useState } from 'react';
import { todayHere } from '../../lib/format';
import { uuidv7 } from '../../lib/uuid';
import { isWritable } from '../access';
import { type GenericRow, isJson } from '../rows';
import { type Draft, draftKey, drafts } from './drafts';
import { changedFields, formValuesOf, newValues } from './operation';
import { asksReason, formFaults, type Purpose, REASON_FIELD } from './validate';

export interface FormInput {
  readonly name: EntityName;
  readonly definition: Entity;
  /** Null for a new record. */
  readonly row: GenericRow | null;
  readonly prefill: Readonly<Record<string, string>>;
}

export interface FormState {
  readonly purpose: Purpose;
  readonly draft: Draft;
  /** True where the form opened with a draft that was kept earlier. */
  readonly restored: boolean;
  readonly changed: readonly string[];
  readonly dirty: boolean;
  /** The version that somebody else saved since the draft began; null where there is none. */
  readonly newerVersion: number | null;
  readonly asksReason: boolean;
  /** Faults to show: everything once sending was tried, before that only what was typed. */
  readonly faults: readonly FieldFault[];
  readonly allFaults: readonly FieldFault[];
  readonly set: (field: string, value: Json, typed?: string) => void;
  /** Several fields at once, as from a template; what the form does not show or a person may not give is left out. */
  readonly fill: (values: Readonly<Record<string, unknown>>) => void;
  readonly setReason: (reason: string) => void;
  readonly showAll: () => void;
  /** Faults that the service found; each goes when its field changes. */
  readonly setServerFaults: (faults: readonly FieldFault[]) => void;
  /** Lets the draft go. */
  readonly drop: () => void;
}

function freshDraft({ definition, row, prefill }: FormInput): Draft {
  const initial = row === null ? newValues(definition, prefill) : formValuesOf(definition, row);
  return {
    entityId: row?.id ?? uuidv7(),
    baseVersion: row?.rowVersion ?? null,
    baseRow: row,
    initial,
    values: initial,
    typed: {},
    reason: '',
    changedAt: new Date().toISOString(),
  };
}

export function useFormState(input: FormInput): FormState {
  const { name, definition, row, prefill } = input;
  const purpose: Purpose = row === null ? 'create' : 'update';
  const place = new URLSearchParams(prefill).toString();
  const key = draftKey(name, row?.id ?? null, place);
  const [restored] = useState(() => drafts.get(key) !== null);
  const [draft, setDraft] = useState<Draft>(() => drafts.get(key) ?? freshDraft(input));
  const [touched, setTouched] = useState<ReadonlySet<string>>(() => new Set(Object.keys(draft.typed)));
  const [tried, setTried] = useState(false);
  const [server, setServerFaults] = useState<readonly FieldFault[]>([]);

  const change = (patch: Partial<Draft>) => {
    const next: Draft = { ...draft, ...patch, changedAt: new Date().toISOString() };
    setDraft(next);
    drafts.keep(key, next);
  };
  const changed = useMemo(
    () => changedFields(definition, purpose, draft.initial, draft.values),
    [definition, purpose, draft.initial, draft.values],
  );
  const own = useMemo(() => formFaults(definition, purpose, draft, draft.initial, todayHere()), [definition, purpose, draft]);
  const allFaults = [...own, ...server.filter((fault) => !own.some((each) => each.path === fault.path))];
  const dirty = changed.length > 0 || Object.keys(draft.typed).length > 0;
  if (row !== null && !dirty && draft.baseVersion !== row.rowVersion) {
    // somebody else saved while nothing was typed here: begin from what they left
    setDraft(freshDraft(input));
  }
  const faults = tried
    ? allFaults
    : allFaults.filter((fault) => touched.has(fault.path) || server.some((each) => each.path === fault.path));
  return {
    purpose,
    draft,
    restored,
    changed,
    dirty,
    newerVersion: row !== null && dirty && draft.baseVersion !== row.rowVersion ? row.rowVersion : null,
    // the definition knows most steps that need one; that this one does now, only the service may know
    asksReason:
      asksReason(definition, draft, draft.initial) || server.some(({ path }) => path === REASON_FIELD) || draft.reason !== '',
    faults,
    allFaults,
    set: (field, value, typed) => {
      const { [field]: _old, ...others } = draft.typed;
      change({
        values: { ...draft.values, [field]: value },
        typed: typed === undefined ? others : { ...others, [field]: typed },
      });
      setTouched((old) => new Set(old).add(field));
      setServerFaults((old) => old.filter((fault) => fault.path !== field));
    },
    fill: (values) => {
      const given = Object.entries(values).flatMap(([key, value]) => {
        const field = definition.fields[key];
        return field !== undefined && Object.hasOwn(draft.values, key) && isWritable(field, purpose) && isJson(value)
          ? [[key, value] as const]
          : [];
      });
      const keys = given.map(([key]) => key);
      const typed = Object.fromEntries(Object.entries(draft.typed).filter(([key]) => !keys.includes(key)));
      change({ values: { ...draft.values, ...Object.fromEntries(given) }, typed });
    },
    setReason: (reason) => {
      change({ reason });
      setServerFaults((old) => old.filter((fault) => fault.path !== 'reason'));
    },
    showAll: () => setTried(true),
    setServerFaults,
    drop: () => drafts.drop(key),
  };
}
