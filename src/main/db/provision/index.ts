/** What others use of provisioning. */
export {
  enforceDue,
  type LicenceFeatures,
  type LicenceLimits,
  type LicenceTerms,
  type LicenceUsage,
  licenceUsage,
  resumeTenant,
  setLicence,
  suspendTenant,
} from './licence';
export { type CreatedPerson, createPerson, dbRoleOf, type NewPerson, normaliseEmail, provisionError } from './person';
export {
  changeMyPassword,
  changePerson,
  findPersonId,
  grantMembership,
  listPeople,
  type NewMembership,
  noteFailedSignIn,
  type PersonChange,
  resetPassword,
  revokeMembership,
} from './person-admin';
export {
  checkNewPassword,
  isScramVerifier,
  PASSWORD_MIN_LENGTH,
  preparePassword,
  SCRAM_ITERATIONS,
  scramVerifier,
  verifyScram,
} from './scram';
export { claimSpace, discardSpace, listSpaces, makeSpace, type Space } from './space';
export {
  type CheckedTenant,
  type CreatedTenant,
  type CreateTenantOptions,
  checkTenant,
  createTenant,
  createTenantRecord,
  createTenantSchema,
  type NewLicence,
  type NewTenant,
  requireRegistry,
  type TenantConfig,
  tenantConfigSchema,
} from './tenant';
