/** Documents and tables as files: what somebody typed is text in all of them, never markup or a formula. */
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ReportDocument } from './document';
import { toDocx } from './docx';
import { toHtml } from './html';
import { toCsvFile, toWorkbook } from './table-file';

const NASTY = '<img src=x onerror=alert(1)> & "q" \u0007';
const DOCUMENT: ReportDocument = {
  title: 'Statement <b>',
  tenant: 'Nordhaven & Co',
  subtitle: null,
  landscape: true,
  blocks: [
    { kind: 'heading', level: 1, text: NASTY },
    { kind: 'text', text: 'two\nlines' },
    { kind: 'facts', facts: [['Label', NASTY]] },
    {
      kind: 'table',
      columns: [
        { label: 'A', width: 1 },
        { label: 'B', width: 3 },
      ],
      rows: [[NASTY, '=1+1']],
    },
  ],
};
const TABLE = { name: 'Sheet/1', columns: [{ label: 'A', width: 10 }], rows: [['=HYPERLINK("x")'], ['a,"b"'], [-5], [null]] };

/** The parts of a ZIP, by name. */
function unzipped(bytes: Uint8Array): Map<string, string> {
  const buffer = Buffer.from(bytes);
  const parts = new Map<string, string>();
  let at = buffer.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  const count = buffer.readUInt16LE(at + 10);
  at = buffer.readUInt32LE(at + 16);
  for (let nth = 0; nth < count; nth++) {
    const [method, size, names, extra, comment, local] = [
      buffer.readUInt16LE(at + 10),
      buffer.readUInt32LE(at + 20),
      buffer.readUInt16LE(at + 28),
      buffer.readUInt16LE(at + 30),
      buffer.readUInt16LE(at + 32),
      buffer.readUInt32LE(at + 42),
    ];
    const start = local + 30 + buffer.readUInt16LE(local + 26) + buffer.readUInt16LE(local + 28);
    const content = buffer.subarray(start, start + size);
    parts.set(
      buffer.toString('utf8', at + 46, at + 46 + names),
      (method === 8 ? inflateRawSync(content) : content).toString('utf8'),
    );
    at += 46 + names + extra + comment;
  }
  return parts;
}

describe('a document', () => {
  it('is a page without markup of others, script or address', () => {
    const html = toHtml(DOCUMENT);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;q&quot;');
    expect(html).not.toMatch(/<img|<script|https?:/);
    expect(html).toContain('<th scope="col">A</th>');
  });

  it('is a Word file whose XML holds the text, without what XML has no place for', async () => {
    const parts = unzipped(await toDocx(DOCUMENT));
    const body = parts.get('word/document.xml') ?? '';
    expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(body).toContain('w:tblHeader');
    expect(body).not.toContain('\u0007');
  });
});

describe('a table', () => {
  it('is CSV in which nothing runs', () => {
    const text = Buffer.from(toCsvFile(TABLE)).toString('utf8');
    expect(text).toBe('\uFEFFA\r\n"\'=HYPERLINK(""x"")"\r\n"a,""b"""\r\n-5\r\n\r\n');
  });

  it('is a workbook in which a formula is text', async () => {
    const parts = unzipped(await toWorkbook(TABLE));
    const all = [...parts.values()].join('');
    expect(all).not.toContain('<f>');
    expect(all).toContain('=HYPERLINK(');
  });
});
