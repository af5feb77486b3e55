/**
 * Identifiers of what leaves as OSCAL. A record's own id makes the identifier (RFC 9562, version 5), so that a second export gives the
 * same ones, and what was imported elsewhere is recognised again. A document's identifier goes with its content, as OSCAL asks.
 */
import { createHash } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';

/** Of this product's OSCAL objects; never changes. */
const SPACE = '6f0b8f0e-2a53-5b55-9c1e-5d2f3a7c9b41';

/** The namespace of properties that only we give. */
export const OUR_NS = 'https://kompl.ai/ns/oscal';

/** `what` tells the objects of one record apart: its test's observation from its finding. */
export function oscalId(what: string, recordId: string): string {
  return uuidv5(`${what}:${recordId}`, SPACE);
}

/** The document's own identifier: the same content, the same identifier. */
export function documentId(what: string, recordId: string, content: unknown): string {
  return oscalId(`${what}:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`, recordId);
}

/** A reference as an OSCAL token: `AC-2(1)` → `ac-2-1`. */
export function tokenOf(ref: string): string {
  const plain = ref
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 150);
  return /^[\p{L}_]/u.test(plain) ? plain : `r-${plain || 'requirement'}`;
}

/** The id of a requirement's control: that of its OSCAL catalogue where it came from one, else made from its reference. */
export function controlIdOf(requirement: {
  readonly refId: string;
  readonly sourceId: string | null;
  readonly oscal: boolean;
}): string {
  return requirement.oscal && requirement.sourceId !== null && /^[\p{L}_][\p{L}\p{N}._-]*$/u.test(requirement.sourceId)
    ? requirement.sourceId
    : tokenOf(requirement.refId);
}
