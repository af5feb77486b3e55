/** A version as a document: what it is above, then its text as it is read. */

import type { DocumentBlock, ReportDocument } from '@main/reports/document';
import { optionLabel } from '@shared/entities/option-label';
import { VERSION_STATUS } from '@shared/entities/regops/policy-options';
import type { VersionFacts } from './read';

/** Facts that a version's own file and the proof of its acknowledgements share; without those that are empty. */
export function versionFacts({ policy, version, owner, approvers }: VersionFacts): (readonly [string, string])[] {
  const state = optionLabel(VERSION_STATUS, version.status);
  const facts: readonly (readonly [string, string])[] = [
    ['Policy', `${policy.ref ?? ''} ${policy.name}`.trim()],
    ['Version', version.label ?? ''],
    ['State', state],
    ['In force from', version.inForceFrom ?? ''],
    ['In force until', version.inForceUntil ?? ''],
    ['Owner', owner ?? ''],
    ['Approved by', approvers.map(({ name, at }) => `${name}, ${at.slice(0, 10)}`).join('; ')],
    ['SHA-256 of the text', version.contentSha256 ?? ''],
  ];
  return facts.filter(([, value]) => value !== '');
}

export function versionDocument(facts: VersionFacts, tenant: string): ReportDocument {
  const { policy, version } = facts;
  const blocks: DocumentBlock[] = [{ kind: 'facts', facts: versionFacts(facts) }];
  blocks.push({ kind: 'markdown', text: version.content ?? '', top: 1, lines: 'joined' });
  return { title: `${policy.name} ${version.label ?? ''}`.trim(), tenant, subtitle: policy.ref, landscape: false, blocks };
}
