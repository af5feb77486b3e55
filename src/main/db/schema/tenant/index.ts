/** All tables and views of a tenant's schema. */
export * from './auditops';
export * from './collaboration';
export * from './fieldwork';
export * from './guards';
export * from './knowledge';
export * from './policies';
export * from './privacyops';
export * from './regops';
export * from './riskops';
export * from './rollups';
export * from './trail';
export * from './workspace';
