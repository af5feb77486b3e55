/** What others use of provisioning. */
export { type CreatedPerson, createPerson, dbRoleOf, type NewPerson, normaliseEmail } from './person';
export {
  checkNewPassword,
  isScramVerifier,
  PASSWORD_MIN_LENGTH,
  preparePassword,
  SCRAM_ITERATIONS,
  scramVerifier,
  verifyScram,
} from './scram';
export {
  type CreatedTenant,
  type CreateTenantOptions,
  createTenant,
  licenceSchema,
  type NewLicence,
  type NewTenant,
  type TenantConfig,
  tenantConfigSchema,
} from './tenant';
