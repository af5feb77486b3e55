/** Drizzle's view of the database. Migrations are its source; an integration test compares the two column by column. */
export { ENTITY_TABLES } from './entities';
export * as privateSchema from './private';
export * as publicSchema from './public';
export * as tenantSchema from './tenant';
