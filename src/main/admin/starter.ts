/** Starter content: what a new tenant may begin with, from `resources/starter`; written by ourselves, standing for no standard. */
import { z } from 'zod';
import standard from '../../../resources/starter/standard.json';

export const STARTERS = ['none', 'standard'] as const;
export type Starter = (typeof STARTERS)[number];

const text = (max: number) => z.string().trim().min(1).max(max);

/** What `public.fill_tenant` takes. */
export const starterSchema = z.strictObject({
  controlSet: z.strictObject({ name: text(255), version: text(50), description: text(2000) }),
  controls: z
    .array(
      z.strictObject({
        ref: text(60),
        family: text(60),
        name: text(255),
        description: text(2000),
        type: z.enum(['preventive', 'detective', 'corrective', 'directive']),
        category: z.enum(['policy', 'process', 'technical', 'physical']),
        frequency: z.enum(['continuous', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly', 'on_event']),
        priority: z.int().min(1).max(4),
      }),
    )
    .max(500),
  policies: z
    .array(
      z.strictObject({
        name: text(255),
        description: text(2000),
        type: text(50),
        version: text(50),
        content: z.strictObject({ format: z.literal('markdown'), text: z.string().max(20_000) }),
      }),
    )
    .max(100),
});
export type StarterContent = z.infer<typeof starterSchema>;

/** The content, or null where a tenant begins empty. */
export function starterContent(starter: Starter): StarterContent | null {
  return starter === 'none' ? null : starterSchema.parse(standard);
}
