/** What the demonstration holds of fieldwork: team, days, time, samples, marks, requests, sign-offs and notes of one audit. */
import { z } from 'zod';
import changeOrders from '../../../resources/demo/change-orders.json';
import rotterdamLeavers from '../../../resources/demo/rotterdam-leavers.json';

/** Days from today; negative is past. */
const day = z.int().min(-1000).max(1000);
/** The part of an e-mail address before the @. */
const local = z.string().regex(/^[a-z.]+$/);
const role = z.enum(['lead', 'auditor', 'reviewer', 'observer']);
const place = z.enum(['procedure', 'design', 'operation', 'notes', 'sample']);

export const fieldworkSchema = z.strictObject({
  audit: z.string(),
  reviewer: local,
  team: z.array(z.strictObject({ person: local, role, hours: z.int().nullable(), note: z.string() })),
  leadHours: z.int(),
  plan: z.strictObject({
    budgetHours: z.int(),
    periodStart: day,
    periodEnd: day,
    fieldworkStart: day,
    fieldworkEnd: day,
    reportDate: day,
    scopeUnits: z.array(z.string()),
  }),
  milestones: z.array(z.strictObject({ audit: z.string(), title: z.string(), due: day, done: day.optional() })),
  budgets: z.record(z.string(), z.int()),
  time: z.array(
    z.strictObject({ control: z.string().nullable(), day, minutes: z.int(), note: z.string(), by: local.optional() }),
  ),
  samples: z.array(
    z.strictObject({
      control: z.string(),
      title: z.string(),
      population: z.enum(['rotterdam-leavers', 'change-orders']),
      method: z.enum(['random', 'monetary_unit']),
      size: z.int(),
      key: z.string(),
      amount: z.string().nullable(),
      tolerable: z.string().optional(),
      /** `audited`: the audited amount as a part of the book amount. */
      exceptions: z.array(z.strictObject({ position: z.int(), note: z.string(), audited: z.number().optional() })),
      tested: z.int(),
      conclusion: z.string().nullable(),
    }),
  ),
  exceptions: z.array(
    z.strictObject({
      control: z.string(),
      /** Of the item in the test's sample; null for one found elsewhere. */
      position: z.int().nullable(),
      title: z.string(),
      kind: z.enum(['not_performed', 'late', 'incomplete', 'unauthorised', 'wrong_amount', 'other']),
      description: z.string(),
      cause: z.string().nullable(),
      effect: z.string().nullable(),
      /** The title of the finding that it led to. */
      finding: z.string().nullable(),
    }),
  ),
  ticks: z.array(z.tuple([z.string(), z.string()])),
  marks: z.array(z.strictObject({ control: z.string(), tick: z.string(), place, note: z.string() })),
  references: z.array(z.strictObject({ control: z.string(), to: z.string(), place, note: z.string() })),
  requests: z.array(
    z.strictObject({
      control: z.string(),
      title: z.string(),
      of: local,
      due: day,
      state: z.enum(['requested', 'in_review', 'accepted', 'rejected']),
      answer: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
  signs: z.array(
    z.strictObject({
      control: z.string(),
      prepared: z.boolean(),
      reviewed: z.boolean(),
      approved: z.boolean(),
      /** Operating notes as they are changed after the review. */
      changedTo: z.string().optional(),
    }),
  ),
  notes: z.array(z.strictObject({ control: z.string(), note: z.string(), answer: z.string().nullable(), cleared: z.boolean() })),
});
export type FieldworkContent = z.infer<typeof fieldworkSchema>;

/** The populations, byte for byte as the files in resources/demo: whoever has the repository draws again from them. */
export const POPULATIONS: Readonly<Record<FieldworkContent['samples'][number]['population'], string>> = {
  'rotterdam-leavers': `${JSON.stringify(rotterdamLeavers, null, 2)}\n`,
  'change-orders': `${JSON.stringify(changeOrders, null, 2)}\n`,
};
