/**
 * A document as PDF. One with contents is printed twice: the first print says on which page each heading stands, the second says so in the
 * contents. Where the pages cannot be read from the print, the contents stay links without numbers.
 */
import type { PdfPrinter, ReportDocument } from './document';
import { toHtml } from './html';
import { pagesOfAnchors } from './pdf-pages';

/** Numbers could push a heading to another page; they do not twice, for their column is as wide without them. */
const MAX_PRINTS = 3;

export async function toPdf(document: ReportDocument, printer: PdfPrinter): Promise<Uint8Array> {
  const { tenant, title, subtitle, landscape, cover } = document;
  const running = { landscape, header: [tenant, subtitle ?? ''] as const, footer: title };
  let pages: ReadonlyMap<string, number> = new Map();
  let bytes = await printer.print(toHtml(document), running);
  for (let print = 1; cover !== undefined && print < MAX_PRINTS; print++) {
    const found = pagesOfAnchors(bytes);
    if (found === null || alike(found, pages)) break;
    pages = found;
    bytes = await printer.print(toHtml(document, pages), running);
  }
  return bytes;
}

function alike(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([name, page]) => b.get(name) === page);
}
