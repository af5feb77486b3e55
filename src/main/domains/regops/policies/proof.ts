/**
 * The proof that people acknowledged a version: each line names the hash of the text that the person had before them, so that it can be
 * held against the text itself for ever.
 */

import type { ReportDocument } from '@main/reports/document';
import type { TableFile } from '@main/reports/table-file';
import { optionLabel } from '@shared/entities/option-label';
import { ACKNOWLEDGEMENT_STATUS, AUDIENCE } from '@shared/entities/regops/policy-options';
import { versionFacts } from './document';
import type { Proof, ProofLine } from './read';

const stateOf = ({ status }: ProofLine) => optionLabel(ACKNOWLEDGEMENT_STATUS, status);

/** `2026-11-10 09:30:00 UTC` */
const instant = (at: string | null) => (at === null ? '' : `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`);

export interface ProofMaking {
  readonly tenant: string;
  /** An instant, ISO 8601 in UTC. */
  readonly madeAt: string;
}

export function proofDocument(proof: Proof, { tenant, madeAt }: ProofMaking): ReportDocument {
  const { policy, version, round, lines } = proof;
  const done = lines.filter(({ status }) => status === 'acknowledged').length;
  const facts: (readonly [string, string])[] = [...versionFacts(proof)];
  if (round !== null) {
    const audience = optionLabel(AUDIENCE, round.audience);
    facts.push(['Asked', `${audience}, due ${round.dueDate}`]);
  }
  facts.push(['Acknowledged', `${done} of ${lines.length}`], ['Made', instant(madeAt)]);
  return {
    title: `Acknowledgements of ${policy.name} ${version.label ?? ''}`.trim(),
    tenant,
    subtitle: policy.ref,
    landscape: true,
    blocks: [
      { kind: 'facts', facts },
      {
        kind: 'table',
        columns: [
          { label: 'Person', width: 16 },
          { label: 'E-mail', width: 22 },
          { label: 'State', width: 11 },
          { label: 'Due', width: 9 },
          { label: 'Acknowledged', width: 15 },
          { label: 'SHA-256 of what was read', width: 27 },
        ],
        rows: lines.map((line) => [
          line.person,
          line.email,
          stateOf(line),
          line.dueDate,
          instant(line.acknowledgedAt),
          line.status === 'acknowledged' ? (line.readSha256 ?? '') : '',
        ]),
      },
      {
        kind: 'text',
        text: 'The hash is the SHA-256 of the version’s text in UTF-8, as its Markdown file holds it. PostgreSQL writes person, time and workstation itself and takes no acknowledgement of another text.',
      },
    ],
  };
}

/** One line a person and round; the version's hash stands in each, so that a line proves something by itself. */
export function proofTable({ policy, version, lines }: Proof): TableFile {
  return {
    name: 'Acknowledgements',
    columns: [
      { label: 'Policy', width: 12 },
      { label: 'Name', width: 32 },
      { label: 'Version', width: 10 },
      { label: 'SHA-256 of the version', width: 66 },
      { label: 'Person', width: 24 },
      { label: 'E-mail', width: 32 },
      { label: 'State', width: 16 },
      { label: 'Due', width: 12 },
      { label: 'Acknowledged', width: 24 },
      { label: 'SHA-256 of what was read', width: 66 },
      { label: 'Workstation', width: 40 },
    ],
    rows: lines.map((line) => [
      policy.ref,
      policy.name,
      version.label,
      version.contentSha256,
      line.person,
      line.email,
      stateOf(line),
      line.dueDate,
      instant(line.acknowledgedAt),
      line.readSha256,
      line.deviceId,
    ]),
  };
}
