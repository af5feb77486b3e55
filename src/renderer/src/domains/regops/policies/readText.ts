/**
 * A text out of a file, as Markdown: Markdown and plain text as they are, a Word document by what it says. It is read here, in the sandbox
 * of the window, and nothing is written: the person sees what could not be kept before the text is taken.
 */
import { readZip, type ZipFault, type ZipLimits, ZipRefused } from '@renderer/lib/zip-limits';
import { POLICY_TEXT_MAX } from '@shared/entities/regops/policy';
import { CodedError } from '@shared/errors';
import { readWordHtml, silentlyLeft, WORD_STYLE_MAP } from '@shared/markdown/word';
import { writeMarkdown } from '@shared/markdown/write';

export const TEXT_FILE_MAX = 20 * 1024 * 1024;
/** A file of 20 MB that becomes more than this was made to. */
const WORD_LIMITS: ZipLimits = { entries: 2_000, unpacked: 200 * 1024 * 1024 };

export interface FileText {
  readonly fileName: string;
  readonly text: string;
  /** Sentences about what could not be kept. */
  readonly notes: readonly string[];
}

/** Throws FILE_TOO_LARGE, DOCUMENT_INVALID with the reason. */
export async function readTextFile(file: File, limits: ZipLimits = WORD_LIMITS): Promise<FileText> {
  if (file.size > TEXT_FILE_MAX)
    throw new CodedError('FILE_TOO_LARGE', { fileName: file.name, size: file.size, limit: TEXT_FILE_MAX });
  const bytes = new Uint8Array(await file.arrayBuffer());
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (!isZip && /\.docx?$/i.test(file.name))
    throw refused(file.name, 'is no Word document of the present kind (.docx); save it as one in Word');
  const { text, notes } = isZip ? await wordText(bytes, file.name, limits) : { text: plainText(bytes, file.name), notes: [] };
  if (text.trim() === '') throw refused(file.name, 'holds no text');
  if (text.length > POLICY_TEXT_MAX) throw refused(file.name, `holds ${text.length} characters; ${POLICY_TEXT_MAX} is the most`);
  return { fileName: file.name, text, notes };
}

function refused(fileName: string, reason: string, cause?: unknown): CodedError {
  return new CodedError('DOCUMENT_INVALID', { fileName, reason }, { cause });
}

/** UTF-8 or UTF-16 with its mark; anything else is no text of ours. */
function plainText(bytes: Uint8Array, fileName: string): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refused(fileName, 'is not written in UTF-8 or UTF-16; save it as UTF-8', cause);
  }
  if (text.includes('\u0000')) throw refused(fileName, 'is no text: choose a Word document, Markdown or plain text');
  return text.replace(/\r\n?/g, '\n');
}

const READ_PARTS = /^word\/(document|header\d*|footer\d*)\.xml$/;
const reasonsFor = ({ entries, unpacked }: ZipLimits): Readonly<Record<ZipFault, string>> => ({
  broken: 'is damaged, or no Word document',
  protected: 'is protected by a password',
  entries: `has more than ${entries} parts, as no document has`,
  unpacked: `becomes larger than ${Math.round(unpacked / 1024 / 1024)} MB when it is unpacked`,
});

async function wordText(
  bytes: Uint8Array<ArrayBuffer>,
  fileName: string,
  limits: ZipLimits,
): Promise<{ readonly text: string; readonly notes: readonly string[] }> {
  let parts: ReadonlyMap<string, string>;
  try {
    parts = await readZip(bytes, limits, (name) => READ_PARTS.test(name));
  } catch (cause) {
    if (cause instanceof ZipRefused) throw refused(fileName, reasonsFor(limits)[cause.fault], cause);
    throw cause;
  }
  if (!parts.has('word/document.xml')) throw refused(fileName, 'is a ZIP without a Word document in it');
  const { default: mammoth } = await import('mammoth');
  let html: string;
  try {
    const { value } = await mammoth.convertToHtml(
      // the browser's mammoth takes the one, the tests' the other
      Object.assign({ arrayBuffer: bytes.buffer }, { buffer: bytes }),
      { styleMap: [...WORD_STYLE_MAP], convertImage: mammoth.images.imgElement(async () => ({ src: '' })) },
    );
    html = value;
  } catch (cause) {
    throw refused(fileName, reasonsFor(limits).broken, cause);
  }
  const { blocks, notes } = readWordHtml(html);
  return { text: writeMarkdown(blocks), notes: [...notes, ...silentlyLeft(parts)] };
}
