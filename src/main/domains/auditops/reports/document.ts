/** A report as a document: cover, contents, and its sections in the order of its layout. Printing and packing are others' work. */

import type { DocumentBlock, ReportDocument } from '@main/reports/document';
import { optionLabel } from '@shared/entities/option-label';
import { type EntityName, entityOf } from '@shared/entities/registry';
import {
  blockOf,
  type DataSection,
  isBlockSection,
  isTextSection,
  layoutOf,
  type ReportLayout,
  type SectionKey,
  sectionTitle,
} from '@shared/reports/layout';
import type { ReportBody, ReportFinding } from '@shared/wire/reports';
import type { ComposedReport } from './compose';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SEVERITY_RANK: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** `2026-11-10` → `10 Nov 2026`; what is no date stays as it is. */
export function day(date: string | null): string {
  const [, year, month, of] = /^(\d{4})-(\d{2})-(\d{2})/.exec(date ?? '') ?? [];
  return year === undefined ? (date ?? '') : `${Number(of)} ${MONTHS[Number(month) - 1] ?? month} ${year}`;
}

/** The word for a value of an enumeration, as screens show it. */
export function word(entity: EntityName, field: string, value: string | null): string {
  return value === null ? '' : optionLabel(entityOf(entity).fields[field]?.options, value);
}

/** The findings that a layout shows, in its order. Dismissed ones are no findings. */
export function shownFindings(body: ReportBody, { without, order }: ReportLayout): readonly ReportFinding[] {
  const shown = body.findings.filter(({ id, status }) => !without.includes(id) && status !== 'dismissed');
  const byRef = (a: ReportFinding, b: ReportFinding) => a.ref.localeCompare(b.ref, 'en', { numeric: true });
  const rank = ({ severity }: ReportFinding) => SEVERITY_RANK[severity] ?? 9;
  if (order === 'severity') return shown.sort((a, b) => rank(a) - rank(b) || byRef(a, b));
  if (order === 'due') return shown.sort((a, b) => (a.dueDate ?? '9999').localeCompare(b.dueDate ?? '9999') || byRef(a, b));
  return shown.sort(byRef);
}

export function reportDocument(composed: Pick<ComposedReport, 'report' | 'body' | 'replaces'>, tenant: string): ReportDocument {
  const { report, body, replaces } = composed;
  const period = [day(report.periodFrom), day(report.periodTo)].filter(Boolean).join(' to ');
  const facts: [string, string][] = [
    ['Report', `${report.ref ?? ''}, version ${report.versionNumber}${replaces ? `, in the place of ${replaces.ref}` : ''}`],
    ['Audit', body.plan ? `${body.plan.ref} ${body.plan.name}` : ''],
    ['Kind', report.reportType ?? ''],
    ['Period', period],
    ['Lead auditor', body.plan?.lead ?? ''],
    ['Overall rating', word('auditReports', 'overallRating', report.overallRating)],
    ['State', report.status === 'draft' ? 'Draft, not issued' : word('auditReports', 'status', report.status)],
    ['Distribution', report.distribution ?? ''],
  ];
  const blocks = reportSections(composed).flatMap(({ title, blocks: inside }): DocumentBlock[] =>
    inside.length === 0 ? [] : [{ kind: 'heading', level: 1, text: title }, ...inside],
  );
  return {
    title: report.title,
    tenant,
    subtitle: report.ref,
    landscape: false,
    cover: facts.filter(([, value]) => value !== ''),
    blocks,
  };
}

export interface DocumentSection {
  readonly key: SectionKey;
  readonly title: string;
  /** None where nothing is to be said, and then the section is not printed. */
  readonly blocks: readonly DocumentBlock[];
}

/** The sections that the layout shows, in its order. */
export function reportSections({ report, body }: Pick<ComposedReport, 'report' | 'body'>): readonly DocumentSection[] {
  const layout = layoutOf(report.layout, body.blocks);
  const inside = (key: SectionKey) => {
    if (isTextSection(key)) return textOf(report[key]);
    return isBlockSection(key) ? textOf(blockOf(key, body.blocks)?.content ?? null) : DATA[key](body, layout);
  };
  return layout.sections.flatMap(({ key, shown }) =>
    shown ? [{ key, title: sectionTitle(key, body.blocks), blocks: inside(key) }] : [],
  );
}

const textOf = (text: string | null): DocumentBlock[] => (text?.trim() ? [{ kind: 'markdown', text }] : []);

const table = (columns: readonly [string, number][], rows: readonly (readonly string[])[]): DocumentBlock[] =>
  rows.length === 0 ? [] : [{ kind: 'table', columns: columns.map(([label, width]) => ({ label, width })), rows }];

