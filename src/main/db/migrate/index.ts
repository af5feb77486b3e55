/** What others use of the migrator. */
export { bootstrap } from './bootstrap';
export { type AdminClient, asOwner, inTransaction, type OwnedClient, sqlState } from './client';
export { loadMigrations, type Migration, type MigrationSet, SCOPES, type Scope } from './files';
export {
  listTenants,
  type MigrateOptions,
  type MigrationEvent,
  type MigrationReport,
  migrate,
  migrateAll,
  type RollbackOptions,
  rollback,
  type StepFailure,
  type StepReport,
  type TenantEntry,
} from './migrator';
export { type PlaceState, type PlaceStatus, type SchemaStatus, status, type TenantStatus } from './status';
