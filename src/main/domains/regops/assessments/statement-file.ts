/** The statement of applicability as a document or a table: the same lines in the same words. */

import type { DocumentBlock, ReportDocument } from '@main/reports/document';
import type { TableFile } from '@main/reports/table-file';
import { optionLabel } from '@shared/entities/option-label';
import { ASSESSMENT_STATUS, CONTROL_STATUS } from '@shared/entities/regops/options';
import type { ApplicabilityLine, ApplicabilityStatement } from '@shared/wire/assessments';

export const IMPLEMENTATION_WORDS: Readonly<Record<ApplicabilityLine['implementation'], string>> = {
  implemented: 'Implemented',
  partly: 'Partly implemented',
  not_implemented: 'Not implemented',
  excluded: 'Excluded',
  open: 'Not assessed',
};

const applies = ({ applicable }: ApplicabilityLine) => (applicable === null ? 'Not assessed' : applicable ? 'Yes' : 'No');

function controlLines({ controls }: ApplicabilityLine): string {
  return controls
    .map(({ ref, name, status }) => {
      const state = optionLabel(CONTROL_STATUS, status);
      return `${[ref, name].filter(Boolean).join(' ')} (${state.toLowerCase()})`;
    })
    .join('\n');
}

const evidenceLines = ({ evidence }: ApplicabilityLine) => evidence.map(({ ref, title }) => `${ref} ${title}`).join('\n');

/** One table a family, in landscape. */
export function statementDocument(statement: ApplicabilityStatement, tenant: string): ReportDocument {
  const { assessment, regulation, lead, lines } = statement;
  const state = optionLabel(ASSESSMENT_STATUS, assessment.status);
  const count = (of: ApplicabilityLine['implementation']) => lines.filter(({ implementation }) => implementation === of).length;
  const facts: (readonly [string, string])[] = [
    ['Assessment', [assessment.ref, assessment.name].filter(Boolean).join(' ')],
    ['Regulation', regulation ?? ''],
    ['Date', assessment.assessmentDate],
    ['State', state],
    ['Lead', lead ?? ''],
    ['Scope', assessment.scope ?? ''],
    ['Score', assessment.score === null ? '' : `${assessment.score} % of what is assessed`],
    [
      'Requirements',
      `${lines.length}: ${count('implemented')} implemented, ${count('partly')} partly, ${count('not_implemented')} not implemented, ` +
        `${count('excluded')} excluded, ${count('open')} not assessed`,
    ],
    ['Hash of the answers', assessment.answersSha256 ?? ''],
  ];
  const blocks: DocumentBlock[] = [{ kind: 'facts', facts: facts.filter(([, value]) => value !== '') }];
  for (const family of new Set(lines.map((line) => line.family))) {
    if (family !== '') blocks.push({ kind: 'heading', level: 1, text: family });
    blocks.push({
      kind: 'table',
      columns: [
        { label: 'Ref', width: 9 },
        { label: 'Requirement', width: 24 },
        { label: 'Applies', width: 8 },
        { label: 'Justification', width: 22 },
        { label: 'Implementation', width: 11 },
        { label: 'Controls', width: 18 },
        { label: 'Evidence', width: 14 },
      ],
      rows: lines
        .filter((line) => line.family === family)
        .map((line) => [
          line.ref,
          line.title ?? '',
          applies(line),
          line.justification ?? '',
          IMPLEMENTATION_WORDS[line.implementation],
          controlLines(line),
          evidenceLines(line),
        ]),
    });
  }
  return { title: 'Statement of applicability', tenant, subtitle: regulation, landscape: true, blocks };
}

export function statementTable({ lines }: ApplicabilityStatement): TableFile {
  return {
    name: 'Statement of applicability',
    columns: [
      { label: 'Family', width: 12 },
      { label: 'Ref', width: 14 },
      { label: 'Requirement', width: 44 },
      { label: 'Applies', width: 12 },
      { label: 'Justification', width: 44 },
      { label: 'Implementation', width: 20 },
      { label: 'Controls', width: 40 },
      { label: 'Evidence', width: 32 },
    ],
    rows: lines.map((line) => [
      line.family,
      line.ref,
      line.title ?? '',
      applies(line),
      line.justification ?? '',
      IMPLEMENTATION_WORDS[line.implementation],
      controlLines(line),
      evidenceLines(line),
    ]),
  };
}
