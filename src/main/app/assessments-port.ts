/** The port of assessments: the domain's services with the call's own context, and the files that a statement leaves in. */

import { CodedError } from '@shared/errors';
import { namePart } from '@shared/file-names';
import type { ApplicabilityStatement, StatementExportInput } from '@shared/wire/assessments';
import {
  ASSESSMENT_HOOKS,
  answerMany,
  answerSheet,
  applicability,
  assessmentScope,
  assessmentWork,
  compareAssessments,
  startAssessment,
  statementDocument,
  statementTable,
} from '../domains/regops/assessments';
import type { EntityContext } from '../entities/context';
import type { AssessmentsPort, TenantCall } from '../ipc/services';
import type { PdfPrinter } from '../reports/document';
import type { note } from '../trail/journal';
import type { PortOptions } from './ports';

interface AssessmentsPortOptions {
  readonly contextOf: (call: TenantCall) => EntityContext;
  readonly workspaceName: (call: TenantCall) => string;
  readonly noted: (call: TenantCall, entry: Parameters<typeof note>[3]) => Promise<unknown>;
  readonly saveFile: PortOptions['saveFile'];
  readonly printer: PdfPrinter | null;
}

export function createAssessmentsPort(options: AssessmentsPortOptions): AssessmentsPort {
  const { contextOf } = options;
  return {
    start: (call, input) => startAssessment(contextOf(call), ASSESSMENT_HOOKS, input),
    scope: (call, regulationId) => assessmentScope(contextOf(call), regulationId),
    work: (call, assessmentId) => assessmentWork(contextOf(call), assessmentId),
    sheet: (call, answerId) => answerSheet(contextOf(call), answerId),
    answerMany: (call, input) => answerMany(contextOf(call), input),
    compare: (call, input) => compareAssessments(contextOf(call), input),
    statement: (call, assessmentId) => applicability(contextOf(call), assessmentId),
    async exportStatement(call, { assessmentId, format }) {
      const statement = await applicability(contextOf(call), assessmentId);
      const tenant = options.workspaceName(call);
      const bytes = await fileOf(statement, tenant, format, options.printer);
      const fileName = `${namePart(tenant)}_statement-of-applicability_${namePart(statement.assessment.ref ?? '')}.${format}`;
      const details = { format, fileName };
      await options.noted(call, { action: 'export', resourceType: 'compliance_assessments', resourceId: assessmentId, details });
      return { saved: await options.saveFile(call, fileName, bytes) };
    },
  };
}

/** The libraries that write files are read when one is asked for: most starts need none of them. */
async function fileOf(
  statement: ApplicabilityStatement,
  tenant: string,
  format: StatementExportInput['format'],
  printer: PdfPrinter | null,
): Promise<Uint8Array> {
  if (format === 'csv' || format === 'xlsx') {
    const { toCsvFile, toWorkbook } = await import('../reports/table-file');
    return format === 'csv' ? toCsvFile(statementTable(statement)) : toWorkbook(statementTable(statement));
  }
  const document = statementDocument(statement, tenant);
  if (format === 'docx') return (await import('../reports/docx')).toDocx(document);
  if (printer === null) throw new CodedError('PRINTER_MISSING');
  const { toHtml } = await import('../reports/html');
  return printer.print(toHtml(document), { landscape: document.landscape, footer: `${tenant} · ${document.title}` });
}
