/** Policies beyond the fields of their records, as the routers and the command line call them. */
export { versionDocument } from './document';
export { proofDocument, proofTable } from './proof';
export { readProof, readVersion } from './read';
export { remind } from './remind';
export { roundAudience, roundsOf } from './rounds';
