/**
 * Judges a file that is to be a Word template, at upload and again whenever a report is made of it: a ZIP of bounded size that is a Word
 * document without macros, embedded programs or parts that lie elsewhere, and whose placeholders are ones that reports know. Every refusal
 * is TEMPLATE_REFUSED with the one reason that a person needs to mend it.
 */
import { CodedError } from '@shared/errors';
import { isLoop, PLACEHOLDERS, type Placeholders } from '@shared/reports/placeholders';
import Docxtemplater, { type DXT } from 'docxtemplater';
import PizZip from 'pizzip';
import { type Entry, fromBufferPromise } from 'yauzl';

export interface TemplateFile {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** As the database has it too. */
export const MAX_TEMPLATE_BYTES = 2 * 1024 * 1024;
/** A letterhead with pictures unpacks to a few megabytes; what unpacks to so much is made to fill a memory. */
const MAX_UNPACKED = 40 * 1024 * 1024;
const MAX_PARTS = 1_000;

const lookUp = (scope: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? Reflect.get(at, name) : undefined),
    scope,
  );

/** `{plan.title}` is a look-up of own values, never an expression; what is not there is empty. */
export const OPTIONS = {
  paragraphLoop: true,
  linebreaks: true,
  errorLogging: false,
  parser: (tag: string) => ({ get: (scope: unknown) => lookUp(scope, tag.trim().split('.')) }),
  nullGetter: () => '',
} as const;

/** The parts of the file, each read by its measured size; ready to be filled. */
export async function checkTemplate({ fileName, bytes }: TemplateFile): Promise<PizZip> {
  const refuse = (reason: string): never => {
    throw new CodedError('TEMPLATE_REFUSED', { fileName, reason });
  };
  if (bytes.byteLength > MAX_TEMPLATE_BYTES) refuse('It is larger than 2 MB');
  const parts = await partsOf(bytes, refuse);
  const types = parts.get('[Content_Types].xml')?.toString('utf8') ?? '';
  if (!parts.has('word/document.xml') || types === '') refuse('It is no Word document (.docx)');
  if (/macroEnabled/i.test(types) || [...parts.keys()].some((name) => /vba(Project|Data)/i.test(name)))
    refuse('It holds macros. Save it as a document without macros (.docx)');
  if ([...parts.keys()].some((name) => /^word\/(embeddings|activeX)\//i.test(name)))
    refuse('It holds an embedded object. Take it out, a picture may stay');
  for (const [name, part] of parts) {
    if (name.endsWith('.rels') && reachesOut(part.toString('utf8')))
      refuse('A part of it lies in another place. Put pictures into the file itself');
    if (/^word\/.*\.xml$/.test(name) && /<!DOCTYPE|<!ENTITY/i.test(part.toString('utf8')))
      refuse('It is no Word document (.docx)');
    if (/^word\/.*\.xml$/.test(name) && /\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE)\b/.test(fieldsOf(part.toString('utf8'))))
      refuse('It holds a field that fetches something from elsewhere. Take it out');
  }
  const zip = new PizZip();
  for (const [name, part] of parts) zip.file(name, part);
  for (const part of placeholdersOf(zip, refuse)) judge(part, [PLACEHOLDERS], refuse);
  return zip;
}

type Refuse = (reason: string) => never;

async function partsOf(bytes: Uint8Array, refuse: Refuse): Promise<ReadonlyMap<string, Buffer>> {
  const parts = new Map<string, Buffer>();
  try {
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { autoClose: false });
    let announced = 0;
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
      announced += entry.uncompressedSize;
      if (entries.length > MAX_PARTS || announced > MAX_UNPACKED) refuse('It unpacks to far more than a template holds');
      if (entry.isEncrypted()) refuse('It is protected by a password');
    }
    for (const entry of entries) {
      if (entry.fileName.endsWith('/')) continue;
      if (parts.has(entry.fileName)) refuse('It is damaged: a part of it is there twice');
      // an entry that unpacks to more than it announced is refused by the reader
      const pieces: Buffer[] = [];
      for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece);
      parts.set(entry.fileName, Buffer.concat(pieces));
    }
    return parts;
  } catch (error) {
    if (error instanceof CodedError) throw error;
    return refuse('It is no Word document (.docx), or it is damaged');
  }
}

/** A relation to a file elsewhere; a plain link in the text is none. */
function reachesOut(relations: string): boolean {
  return [...relations.matchAll(/<Relationship\b[^>]*>/g)].some(
    ([relation]) => /TargetMode\s*=\s*["']External["']/i.test(relation) && !/\/hyperlink["']/i.test(relation),
  );
}

