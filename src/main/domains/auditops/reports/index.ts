/** Audit reports: composed from the audit's records, issued with files, read back as they were issued. */
import type { IssueReportInput, ReviseReportInput, SaveReportInput, SetTemplateInput, TemplateInUse } from '@shared/wire/reports';
import type { FindingsAgeing } from './ageing';
import type { ComposedReport } from './compose';
import type { DocumentSection } from './document';
import type { Issued, Revised } from './issue';
import type { TemplateSet } from './templates';

export { type FindingsAgeing, findingsAgeing } from './ageing';
export { type ComposedReport, composeReport, type ReportLink } from './compose';
export { type DocumentSection, reportDocument, reportSections } from './document';
export { type Issued, issuedFile, issueReport, type MadeFile, type Revised, reviseReport } from './issue';

export { templateData } from './template-data';
export { setTemplate, templateBytes, templateInUse } from './templates';

/** As the router calls it. */
export interface ReportsPort<Call> {
  compose(call: Call, reportId: string): Promise<ComposedReport & { readonly sections: readonly DocumentSection[] }>;
  ageing(call: Call): Promise<FindingsAgeing>;
  /** As a file of the person's choice: an issued report as it went out, a draft as it stands. */
  save(
    call: Call,
    input: SaveReportInput,
  ): Promise<{ readonly saved: { readonly fileName: string; readonly size: number } | null }>;
  issue(call: Call, input: IssueReportInput): Promise<Issued>;
  revise(call: Call, input: ReviseReportInput): Promise<Revised>;
  template(call: Call): Promise<{ readonly template: TemplateInUse | null; readonly maySet: boolean }>;
  setTemplate(call: Call, input: SetTemplateInput): Promise<TemplateSet>;
  /** The template in use as a file, or the built-in one, to start from. */
  saveTemplate(call: Call): Promise<{ readonly saved: { readonly fileName: string; readonly size: number } | null }>;
}
