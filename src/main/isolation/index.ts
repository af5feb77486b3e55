/** What others use of the proof of isolation. */
export { type Findings, type ProofOptions, proveIsolation } from './prove';
export {
  type Checked,
  checkReport,
  describeReport,
  fileText,
  fingerprint,
  type Report,
  reportOf,
  signingKey,
  signReport,
} from './report';
