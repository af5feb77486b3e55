/** The rules of control tests and findings that go beyond their fields, as hooks of the one pipeline. */

import { invalid } from '@main/entities/faults';
import type { EntityHooks, HookTable } from '@main/entities/hooks';
import type { Values } from '@main/entities/merge';

/** What an auditor writes down when a test is made. */
const RESULT_FIELDS = ['designEffectiveness', 'designNotes', 'operatingEffectiveness', 'operatingNotes', 'testNotes'] as const;

const isSet = (value: unknown) => value !== undefined && value !== null && value !== '';

/**
 * The first thing recorded on a test starts it: it is in progress (if it waited), tested today by whoever recorded it, unless the
 * person said otherwise in the same step. A test is done only when its result stands.
 */
const controlTestHooks: EntityHooks = {
  beforeWrite({ ctx, row, write }) {
    const state = write.status ?? row?.status ?? 'to_do';
    const records = (values: Values | null) => RESULT_FIELDS.some((field) => isSet(values?.[field]));
    const automatic: Record<string, unknown> = {};
    if (records(write) && !records(row)) {
      const started: Values = { status: 'in_progress', testDate: ctx.clock.today(), testedBy: ctx.session.personId };
      for (const [field, value] of Object.entries(started)) {
        const given = Object.hasOwn(write, field) || (field === 'status' && state !== 'to_do');
        if (!given && row?.[field] !== value) automatic[field] = value;
      }
    }
    if (state === 'done' && row?.status !== 'done') requireResult({ ...row, ...write });
    return automatic;
  },
  /** A retest that is done has moved its finding. */
  after: ({ before, row }) => (isSet(row.retestOfId) && row.status === 'done' && before?.status !== 'done' ? ['findings'] : []),
};

/** The database counts a later date by itself. */
const findingHooks: EntityHooks = {
  after: ({ before, row }) => (before !== null && before.extensionCount !== row.extensionCount ? ['findingExtensions'] : []),
};

/** A result follows from both axes, or from one that is ineffective (as the database derives it). */
function requireResult(test: Values): void {
  const axes = ['designEffectiveness', 'operatingEffectiveness'] as const;
  if (axes.some((axis) => test[axis] === 'ineffective')) return;
  const missing = axes.filter((axis) => !isSet(test[axis]));
  if (missing.length > 0) throw invalid(missing.map((path) => ({ path, message: 'is needed before the test is done' })));
}

export const AUDITOPS_HOOKS: HookTable = { controlTests: controlTestHooks, findings: findingHooks };
