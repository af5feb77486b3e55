/** Search over the records of a tenant. */
import { z } from 'zod';
import type { EntityName } from '../entities/registry';

export const searchInputSchema = z.strictObject({ text: z.string().trim().min(1).max(200) });

export interface SearchHit {
  readonly entity: EntityName;
  readonly id: string;
  readonly ref: string | null;
  readonly title: string;
  readonly status: string | null;
}
