/** What people keep for their own work with the records. */
import { VIEW_SHARING } from '@shared/entities/workspace/saved-view';
import { sql } from 'drizzle-orm';
import { integer, pgTable, text, varchar } from 'drizzle-orm/pg-core';
import { json, oneOf, systemColumns } from '../columns';

export const savedViews = pgTable('saved_views', {
  ...systemColumns(),
  list: varchar('list', { length: 60 }).notNull(),
  name: varchar('name', { length: 60 }).notNull(),
  definition: json('definition').notNull(),
  sharing: oneOf('sharing', 20, VIEW_SHARING).notNull().default('private'),
  functions: text('functions').array().notNull().default(sql`'{}'`),
  place: integer('place').notNull().default(0),
});
