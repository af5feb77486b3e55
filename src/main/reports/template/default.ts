/** The built-in template: every placeholder in a plain order, for a person to change in Word. Made by the same library as other Word files. */
import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  Header,
  HeadingLevel,
  Packer,
  PageBreak,
  PageNumber,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from 'docx';

const GREY = '4E5969';
const LINE = { style: BorderStyle.SINGLE, size: 4, color: 'DFE3E8' } as const;

const plain = (text: string) => new Paragraph({ children: [new TextRun(text)], spacing: { after: 120 } });
const heading = (text: string, level: 1 | 2 = 1) =>
  new Paragraph({
    text,
    heading: level === 1 ? HeadingLevel.HEADING_1 : HeadingLevel.HEADING_2,
    spacing: { before: 240, after: 80 },
  });
const fact = (label: string, value: string) =>
  new Paragraph({ children: [new TextRun({ text: `${label}: `, color: GREY }), new TextRun(value)], spacing: { after: 40 } });
const small = (text: string) => new TextRun({ text, size: 16, color: GREY });

/** A head and one row that stands for all: the loop opens in its first cell and ends in its last. */
function looped(loop: string, columns: readonly (readonly [label: string, placeholder: string])[]): Table {
  const cell = (text: string, bold: boolean) =>
    new TableCell({
      borders: { top: LINE, bottom: LINE, left: LINE, right: LINE },
      margins: { top: 40, bottom: 40, left: 80, right: 80 },
      children: [new Paragraph({ children: [new TextRun({ text, bold, size: 17 })] })],
    });
  const last = columns.length - 1;
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    rows: [
      new TableRow({ tableHeader: true, children: columns.map(([label]) => cell(label, true)) }),
      new TableRow({
        children: columns.map(([, placeholder], nth) =>
          cell(`${nth === 0 ? `{#${loop}}` : ''}${placeholder}${nth === last ? `{/${loop}}` : ''}`, false),
        ),
      }),
    ],
  });
}

/** The bytes of a .docx that passes the check. */
export async function defaultTemplate(): Promise<Uint8Array> {
  const file = new Document({
    title: 'Template for audit reports',
    styles: { default: { document: { run: { font: 'Calibri', size: 20 } } } },
    sections: [
      {
        headers: { default: new Header({ children: [new Paragraph({ children: [small('{tenant} · {report.ref}')] })] }) },
        footers: {
          default: new Footer({
            children: [
              new Paragraph({
                alignment: AlignmentType.RIGHT,
                children: [
                  small('{report.title} · '),
                  new TextRun({ children: ['Page ', PageNumber.CURRENT, ' of ', PageNumber.TOTAL_PAGES], size: 16, color: GREY }),
                ],
              }),
            ],
          }),
        },
        children: [
          new Paragraph({ text: '{report.title}', heading: HeadingLevel.TITLE, spacing: { before: 3000, after: 240 } }),
          fact('Report', '{report.ref}, version {report.version}'),
          fact('In the place of', '{report.replaces}'),
          fact('Audit', '{plan.ref} {plan.title}'),
          fact('Kind', '{report.kind}'),
          fact('Period', '{report.period}'),
          fact('Lead auditor', '{plan.lead}'),
          fact('Overall rating', '{report.rating}'),
          fact('State', '{report.state}'),
          fact('Distribution', '{report.distribution}'),
          new Paragraph({ children: [new PageBreak()] }),
          heading('Executive summary'),
          plain('{executiveSummary}'),
          heading('Overall opinion'),
          plain('{opinion}'),
          heading('Scope and objectives'),
          plain('{scopeObjectives}'),
          fact('Scope of the audit', '{plan.scope}'),
          fact('Objective of the audit', '{plan.objective}'),
          heading('Methodology'),
          plain('{methodology}'),
          plain('{#blocks}'),
          heading('{title}'),
          plain('{text}'),
          plain('{/blocks}'),
          heading('Findings at a glance'),
          looped('findings', [
            ['Ref', '{ref}'],
            ['Finding', '{title}'],
            ['Severity', '{severity}'],
            ['State', '{status}'],
            ['Owner', '{owner}'],
            ['Due', '{due}'],
          ]),
          heading('Findings in detail'),
          plain('{#findings}'),
          heading('{ref} {title}', 2),
          fact('Severity', '{severity}, {kind}'),
          fact('Owner and due date', '{owner}, {due} {extensions}'),
          fact('Repeats', '{repeats}'),
          fact('Criteria', '{criteria}'),
          fact('Condition', '{condition}'),
          fact('Cause', '{cause}'),
          fact('Effect', '{effect}'),
          fact('Recommendation', '{recommendation}'),
          fact('Management response', '{response}'),
          looped('actions', [
            ['Action', '{ref}'],
            ['What is to be done', '{title}'],
            ['Owner', '{owner}'],
            ['Due', '{due}'],
            ['State', '{status}'],
          ]),
          plain('{#retests}'),
          plain('Retest {ref}, {date}: {result}'),
          plain('{/retests}'),
          plain('{/findings}'),
          heading('Positive observations'),
          plain('{positiveObservations}'),
          heading('Annex: programme and results'),
          looped('tests', [
            ['Control', '{control}'],
            ['Test', '{title}'],
            ['Design', '{design}'],
            ['Operation', '{operating}'],
            ['Result', '{result}'],
            ['Tested by, on', '{testedBy}, {date}'],
          ]),
          heading('Annex: samples'),
          looped('samples', [
            ['Ref', '{ref}'],
            ['Test', '{test}'],
            ['Method', '{method}'],
            ['Items', '{size} of {rows}'],
            ['Exceptions', '{exceptions}'],
            ['Seed and SHA-256 of the population', '{seed} {sha256}'],
          ]),
          heading('Annex: evidence'),
          looped('evidence', [
            ['Ref', '{ref}'],
            ['Evidence', '{title}'],
            ['State', '{status}'],
            ['File', '{fileName}'],
            ['SHA-256', '{sha256}'],
          ]),
          heading('Annex: sign-offs'),
          looped('signOffs', [
            ['What', '{what}'],
            ['Sign-off', '{kind}'],
            ['By', '{by}'],
            ['On', '{date}'],
            ['SHA-256 of the content', '{sha256}'],
          ]),
        ],
      },
    ],
  });
  return new Uint8Array(await Packer.toBuffer(file));
}
