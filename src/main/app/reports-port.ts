/** The port of audit reports: the domain's services with the call's own context, and the files that reports leave in. */

import { readFile, stat } from 'node:fs/promises';
import { CodedError } from '@shared/errors';
import { namePart } from '@shared/file-names';
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
  setTemplate,
  templateBytes,
  templateData,
  templateInUse,
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
  readonly grantedFile: (call: TenantCall, grantId: string) => Promise<{ readonly path: string; readonly name: string }>;
  readonly saveFile: PortOptions['saveFile'];
  readonly printer: PdfPrinter | null;
}

export function createReportsPort(options: ReportsPortOptions): ReportsPort<TenantCall> {
  const { contextOf, printer } = options;
  const templateOf = async (call: TenantCall, format: string) => (format === 'docx' ? templateBytes(contextOf(call)) : null);
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
        (await makeFile(composed, {
          format,
          tenant: options.workspaceName(call),
          printer,
          template: await templateOf(call, format),
        }));
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
        await makeFile(asIssued, { format: 'pdf', tenant, printer, template: null }),
        await makeFile(asIssued, { format: 'docx', tenant, printer, template: await templateOf(call, 'docx') }),
        {
          format: 'json' as const,
          fileName: fileNameOf(asIssued, tenant, 'json'),
          bytes: new TextEncoder().encode(JSON.stringify(composed.body)),
        },
      ];
      return issueReport(contextOf(call), input, files);
    },
    revise: (call, input) => reviseReport(contextOf(call), AUDITOPS_HOOKS, input),
    template: (call) => templateInUse(contextOf(call)),
    async setTemplate(call, { opId, templateId, grantId }) {
      const file = grantId === null ? null : await readTemplate(await options.grantedFile(call, grantId));
      return setTemplate(contextOf(call), { opId, templateId }, file);
    },
    async saveTemplate(call) {
      const { defaultTemplate } = await import('../reports/template/default');
      const { fileName, bytes } = (await templateBytes(contextOf(call))) ?? {
        fileName: 'audit-report-template.docx',
        bytes: await defaultTemplate(),
      };
      return { saved: await options.saveFile(call, fileName, bytes) };
    },
  };
}

interface Making {
  readonly format: 'pdf' | 'docx';
  readonly tenant: string;
  readonly printer: PdfPrinter | null;
  /** The tenant's own, for a Word file. */
  readonly template: { readonly fileName: string; readonly bytes: Uint8Array } | null;
}

/** The libraries that write files are read when one is asked for: most starts need none of them. */
async function makeFile(composed: ComposedReport, { format, tenant, printer, template }: Making): Promise<MadeFile> {
  const document = reportDocument(composed, tenant);
  const fileName = fileNameOf(composed, tenant, format);
  if (format === 'docx' && template !== null) {
    const { fillTemplate } = await import('../reports/template/fill');
    return { format, fileName, bytes: await fillTemplate(template, templateData(composed, tenant)) };
  }
  if (format === 'docx') return { format, fileName, bytes: await (await import('../reports/docx')).toDocx(document) };
  if (printer === null) throw new CodedError('PRINTER_MISSING');
  return { format, fileName, bytes: await (await import('../reports/pdf')).toPdf(document, printer) };
}

/** Reads and judges a file that is to be the template. FILE_TOO_LARGE before a byte is read, TEMPLATE_REFUSED with the reason. */
async function readTemplate({ path, name }: { readonly path: string; readonly name: string }) {
  const { checkTemplate, MAX_TEMPLATE_BYTES } = await import('../reports/template/check');
  if ((await stat(path)).size > MAX_TEMPLATE_BYTES)
    throw new CodedError('TEMPLATE_REFUSED', { fileName: name, reason: 'It is larger than 2 MB' });
  const file = { fileName: name, bytes: new Uint8Array(await readFile(path)) };
  await checkTemplate(file);
  return file;
}

function fileNameOf({ report }: ComposedReport, tenant: string, format: string): string {
  return `${[tenant, report.ref ?? '', report.title].map(namePart).join('_')}_v${report.versionNumber}.${format}`;
}