const DATA: Readonly<Record<DataSection, (body: ReportBody, layout: ReportLayout) => DocumentBlock[]>> = {
  findingsTable(body, layout) {
    const rows = shownFindings(body, layout).map((f) => [
      f.ref,
      f.title,
      word('findings', 'severity', f.severity),
      word('findings', 'status', f.status),
      f.owner ?? '',
      day(f.dueDate),
    ]);
    if (rows.length === 0) return [{ kind: 'text', text: 'The audit has no findings.' }];
    return table(
      [
        ['Ref', 12],
        ['Finding', 40],
        ['Severity', 12],
        ['State', 14],
        ['Owner', 18],
        ['Due', 14],
      ],
      rows,
    );
  },
  findingsDetail: (body, layout) => shownFindings(body, layout).flatMap((finding) => detailOf(finding, layout.detail)),
  programme: (body) =>
    table(
      [
        ['Control', 13],
        ['Test', 30],
        ['Design', 17],
        ['Operation', 17],
        ['Result', 19],
        ['Tested by, on', 22],
      ],
      body.tests.map((t) => [
        t.control ?? '',
        t.title,
        word('controlTests', 'designEffectiveness', t.design),
        word('controlTests', 'operatingEffectiveness', t.operating),
        word('controlTests', 'testResult', t.result),
        [t.testedBy, day(t.date)].filter(Boolean).join(', '),
      ]),
    ),
  samples: (body) =>
    table(
      [
        ['Ref', 10],
        ['Test', 32],
        ['Method', 16],
        ['Items', 12],
        ['Exceptions', 12],
        ['Seed and SHA-256 of the population', 40],
      ],
      body.samples.map((s) => [
        s.ref,
        s.test,
        word('samples', 'method', s.method),
        `${s.size} of ${s.rows}`,
        String(s.exceptions),
        `${s.seed}\n${s.sha256}`,
      ]),
    ),
  evidence: (body) =>
    table(
      [
        ['Ref', 10],
        ['Evidence', 32],
        ['State', 12],
        ['File', 26],
        ['SHA-256', 40],
      ],
      body.evidence.map((e) => [e.ref, e.title, word('auditEvidence', 'status', e.status), e.fileName ?? '', e.sha256 ?? '']),
    ),
  signOffs: (body) =>
    table(
      [
        ['What', 38],
        ['Sign-off', 14],
        ['By', 20],
        ['On', 14],
        ['SHA-256 of the content', 40],
      ],
      body.signOffs.map((s) => [s.what, s.kind.charAt(0).toUpperCase() + s.kind.slice(1), s.by ?? '', day(s.at), s.sha256]),
    ),
};

const resultWord = (result: string) => word('controlTests', 'testResult', result).toLowerCase();

/** `extended twice`; nothing where it never was. */
export function extended(count: number): string {
  if (count === 0) return '';
  return `extended ${count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`}`;
}

/** What management said, with its words. */
export function responseOf(f: ReportFinding): string {
  const who = [word('findings', 'responseKind', f.responseKind), f.respondedBy, day(f.respondedOn)].filter(Boolean).join(', ');
  return [who, f.managementResponse].filter((part) => part?.trim()).join('\n');
}

function detailOf(f: ReportFinding, detail: ReportLayout['detail']): DocumentBlock[] {
  const parts: (readonly [string, string | null])[] = [
    ...(detail === 'brief' ? [] : [['Criteria', f.criteria] as const]),
    ['Condition', f.condition],
    ...(detail === 'brief' ? [] : [['Cause', f.cause] as const, ['Effect', f.effect] as const]),
    ['Recommendation', f.recommendation],
    ...(detail === 'full' ? [['Management response', responseOf(f)] as const] : []),
  ];
  const facts: [string, string][] = [
    ['Severity', `${word('findings', 'severity', f.severity)}, ${word('findings', 'kind', f.kind).toLowerCase()}`],
    ...(detail === 'full'
      ? [
          ['Owner and due date', [f.owner, day(f.dueDate), extended(f.extensions)].filter(Boolean).join(', ')] as [
            string,
            string,
          ],
          ['Repeats', f.repeats ?? ''] as [string, string],
        ]
      : []),
    ...parts.flatMap(([label, text]): [string, string][] => (text?.trim() ? [[label, text]] : [])),
  ];
  return [
    { kind: 'heading', level: 2, text: `${f.ref} ${f.title}` },
    { kind: 'facts', facts: facts.filter(([, value]) => value !== '') },
    ...(detail === 'full'
      ? table(
          [
            ['Action', 10],
            ['What is to be done', 46],
            ['Owner', 20],
            ['Due', 14],
            ['State', 14],
          ],
          f.actions.map((a) => [a.ref, a.title, a.owner ?? '', day(a.dueDate), word('actions', 'status', a.status)]),
        )
      : []),
    ...(detail === 'full' && f.retests.length > 0
      ? [
          {
            kind: 'text' as const,
            text: f.retests.map((t) => `Retest ${t.ref}, ${day(t.date)}: ${resultWord(t.result)}.`).join('\n'),
          },
        ]
      : []),
  ];
}
