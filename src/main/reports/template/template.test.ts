/** Word templates: the built-in one passes and is filled; what is broken, foreign or meant to harm is refused by one sentence. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CodedError } from '@shared/errors';
import { isLoop, PLACEHOLDERS, type Placeholders, placeholderLines, type TemplateData } from '@shared/reports/placeholders';
import fc from 'fast-check';
import PizZip from 'pizzip';
import { describe, expect, it } from 'vitest';
import { checkTemplate, MAX_TEMPLATE_BYTES } from './check';
import { defaultTemplate } from './default';
import { fillTemplate } from './fill';

const TYPES = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`;
const RELS = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`;

/** A small Word file with these paragraphs; `more` adds or replaces parts. */
function docx(paragraphs: readonly string[], more: Readonly<Record<string, string>> = {}): Uint8Array {
  const zip = new PizZip();
  const body = paragraphs.map((text) => `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`).join('');
  const parts = {
    '[Content_Types].xml': TYPES,
    '_rels/.rels': RELS,
    'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
    ...more,
  };
  for (const [name, text] of Object.entries(parts)) zip.file(name, text);
  return new Uint8Array(zip.generate({ type: 'nodebuffer', compression: 'DEFLATE' }));
}

/** A Word file whose first part says that it unpacks to so many bytes. */
function announcing(size: number): Uint8Array {
  const bytes = Buffer.from(docx(['{tenant}']));
  bytes.writeUInt32LE(size, bytes.indexOf(Buffer.from('PK\u0001\u0002', 'latin1')) + 24);
  return new Uint8Array(bytes);
}

async function reasonFor(bytes: Uint8Array): Promise<string> {
  try {
    await checkTemplate({ fileName: 't.docx', bytes });
    return 'fine';
  } catch (error) {
    if (error instanceof CodedError && error.code === 'TEMPLATE_REFUSED') return String(error.details.reason);
    throw error;
  }
}

/** A value for every placeholder, each naming itself; two of each list. */
function sampleOf(tree: Placeholders, before = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tree).map(([name, node]) => {
      const at = `${before}${name}`;
      if (typeof node === 'string') return [name, `«${at}»`];
      return [name, isLoop(node) ? [sampleOf(node.loop, `${at}1.`), sampleOf(node.loop, `${at}2.`)] : sampleOf(node, `${at}.`)];
    }),
  );
}
const DATA = sampleOf(PLACEHOLDERS) as TemplateData;
const bodyOf = (bytes: Uint8Array) => new PizZip(bytes).file('word/document.xml')?.asText() ?? '';

