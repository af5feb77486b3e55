/** A report's document as HTML for the printer and as a Word file: cover, contents, letters of other alphabets, and no markup of anybody's. */
import PizZip from 'pizzip';
import { describe, expect, it } from 'vitest';
import type { ReportDocument } from './document';
import { toDocx } from './docx';
import { toHtml } from './html';

const DOCUMENT: ReportDocument = {
  title: 'Żółw straße <script>alert(1)</script>',
  tenant: 'Nordhaven & Söhne',
  subtitle: 'AR-001',
  landscape: false,
  cover: [['Overall rating', 'Needs improvement']],
  blocks: [
    { kind: 'heading', level: 1, text: 'Executive summary' },
    { kind: 'markdown', text: 'It is **good** <b>not</b>\n\n- one\n- two\n\n1. first' },
    { kind: 'table', columns: [{ label: 'Ref', width: 1 }], rows: [['F-001\nß']] },
  ],
};

describe('a report', () => {
  it('is one page of HTML with cover and contents, all text escaped', () => {
    const html = toHtml(DOCUMENT);
    expect(html).toContain('class="cover"');
    expect(html).toContain('<a href="#b0"><span>Executive summary</span><span class="page"></span></a>');
    expect(toHtml(DOCUMENT, new Map([['b0', 3]]))).toContain('<span class="page">3</span>');
    expect(html).toContain('<h2 id="b0">Executive summary</h2>');
    expect(html).toContain('<strong>good</strong> &lt;b&gt;not&lt;/b&gt;');
    expect(html).toContain('<ul><li>one</li><li>two</li></ul>');
    expect(html).not.toContain('<script>');
  });
  it('is a Word file that says the same, with a field for the contents and page numbers', async () => {
    const zip = new PizZip(await toDocx(DOCUMENT));
    const body = zip.file('word/document.xml')?.asText() ?? '';
    expect(body).toContain('Żółw straße &lt;script&gt;');
    expect(body).toContain('Needs improvement');
    expect(body).toContain('TOC ');
    expect(body).toMatch(/<w:b\/>.*good/);
    const all = Object.keys(zip.files).filter((name) => name.startsWith('word/footer'));
    const footer = all.map((name) => zip.file(name)?.asText() ?? '').join('');
    expect(footer).toContain('Nordhaven &amp; Söhne');
    expect(footer).toContain('NUMPAGES');
  });
});
