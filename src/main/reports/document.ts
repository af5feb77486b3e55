/**
 * A document as data: what a report says, before anything is printed or packed. Domains build one; `docx.ts`, `html.ts` and the
 * printer make files of it. It holds plain text only, so that nothing that somebody typed is ever markup.
 */

export interface DocumentTable {
  readonly kind: 'table';
  readonly columns: readonly { readonly label: string /** Share of the width. */; readonly width: number }[];
  /** A cell may hold several lines. */
  readonly rows: readonly (readonly string[])[];
}

export type DocumentBlock =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'markdown';
      readonly text: string;
      /** The level of heading that `#` is, 1 being that of a section; by itself 3: below the sections. */
      readonly top?: number;
      /** What a single line break is: `kept` by itself, or `joined` as CommonMark has it. */
      readonly lines?: 'kept' | 'joined';
    }
  /** What the document is about, as label and value. */
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [label: string, value: string])[] }
  | DocumentTable;

export interface ReportDocument {
  readonly title: string;
  /** Stands below the title, and at the foot of each page: printed pages name the tenant. */
  readonly tenant: string;
  readonly subtitle: string | null;
  readonly landscape: boolean;
  /** Where it is there, the document begins with a cover page of these facts, and a table of contents. */
  readonly cover?: readonly (readonly [label: string, value: string])[];
  readonly blocks: readonly DocumentBlock[];
}

/** What stands on each page beside its content; the page's number and how many there are come by themselves. */
export interface PrintOptions {
  readonly landscape: boolean;
  /** At the top, left and right. Left out: the top is empty. */
  readonly header?: readonly [left: string, right: string];
  readonly footer: string;
}

/** Prints a page of HTML; where there is no window (the command line, tests) there is no printer. */
export interface PdfPrinter {
  print(html: string, options: PrintOptions): Promise<Uint8Array>;
}
