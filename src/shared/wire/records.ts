/** What a detail page gets beside the row: what the person may do with the record, and its next states. */
import { z } from 'zod';
import type { ErrorCode } from '../errors';

export const recordIdSchema = z.strictObject({ id: z.uuid() });

export interface RecordRights {
  readonly update: boolean;
  readonly archive: boolean;
  /** Why something is not allowed: the code whose sentence explains it. */
  readonly why?: ErrorCode;
}

export interface RecordView<Row> {
  readonly row: Row;
  readonly may: RecordRights;
  /** States that may follow the present one for this person; empty where the entity has no states. */
  readonly steps: readonly string[];
  readonly archived: boolean;
  /** Titles of the records that this one refers to, by id. */
  readonly labels: Readonly<Record<string, string>>;
}
