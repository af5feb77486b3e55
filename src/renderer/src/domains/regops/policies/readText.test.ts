/** Texts out of files: real Word files that are kept, and files that were made to do harm, each refused with its reason. */
import type { ZipLimits } from '@renderer/lib/zip-limits';
import { CodedError } from '@shared/errors';
import { Document, HeadingLevel, ImageRun, Packer, Paragraph, TextRun } from 'docx';
import PizZip from 'pizzip';
import { describe, expect, it } from 'vitest';
import { readTextFile, TEXT_FILE_MAX } from './readText';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const file = (content: BlobPart, name: string) => new File([content], name, { type: DOCX });
const reasonOf = async (given: File, limits?: ZipLimits): Promise<string> => {
  try {
    await readTextFile(given, limits);
    return 'taken';
  } catch (error) {
    if (error instanceof CodedError) return `${error.code}: ${String(error.details.reason ?? '')}`;
    throw error;
  }
};
const zipOf = (parts: Readonly<Record<string, string>>): ArrayBuffer => {
  const zip = new PizZip();
  for (const [name, text] of Object.entries(parts)) zip.file(name, text);
  return zip.generate({ type: 'arraybuffer', compression: 'DEFLATE' });
};

describe('a text out of a file', () => {
  it('is what a Word document says, with what could not be kept', async () => {
    const picture = new ImageRun({ type: 'png', data: PIXEL, transformation: { width: 10, height: 10 } });
    const document = new Document({
      sections: [
        {
          children: [
            new Paragraph({ text: 'Żółw', heading: HeadingLevel.HEADING_1 }),
            new Paragraph({
              children: [new TextRun('Read '), new TextRun({ text: 'this', bold: true, underline: {} }), picture],
            }),
            new Paragraph({ text: 'one', bullet: { level: 0 } }),
          ],
        },
      ],
    });
    const bytes = new Uint8Array(await Packer.toBuffer(document));
    expect(await readTextFile(file(bytes, 'policy.docx'))).toEqual({
      fileName: 'policy.docx',
      text: '# Żółw\n\nRead **this**\n\n- one\n',
      notes: ['1 picture is left out.', 'Underlining is left out.'],
    });
  });

  it('is Markdown as it stands, in UTF-8 or UTF-16', async () => {
    expect((await readTextFile(file('# Ż\r\n\r\ntext', 'a.md'))).text).toBe('# Ż\n\ntext');
    const wide = new Uint8Array([0xff, 0xfe, ...Buffer.from('ß\n', 'utf16le')]);
    expect((await readTextFile(file(wide, 'a.txt'))).text).toBe('ß\n');
  });

  it.each([
    [
      'in another encoding',
      new Uint8Array([0x61, 0xdf, 0x20]),
      'a.txt',
      'DOCUMENT_INVALID: is not written in UTF-8 or UTF-16; save it as UTF-8',
    ],
    [
      'a program',
      new Uint8Array([0x7f, 0x45, 0x00, 0x01]),
      'a.md',
      'DOCUMENT_INVALID: is no text: choose a Word document, Markdown or plain text',
    ],
    ['empty', ' \n', 'a.md', 'DOCUMENT_INVALID: holds no text'],
    ['too long', 'a'.repeat(400_001), 'a.md', 'DOCUMENT_INVALID: holds 400001 characters; 400000 is the most'],
    [
      'an old Word file',
      new Uint8Array([0xd0, 0xcf, 0x11, 0xe0]),
      'a.doc',
      'DOCUMENT_INVALID: is no Word document of the present kind (.docx); save it as one in Word',
    ],
    ['a ZIP of something else', zipOf({ 'a.txt': 'x' }), 'a.docx', 'DOCUMENT_INVALID: is a ZIP without a Word document in it'],
    [
      'half a ZIP',
      new Uint8Array(zipOf({ 'word/document.xml': '<x/>' })).slice(0, 60),
      'a.docx',
      'DOCUMENT_INVALID: is damaged, or no Word document',
    ],
    ['no XML inside', zipOf({ 'word/document.xml': 'hello' }), 'a.docx', 'DOCUMENT_INVALID: is damaged, or no Word document'],
    [
      'too many parts',
      zipOf(Object.fromEntries(Array.from({ length: 2_001 }, (_n, at) => [`p${at}`, '']))),
      'a.docx',
      'DOCUMENT_INVALID: has more than 2000 parts, as no document has',
    ],
  ] as const)('is refused where the file is %s', async (_what, content, name, reason) => {
    expect(await reasonOf(file(content, name))).toBe(reason);
  });

  it('is refused before it unpacks to more than it may, whatever the headers claim', async () => {
    const bomb = new Uint8Array(zipOf({ 'word/document.xml': '\u0000'.repeat(3 * 1024 * 1024) }));
    // the headers say that it is small
    const view = new DataView(bomb.buffer);
    for (let at = 0; at < bomb.length - 4; at += 1)
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 100, true);
    expect(bomb.length).toBeLessThan(64 * 1024);
    expect(await reasonOf(file(bomb, 'a.docx'), { entries: 10, unpacked: 1024 * 1024 })).toBe(
      'DOCUMENT_INVALID: becomes larger than 1 MB when it is unpacked',
    );
  });

  it('is refused where the file itself is too large', async () => {
    const large = new File([], 'a.docx');
    Object.defineProperty(large, 'size', { value: TEXT_FILE_MAX + 1 });
    expect(await reasonOf(large)).toBe('FILE_TOO_LARGE: ');
  });
});

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
