/** Prepared figures of the dashboard, and which tables changed: written by triggers, read through functions. */
import { sql } from 'drizzle-orm';
import { bigint, pgTable, pgView, text, uuid } from 'drizzle-orm/pg-core';
import { instant, xid8 } from '../columns';

const owner = () => uuid('tenant_id').notNull();
const counted = (name: string) => bigint(name, { mode: 'number' }).notNull();

export const rollups = pgTable('rollups', {
  measure: text('measure').notNull(),
  key: text('key').notNull(),
  n: counted('n'),
  tenantId: owner(),
});

/** Differences that are not folded into `rollups` yet. */
export const rollupDeltas = pgTable('rollup_deltas', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  measure: text('measure').notNull(),
  key: text('key').notNull(),
  n: counted('n'),
  tenantId: owner(),
});

/** Folded figures and differences together. */
export const currentRollups = pgView('current_rollups', {
  measure: text('measure'),
  key: text('key'),
  n: bigint('n', { mode: 'number' }),
}).existing();

export const requirementStandings = pgTable('requirement_standings', {
  requirementId: uuid('requirement_id').primaryKey(),
  counted: counted('counted').default(0),
  mapped: counted('mapped').default(0),
  failing: counted('failing').default(0),
  tenantId: owner(),
});

export const changes = pgTable('changes', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  tenantId: owner(),
  txid: xid8('txid').notNull().default(sql`pg_current_xact_id()`),
  at: instant('at').notNull().default(sql`clock_timestamp()`),
  tableName: text('table_name').notNull(),
});
