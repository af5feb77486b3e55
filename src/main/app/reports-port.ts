/** The port of audit reports: the domain's services with the call's own context, and the files that reports leave in. */
import { CodedError } from '@shared/errors';
import { AUDITOPS_HOOKS } from '../domains/auditops';
import {
  type ComposedReport,
  composeReport,
  findingsAgeing,
  issuedFile,
  issueReport,
  type MadeFile,
  type ReportsPort,
  reportDocument,
  reportSections,
  reviseReport,
} from '../domains/auditops/reports';
import type { EntityContext } from '../entities/context';
import type { TenantCall } from '../ipc/services';
import type { PdfPrinter } from '../reports/document';
import type { note } from '../trail/journal';
import type { PortOptions } from './ports';

interface ReportsPortOptions {
  readonly contextOf: (call: TenantCall) => EntityContext;
  readonly workspaceName: (call: TenantCall) => string;
  readonly noted: (call: TenantCall, entry: Parameters<typeof note>[3]) => Promise<unknown>;
  readonly saveFile: PortOptions['saveFile'];
  readonly printer: PdfPrinter | null;
}

export function createReportsPort(options: ReportsPortOptions): ReportsPort<TenantCall> {
  const { contextOf, printer } = options;
  return {
    async compose(call, reportId) {
      const composed = await composeReport(contextOf(call), reportId);
      return { ...composed, sections: reportSections(composed) };
    },
    ageing: (call) => findingsAgeing(contextOf(call)),
    async save(call, { reportId, format }) {
      const composed = await composeReport(contextOf(call), reportId);
      const file =
        (composed.report.status === 'issued' ? await issuedFile(contextOf(call), reportId, format) : null) ??
        (await makeFile(composed, format, options.workspaceName(call), printer));
      const details = { format, fileName: file.fileName };
      await options.noted(call, { action: 'export', resourceType: 'audit_reports', resourceId: reportId, details });
      return { saved: await options.saveFile(call, file.fileName, file.bytes) };
    },
    async issue(call, input) {
      const composed = await composeReport(contextOf(call), input.reportId);
      const tenant = options.workspaceName(call);
      // The cover of what goes out says that it is issued; the hash is of words and records, not of the state.
      const asIssued: ComposedReport = { ...composed, report: { ...composed.report, status: 'issued' } };
      const files = [
        await makeFile(asIssued, 'pdf', tenant, printer),
        await makeFile(asIssued, 'docx', tenant, printer),
        {
          format: 'json' as const,
          fileName: fileNameOf(asIssued, tenant, 'json'),
          bytes: new TextEncoder().encode(JSON.stringify(composed.body)),
        },
      ];
      return issueReport(contextOf(call), input, files);
    },
    revise: (call, input) => reviseReport(contextOf(call), AUDITOPS_HOOKS, input),
  };
}

/** The libraries that write files are read when one is asked for: most starts need none of them. */
async function makeFile(
  composed: ComposedReport,
  format: 'pdf' | 'docx',
  tenant: string,
  printer: PdfPrinter | null,
): Promise<MadeFile> {
  const document = reportDocument(composed, tenant);
  const fileName = fileNameOf(composed, tenant, format);
  if (format === 'docx') return { format, fileName, bytes: await (await import('../reports/docx')).toDocx(document) };
  if (printer === null) throw new CodedError('PRINTER_MISSING');
  const { toHtml } = await import('../reports/html');
  const footer = [tenant, document.title, document.subtitle].filter(Boolean).join(' · ');
  return { format, fileName, bytes: await printer.print(toHtml(document), { landscape: false, footer }) };
}

function fileNameOf({ report }: ComposedReport, tenant: string, format: string): string {
  const name = [tenant, report.ref ?? '', report.title]
    .map((part) =>
      part
        .normalize('NFC')
        .replace(/[^\p{L}\p{N}]+/gu, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 60),
    )
    .join('_');
  return `${name}_v${report.versionNumber}.${format}`;
}
