/**
 * A PDF or Word document as a drafted outline. It is read here, in the sandbox of the window, where the libraries for both lie already
 * and where no script of a document ever runs.
 */
import { readZip, type ZipFault, type ZipLimits, ZipRefused } from '@renderer/lib/zip-limits';
import { CodedError } from '@shared/errors';
import type { TextItem } from 'pdfjs-dist/types/src/display/api';
import { blocksOfHtml, blocksOfLines, type PageLine } from './blocks';
import { detectOutline, type ReviewNode } from './detect';

/** A longer document is taken in parts: the outline has to pass to main in one piece. */
const MAX_TEXT = 3_000_000;
const MAX_BYTES = 64 * 1024 * 1024;
const ZIP_LIMITS: ZipLimits = { entries: 5_000, unpacked: 400 * 1024 * 1024 };
const ZIP_REASONS: Readonly<Record<ZipFault, string>> = {
  broken: 'is no Word document that can be read',
  protected: 'is protected by a password',
  entries: 'has more parts than any document',
  unpacked: 'becomes larger than 400 MB when it is unpacked',
};

/** Throws CATALOG_INVALID with the reason: broken, protected, a scan without text, too long. */
export async function readDocument(file: File): Promise<ReviewNode[]> {
  if (file.size > MAX_BYTES) throw new CodedError('FILE_TOO_LARGE', { fileName: file.name, size: file.size, limit: MAX_BYTES });
  const bytes = new Uint8Array(await file.arrayBuffer());
  const blocks = /\.pdf$/i.test(file.name)
    ? blocksOfLines(await pdfLines(bytes, file.name))
    : blocksOfHtml(await wordHtml(bytes, file.name));
  const size = blocks.reduce((sum, block) => sum + block.text.length, 0);
  if (size > MAX_TEXT) throw refused(file.name, 'holds more than 3 million characters; take it in parts');
  const draft = detectOutline(blocks);
  if (draft.length === 0) throw refused(file.name, 'holds no text');
  return draft;
}

function refused(fileName: string, reason: string, cause?: unknown): CodedError {
  return new CodedError('CATALOG_INVALID', { fileName, reason }, { cause });
}

async function wordHtml(bytes: Uint8Array<ArrayBuffer>, fileName: string): Promise<string> {
  try {
    // unpacked once as a stream under a limit: what its headers claim is not believed
    await readZip(bytes, ZIP_LIMITS, () => false);
  } catch (cause) {
    throw refused(fileName, cause instanceof ZipRefused ? ZIP_REASONS[cause.fault] : ZIP_REASONS.broken, cause);
  }
  const { default: mammoth } = await import('mammoth');
  try {
    // pictures would only make the text longer
    const { value } = await mammoth.convertToHtml(
      { arrayBuffer: bytes.buffer },
      { convertImage: mammoth.images.imgElement(async () => ({ src: '' })) },
    );
    return value;
  } catch (cause) {
    throw refused(fileName, 'is no Word document that can be read', cause);
  }
}

async function pdfLines(bytes: Uint8Array, fileName: string): Promise<PageLine[]> {
  const { GlobalWorkerOptions, getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const { default: workerUrl } = await import('pdfjs-dist/legacy/build/pdf.worker.mjs?url');
  GlobalWorkerOptions.workerSrc = workerUrl;
  const task = getDocument({ data: bytes, isEvalSupported: false, enableXfa: false });
  try {
    const document = await task.promise;
    const lines: PageLine[] = [];
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number);
      const height = page.getViewport({ scale: 1 }).height;
      const { items } = await page.getTextContent();
      lines.push(
        ...linesOfPage(
          number,
          height,
          items.filter((item): item is TextItem => 'str' in item),
        ),
      );
      page.cleanup();
    }
    if (lines.length === 0)
      throw refused(fileName, 'has pages but no text on them: it is a scan. Run text recognition (OCR) over it first');
    return lines;
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    const named = cause instanceof Error ? cause.name : '';
    throw refused(fileName, named === 'PasswordException' ? 'is protected by a password' : 'is no PDF that can be read', cause);
  } finally {
    await task.destroy();
  }
}

/** Pieces of text that lie on one height are one line, from left to right. */
export function linesOfPage(
  page: number,
  height: number,
  items: readonly Pick<TextItem, 'str' | 'transform' | 'fontName' | 'width'>[],
): PageLine[] {
  const rows: { top: number; size: number; pieces: { x: number; end: number; text: string; font: string }[] }[] = [];
  for (const { str, transform, fontName, width } of items) {
    if (str === '') continue;
    const [, , c = 0, d = 0, x = 0, y = 0] = transform as number[];
    const size = Math.hypot(c, d);
    const top = height - y;
    const row = rows.find((each) => Math.abs(each.top - top) < Math.max(2, size * 0.4));
    const piece = { x, end: x + width, text: str, font: fontName };
    if (row === undefined) rows.push({ top, size, pieces: [piece] });
    else {
      row.pieces.push(piece);
      if (str.trim() !== '') row.size = Math.max(row.size, size);
    }
  }
  return rows
    .sort((a, b) => a.top - b.top)
    .flatMap(({ top, size, pieces }) => {
      const sorted = pieces.sort((a, b) => a.x - b.x);
      let text = '';
      let end: number | null = null;
      for (const piece of sorted) {
        if (end !== null && piece.x - end > size * 0.15 && !text.endsWith(' ') && !piece.text.startsWith(' ')) text += ' ';
        text += piece.text;
        end = piece.end;
      }
      return text.trim() === '' ? [] : [{ page, text: text.replace(/\s+/g, ' ').trim(), size, top }];
    })
    .map((line, at) => ({ ...line, line: at + 1, bold: false }));
}
