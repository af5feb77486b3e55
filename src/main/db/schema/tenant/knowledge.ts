/** Knowledge tables of a tenant, found by search_path. Foreign keys and indexes live in the migrations. */
import { doublePrecision, integer, pgTable, text, uuid, varchar, vector } from 'drizzle-orm/pg-core';
import { restrictable, systemColumns } from '../columns';

export const documents = pgTable('documents', {
  ...systemColumns(),
  ...restrictable(),
  title: varchar('title', { length: 255 }).notNull(),
  content: text('content').notNull(),
  documentType: varchar('document_type', { length: 50 }),
  sourceUrl: varchar('source_url', { length: 500 }),
});

export const chunks = pgTable('chunks', {
  ...systemColumns(),
  ...restrictable(),
  documentId: uuid('document_id'),
  content: text('content').notNull(),
  chunkIndex: integer('chunk_index').notNull(),
});

export const embeddings = pgTable('embeddings', {
  ...systemColumns(),
  ...restrictable(),
  documentId: uuid('document_id'),
  embedding: vector('embedding', { dimensions: 1536 }),
  contentHash: varchar('content_hash', { length: 64 }),
  chunkId: uuid('chunk_id'),
});

export const similarityScores = pgTable('similarity_scores', {
  ...systemColumns(),
  ...restrictable(),
  queryId: uuid('query_id'),
  documentId: uuid('document_id'),
  score: doublePrecision('score').notNull(),
  embeddingId: uuid('embedding_id'),
});