function fieldsOf(xml: string): string {
  const running = [...xml.matchAll(/<w:instrText[^>]*>([^<]*)</g)].map(([, text]) => text ?? '').join('');
  const simple = [...xml.matchAll(/<w:fldSimple[^>]*w:instr\s*=\s*"([^"]*)"/g)].map(([, text]) => text ?? '').join(' ');
  return `${running} ${simple}`;
}

interface Part {
  readonly type: string;
  readonly value?: string;
  readonly module?: string;
  readonly subparsed?: readonly Part[];
}

/** What docxtemplater read in all parts of the document: body, headers, footers, notes. */
function placeholdersOf(zip: PizZip, refuse: Refuse): readonly Part[] {
  const found: Part[] = [];
  const inspector: DXT.Module = {
    name: 'placeholders',
    set(told: { readonly inspect?: { readonly postparsed?: readonly Part[] } }) {
      if (told.inspect?.postparsed) found.push(...told.inspect.postparsed);
    },
  };
  try {
    new Docxtemplater(zip, { ...OPTIONS, modules: [inspector] });
  } catch (error) {
    refuse(told(error));
  }
  return found.filter(({ type }) => type === 'placeholder');
}

/** `scopes`: what may be named here, the innermost first. */
function judge(part: Part, scopes: readonly Placeholders[], refuse: Refuse): void {
  const written = part.value?.trim() ?? '';
  const node = scopes.map((scope) => nodeAt(scope, written)).find((one) => one !== undefined);
  const loop = part.module === 'loop';
  if (part.module !== undefined && !loop) refuse(`{${written}} is written with a sign before its name that reports do not know`);
  if (node === undefined) refuse(`The placeholder {${written}} is none that reports know`);
  else if (typeof node !== 'string' && isLoop(node)) {
    if (!loop) refuse(`{${written}} is a list: write {#${written}}, what is said of each, {/${written}}`);
    for (const inside of part.subparsed ?? []) if (inside.type === 'placeholder') judge(inside, [node.loop, ...scopes], refuse);
  } else if (typeof node !== 'string')
    refuse(`{${written}} needs a part behind it, as in {${written}.${Object.keys(node)[0] ?? ''}}`);
  // around a text it is a condition: said where there is one
  else for (const inside of part.subparsed ?? []) if (inside.type === 'placeholder') judge(inside, scopes, refuse);
}

function nodeAt(tree: Placeholders, written: string): Placeholders[string] | undefined {
  let at: Placeholders[string] | undefined = tree;
  for (const name of written.split('.')) {
    if (at === undefined || typeof at === 'string' || isLoop(at) || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return at;
}

const WORDS: Readonly<Record<string, (tag: string) => string>> = {
  unclosed_loop: (tag) => `The loop {#${tag}} is not closed: {/${tag}} is missing`,
  unopened_loop: (tag) => `{/${tag}} closes a loop that was not opened`,
  closing_tag_does_not_match_opening_tag: (tag) => `A loop is closed by another name than it was opened by, near {${tag}}`,
  unclosed_tag: (tag) => `A placeholder is not closed: } is missing after {${tag}`,
  unopened_tag: (tag) => `A } stands where no placeholder was opened, near ${tag}`,
  duplicate_open_tag: (tag) => `A placeholder begins twice, near {${tag}`,
  duplicate_close_tag: (tag) => `A placeholder ends twice, near ${tag}}`,
  loop_position_invalid: (tag) => `The loop {#${tag}} begins in one part of a table and ends in another`,
};

/** What docxtemplater says about a template, in our words; it names the first of several. */
function told(error: unknown): string {
  const properties = typeof error === 'object' && error !== null && 'properties' in error ? error.properties : null;
  const several = typeof properties === 'object' && properties !== null && 'errors' in properties ? properties.errors : null;
  if (Array.isArray(several) && several.length > 0) return told(several[0]);
  if (typeof properties !== 'object' || properties === null || !('id' in properties))
    return 'It is no Word document (.docx), or it is damaged';
  const tag =
    'xtag' in properties && typeof properties.xtag === 'string' ? properties.xtag.replace(/[{}]/g, '').slice(0, 60) : '';
  return (WORDS[String(properties.id)] ?? (() => `A placeholder is broken${tag === '' ? '' : `, near ${tag}`}`))(tag);
}
