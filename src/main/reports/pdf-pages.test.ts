/** Pages of anchors: a tree of pages in its order, and null for any other file. The real Electron's print is read in e2e/specs/reports.spec.ts. */
import { describe, expect, it } from 'vitest';
import type { PdfPrinter, ReportDocument } from './document';
import { toPdf } from './pdf';
import { pagesOfAnchors } from './pdf-pages';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

/** As Chromium writes it: three pages in two branches, two destinations. */
function printed(first: number, second: number): Uint8Array {
  return bytes(`%PDF-1.4
3 0 obj
<</Type /Page /Parent 8 0 R>>
endobj
4 0 obj
<</Length 9>> stream
9 0 obj <<
endstream
endobj
5 0 obj
<</Type /Page /Parent 8 0 R>>
endobj
6 0 obj
<</Type /Page /Parent 9 0 R>>
endobj
8 0 obj
<</Type /Pages /Count 2 /Kids [3 0 R 5 0 R]>>
endobj
9 0 obj
<</Type /Pages /Count 3 /Kids [8 0 R 6 0 R]>>
endobj
10 0 obj
<</b0 [${first} 0 R /XYZ 0 700 0]
/b4 [${second} 0 R /XYZ 0 300 0]>>
endobj
11 0 obj
<</Type /Catalog
/Pages 9 0 R
/Dests 10 0 R>>
endobj`);
}

describe('pages of anchors', () => {
  it('are counted in the order of the page tree', () => {
    expect(pagesOfAnchors(printed(5, 6))).toEqual(
      new Map([
        ['b0', 2],
        ['b4', 3],
      ]),
    );
  });
  it('are null where the file is built otherwise', () => {
    expect(pagesOfAnchors(bytes('%PDF-1.7 nothing'))).toBeNull();
    expect(pagesOfAnchors(printed(77, 6))).toBeNull();
    expect(pagesOfAnchors(new Uint8Array())).toBeNull();
  });
});

describe('a PDF with contents', () => {
  const document: ReportDocument = {
    title: 'T',
    tenant: 'N',
    subtitle: 'AR-1',
    landscape: false,
    cover: [],
    blocks: [{ kind: 'heading', level: 1, text: 'One' }],
  };
  const printer = (answers: readonly Uint8Array[]): PdfPrinter & { readonly pages: string[] } => {
    const pages: string[] = [];
    return {
      pages,
      async print(html, options) {
        expect(options).toMatchObject({ header: ['N', 'AR-1'], footer: 'T' });
        pages.push(html);
        return answers[Math.min(pages.length, answers.length) - 1] ?? new Uint8Array();
      },
    };
  };
  it('is printed until its numbers hold, at most three times', async () => {
    const steady = printer([printed(5, 6)]);
    await toPdf(document, steady);
    expect(steady.pages).toHaveLength(2);
    expect(steady.pages[1]).toContain('<span class="page">2</span>');
    const moving = printer([printed(3, 6), printed(5, 6), printed(3, 6), printed(5, 6)]);
    await toPdf(document, moving);
    expect(moving.pages).toHaveLength(3);
  });
  it('is printed once where pages cannot be read, or there are no contents', async () => {
    const strange = printer([bytes('%PDF')]);
    await toPdf(document, strange);
    expect(strange.pages).toHaveLength(1);
    const { cover: _, ...plain } = document;
    const short = printer([printed(5, 6)]);
    await toPdf(plain, short);
    expect(short.pages).toHaveLength(1);
  });
});