describe('the built-in template', () => {
  it('passes the check and says everything that a report has', async () => {
    const bytes = await defaultTemplate();
    expect(await reasonFor(bytes)).toBe('fine');
    const filled = await fillTemplate({ fileName: 't.docx', bytes }, DATA);
    const zip = new PizZip(filled);
    const all = Object.keys(zip.files)
      .map((name) => zip.file(name)?.asText() ?? '')
      .join('');
    expect(all).not.toMatch(/\{[#/^]?[a-zA-Z.]+\}/);
    const values = JSON.stringify(DATA).match(/«[^»]+»/g) ?? [];
    expect(values.length).toBeGreaterThan(80);
    expect(values.filter((value) => !all.includes(value))).toEqual([]);
  });
});

describe('a template of one’s own', () => {
  it('is filled with text that stays text, in the letters of others, with its line breaks', async () => {
    const bytes = docx([
      '{report.title} by {plan.lead}',
      '{#findings}',
      '{ref}: {condition} ({tenant})',
      '{/findings}',
      '{#opinion}We say: {opinion}{/opinion}{^opinion}nothing{/opinion}',
    ]);
    const finding = {
      ...(DATA.findings[0] as TemplateData['findings'][number]),
      ref: 'F-1',
      condition: 'Żółw <b>\nstraße & \u0007{tenant}',
    };
    const filled = bodyOf(
      await fillTemplate(
        { fileName: 't.docx', bytes },
        { ...DATA, tenant: 'T', opinion: '', findings: [finding, { ...finding, ref: 'F-2' }] },
      ),
    );
    expect(filled).toContain('«report.title» by «plan.lead»');
    expect(filled).toContain('F-1: Żółw &lt;b&gt;');
    expect(filled).toContain('<w:br/>');
    expect(filled).toContain('straße &amp; {tenant} (T)');
    expect(filled).toContain('F-2: ');
    expect(filled).toContain('nothing');
    expect(filled).not.toContain('We say');
    expect(filled).not.toContain('\u0007');
  });

  it.each([
    ['a placeholder that nobody knows', ['{findigns}'], 'The placeholder {findigns} is none that reports know'],
    ['one of a list outside of it', ['{recommendation}'], 'The placeholder {recommendation} is none that reports know'],
    ['one of another list', ['{#tests}{severity}{/tests}'], 'The placeholder {severity} is none that reports know'],
    ['what every object has', ['{constructor}'], 'The placeholder {constructor} is none that reports know'],
    ['a path into what every object has', ['{plan.__proto__}'], 'The placeholder {plan.__proto__} is none that reports know'],
    ['a loop without an end', ['{#findings}', '{ref}'], 'The loop {#findings} is not closed: {/findings} is missing'],
    ['an end without a loop', ['{ref}{/findings}'], '{/findings} closes a loop that was not opened'],
    ['a brace that stays open', ['{report.title'], 'A placeholder is not closed: } is missing after {report.title'],
    ['a list as a text', ['{findings}'], '{findings} is a list: write {#findings}, what is said of each, {/findings}'],
    ['a group as a text', ['{plan}'], '{plan} needs a part behind it, as in {plan.ref}'],
    ['raw XML', ['{@opinion}'], '{opinion} is written with a sign before its name that reports do not know'],
  ])('is refused for %s', async (_, paragraphs, reason) => {
    expect(await reasonFor(docx(paragraphs))).toBe(reason);
  });

  const external = (type: string) =>
    `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="https://example.org/x" TargetMode="External"/></Relationships>`;
  it.each([
    ['macros in it', { 'word/vbaProject.bin': 'x' }, /macros/],
    [
      'the type of a file with macros',
      { '[Content_Types].xml': TYPES.replace('document.main', 'document.macroEnabled.main') },
      /macros/,
    ],
    ['an embedded object', { 'word/embeddings/oleObject1.bin': 'x' }, /embedded object/],
    ['a template elsewhere', { 'word/_rels/settings.xml.rels': external('attachedTemplate') }, /another place/],
    ['a picture elsewhere', { 'word/_rels/document.xml.rels': external('image') }, /another place/],
    ['an entity', { 'word/document.xml': '<!DOCTYPE x [<!ENTITY a "b">]><w:document xmlns:w="x"/>' }, /no Word document/],
    [
      'a field that fetches',
      {
        'word/header1.xml':
          '<w:hdr xmlns:w="x"><w:p><w:r><w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\\\x</w:instrText></w:r></w:p></w:hdr>',
      },
      /fetches/,
    ],
  ])('is refused for %s', async (_, parts, reason) => {
    expect(await reasonFor(docx(['{tenant}'], parts))).toMatch(reason);
  });

  it('may hold a link', async () => {
    expect(await reasonFor(docx(['{tenant}'], { 'word/_rels/document.xml.rels': external('hyperlink') }))).toBe('fine');
  });

  it('is refused for what is no Word file, is damaged, or fills a memory', async () => {
    expect(await reasonFor(new TextEncoder().encode('MZ'))).toMatch(/no Word document/);
    expect(await reasonFor(docx(['{tenant}'], { '[Content_Types].xml': '' }))).toMatch(/no Word document/);
    expect(await reasonFor(new Uint8Array(MAX_TEMPLATE_BYTES + 1))).toBe('It is larger than 2 MB');
    expect(await reasonFor(announcing(50 * 1024 * 1024))).toMatch(/unpacks to far more/);
    // what announces less than it holds is no file to be trusted
    expect(await reasonFor(announcing(3))).toMatch(/no Word document/);
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, nth) => [`word/x${nth}.txt`, 'x']));
    expect(await reasonFor(docx(['{tenant}'], many))).toMatch(/unpacks to far more/);
    const cut = docx(['{tenant}']);
    expect(await reasonFor(cut.subarray(0, cut.byteLength - 30))).toMatch(/no Word document/);
  });

  it('of any bytes is judged, never thrown over', async () => {
    const whole = docx(['{tenant}', '{#findings}{ref}{/findings}']);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.byteLength - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const turned = whole.slice();
        turned[at] = ((turned[at] ?? 0) + by) % 256;
        expect(typeof (await reasonFor(turned))).toBe('string');
      }),
      { numRuns: 60 },
    );
  });
});

it('docs/report-templates.md lists every placeholder', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/report-templates.md'), 'utf8');
  const missing = placeholderLines().filter(([written, what]) => !page.includes(`| \`${written}\` | ${what} |`));
  expect(missing).toEqual([]);
});
