/** What others use of the migrator. */
export { bootstrap } from './bootstrap';
export { type AdminClient, asOwner, inTransaction, type OwnedClient, sqlState } from './client';
export { loadMigrations, type Migration, type MigrationSet, SCOPES, type Scope } from './files';
export { type MigrateOptions, type MigrationReport, migrate, migrateAll, plan } from './migrator';
export type { MigrationPlan, PlannedStep } from './plan';
export { describeLoss, type Loss, planRollback, type RollbackOptions, rollback } from './rollback';
export type { MigrationEvent, StepFailure, StepReport } from './run';
export { type PlaceState, type PlaceStatus, type SchemaStatus, status, type TenantStatus } from './status';
export { listTenants, type TenantEntry } from './tenants';
