/**
 * What a Word file says, as a marked text: the plain HTML that mammoth makes of it, taken apart into blocks, and in words what of the
 * file has no place in such a text. Pure; reading the file is the window's (`readWord`), for no script of a document runs there.
 */
import {
  type MarkBlock,
  type MarkCell,
  type MarkItem,
  type MarkLook,
  type MarkRun,
  PLAIN,
  safeHref,
  textOf,
  tidyRuns,
} from './model';

/** Names of the styles that our own Word files use, in `main/reports/marked-docx.ts`. */
export const WORD_STYLES = {
  quote: 'Quote',
  code: 'Code',
  codeText: 'Code text',
  linkText: 'Link text',
  rule: 'Rule',
  /** Title, tenant and facts above the text of our own files; what comes back in has them already. */
  title: 'Document title',
  facts: 'Document facts',
} as const;

/** For mammoth: what each style of Word is. */
export const WORD_STYLE_MAP: readonly string[] = [
  `p[style-name='${WORD_STYLES.title}'] => !`,
  `p[style-name='${WORD_STYLES.facts}'] => !`,
  `p[style-name='${WORD_STYLES.rule}'] => hr:fresh`,
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => p:fresh",
  `p[style-name='${WORD_STYLES.quote}'] => blockquote > p:fresh`,
  "p[style-name='Intense Quote'] => blockquote > p:fresh",
  `p[style-name='${WORD_STYLES.code}'] => pre:separator('\\n')`,
  "p[style-name='HTML Preformatted'] => pre:separator('\\n')",
  `r[style-name='${WORD_STYLES.codeText}'] => code`,
  "r[style-name='HTML Code'] => code",
  'strike => s',
  ...[6, 7, 8, 9].flatMap((level) => ['unordered', 'ordered'].map((kind) => deepList(kind, level))),
];

/** mammoth knows five levels of lists by itself. */
function deepList(kind: string, level: number): string {
  return `p:${kind}-list(${level}) => ${'ul|ol > li > '.repeat(level - 1)}${kind === 'ordered' ? 'ol' : 'ul'} > li:fresh`;
}

export interface WordText {
  readonly blocks: readonly MarkBlock[];
  /** Sentences about what could not be kept. */
  readonly notes: readonly string[];
}

/** A tag with what stands in it. */
interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly inside: (Tag | string)[];
}

/** @param html well-formed, as mammoth writes it */
export function readWordHtml(html: string): WordText {
  const found = new Found();
  const blocks = blocksOf(treeOf(html).inside, found);
  return { blocks, notes: found.sentences() };
}

/** What of the page was met that a marked text has no place for. */
class Found {
  pictures = 0;
  merged = 0;
  deepTables = 0;
  cellBreaks = 0;
  notes = 0;
  links = 0;
  raised = 0;

  sentences(): string[] {
    const all: readonly (readonly [number, string, string])[] = [
      [this.pictures, 'picture is left out', 'pictures are left out'],
      [this.merged, 'merged cell stands in its first place only', 'merged cells stand in their first place only'],
      [this.deepTables, 'table inside of a table is text now', 'tables inside of tables are text now'],
      [this.cellBreaks, 'cell of several paragraphs is one line now', 'cells of several paragraphs are one line now'],
      [this.notes, 'footnote stands at the end of the text', 'footnotes stand at the end of the text'],
      [
        this.links,
        'link is text now, for it leads to no https, http or mail address',
        'links are text now, for they lead to no https, http or mail address',
      ],
      [this.raised, 'raised or lowered letter stands on the line', 'raised or lowered letters stand on the line'],
    ];
    return all.flatMap(([count, one, many]) => (count === 0 ? [] : [count === 1 ? `1 ${one}.` : `${count} ${many}.`]));
  }
}

const VOID = new Set(['br', 'img', 'hr']);

function treeOf(html: string): Tag {
  const root: Tag = { name: '', attributes: new Map(), inside: [] };
  const open: Tag[] = [root];
  for (const [, end, name = '', rest = '', words] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>|([^<]+)/gi)) {
    const here = open.at(-1) ?? root;
    if (words !== undefined) {
      here.inside.push(decoded(words));
      continue;
    }
    const tag = name.toLowerCase();
    if (end) {
      const at = open.map((each) => each.name).lastIndexOf(tag);
      if (at > 0) open.length = at;
      continue;
    }
    const attributes = new Map(
      [...rest.matchAll(/([a-z-]+)="([^"]*)"/gi)].map(([, key = '', value = '']) => [key, decoded(value)]),
    );
    const made: Tag = { name: tag, attributes, inside: [] };
    here.inside.push(made);
    if (!VOID.has(tag) && !rest.endsWith('/')) open.push(made);
  }
  return root;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

function decoded(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

const BLOCKS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'table', 'blockquote', 'pre', 'hr']);
const isBlock = (node: Tag | string): node is Tag => typeof node !== 'string' && BLOCKS.has(node.name);

function blocksOf(nodes: readonly (Tag | string)[], found: Found): MarkBlock[] {
  const blocks: MarkBlock[] = [];
  let loose: (Tag | string)[] = [];
  const settle = () => {
    const runs = runsOf(loose, found);
    if (runs.length > 0) blocks.push({ kind: 'paragraph', runs });
    loose = [];
  };
  for (const node of nodes) {
    if (!isBlock(node)) {
      loose.push(node);
      continue;
    }
    settle();
    blocks.push(...blockOf(node, found));
  }
  settle();
  return blocks;
}

function blockOf(tag: Tag, found: Found): MarkBlock[] {
  const level = /^h([1-6])$/.exec(tag.name)?.[1];
  if (level !== undefined) {
    const runs = runsOf(tag.inside, found);
    return runs.length === 0 ? [] : [{ kind: 'heading', level: Number(level), runs }];
  }
  switch (tag.name) {
    case 'ul':
    case 'ol': {
      const items = tag.inside
        .filter((node): node is Tag => typeof node !== 'string' && node.name === 'li')
        .map((node) => itemOf(node, found));
      return items.length === 0 ? [] : [{ kind: 'list', ordered: tag.name === 'ol', start: 1, items }];
    }
    case 'blockquote':
      return [{ kind: 'quote', blocks: blocksOf(tag.inside, found) }];
    case 'pre':
      return [{ kind: 'code', text: wordsOf(tag) }];
    case 'hr':
      return [{ kind: 'rule' }];
    case 'table':
      return tableOf(tag, found);
    default: {
      const runs = runsOf(tag.inside, found);
      return runs.length === 0 ? [] : [{ kind: 'paragraph', runs }];
    }
  }
}

function itemOf(tag: Tag, found: Found): MarkItem {
  if (/^(foot|end)note-/.test(tag.attributes.get('id') ?? '')) found.notes += 1;
  const blocks = blocksOf(tag.inside, found);
  const [first, ...rest] = blocks;
  const tick = first?.kind === 'paragraph' ? /^([☐☑☒])\s/.exec(textOf(first.runs)) : null;
  if (first?.kind !== 'paragraph' || tick === null) return { checked: null, blocks };
  const runs = tidyRuns(first.runs.map((run, at) => (at === 0 ? { ...run, text: run.text.slice(tick[0].length) } : run)));
  return { checked: tick[1] !== '☐', blocks: runs.length === 0 ? rest : [{ kind: 'paragraph', runs }, ...rest] };
}

function tableOf(tag: Tag, found: Found): MarkBlock[] {
  const heads: MarkCell[][] = [];
  const rows: MarkCell[][] = [];
  const walk = (nodes: readonly (Tag | string)[], inHead: boolean) => {
    for (const node of nodes) {
      if (typeof node === 'string') continue;
      if (node.name === 'thead') walk(node.inside, true);
      else if (node.name === 'tbody') walk(node.inside, false);
      else if (node.name === 'tr') (inHead ? heads : rows).push(rowOf(node, found));
    }
  };
  walk(tag.inside, false);
  const all = [...heads, ...rows];
  const width = Math.max(0, ...all.map((row) => row.length));
  if (width === 0) return [];
  const filled = all.map((row) => Array.from({ length: width }, (_none, at): MarkCell => row[at] ?? []));
  // Markdown's tables have a head: without one in the file the first row is it
  const [head = [], ...body] = filled;
  return [{ kind: 'table', head: head.map(withoutBold), rows: body }];
}

const withoutBold = (cell: MarkCell): MarkCell =>
  cell.every((run) => run.bold || run.text.trim() === '') ? tidyRuns(cell.map((run) => ({ ...run, bold: false }))) : cell;

function rowOf(tag: Tag, found: Found): MarkCell[] {
  return tag.inside.flatMap((node) => {
    if (typeof node === 'string') return [];
    const across = Number(node.attributes.get('colspan') ?? 1);
    if (across > 1 || Number(node.attributes.get('rowspan') ?? 1) > 1) found.merged += 1;
    const parts = blocksOf(node.inside, found);
    if (parts.length > 1) found.cellBreaks += 1;
    const runs = tidyRuns(parts.flatMap((part, at) => [...(at === 0 ? [] : [{ ...PLAIN, text: ' ' }]), ...flat(part, found)]));
    const cell = runs.map((run) => ({ ...run, text: run.text.replace(/\s*\n\s*/g, ' ') }));
    return [cell, ...Array.from({ length: Math.min(across, 64) - 1 }, (): MarkCell => [])];
  });
}

/** What stands in a cell as one line. */
function flat(block: MarkBlock, found: Found): MarkRun[] {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return [...block.runs];
    case 'code':
      return [{ ...PLAIN, code: true, text: block.text }];
    case 'quote':
      return block.blocks.flatMap((each) => flat(each, found));
    case 'list':
      return block.items.flatMap(({ blocks }, at) => [
        ...(at === 0 ? [] : [{ ...PLAIN, text: '; ' }]),
        ...blocks.flatMap((each) => flat(each, found)),
      ]);
    case 'table':
      found.deepTables += 1;
      return [block.head, ...block.rows].flatMap((row) => row.flatMap((cell) => [...cell, { ...PLAIN, text: ' ' }]));
    case 'rule':
      return [];
  }
}

const LOOKS: Readonly<Record<string, Partial<MarkLook>>> = {
  strong: { bold: true },
  b: { bold: true },
  em: { italic: true },
  i: { italic: true },
  s: { struck: true },
  del: { struck: true },
  strike: { struck: true },
  code: { code: true },
};

function runsOf(nodes: readonly (Tag | string)[], found: Found): MarkRun[] {
  const runs: MarkRun[] = [];
  const walk = (node: Tag | string, look: MarkLook) => {
    if (typeof node === 'string') {
      runs.push({ ...look, text: node });
      return;
    }
    if (node.name === 'br') runs.push({ ...look, text: '\n' });
    else if (node.name === 'img') {
      found.pictures += 1;
      const words = node.attributes.get('alt') ?? '';
      if (words !== '') runs.push({ ...look, text: words });
    } else if (node.name === 'a') {
      const address = node.attributes.get('href');
      const href = safeHref(address);
      // a mark for a place in the text, and the way back from a footnote, lead nowhere else
      if (address !== undefined && href === null && !address.startsWith('#')) found.links += 1;
      for (const child of node.inside) walk(child, { ...look, href });
    } else {
      if ((node.name === 'sup' || node.name === 'sub') && !/^\[\d+\]$/.test(wordsOf(node))) found.raised += 1;
      for (const child of node.inside) walk(child, { ...look, ...LOOKS[node.name] });
    }
  };
  for (const node of nodes) walk(node, PLAIN);
  return tidyRuns(runs);
}

const wordsOf = (tag: Tag): string =>
  tag.inside.map((node) => (typeof node === 'string' ? node : node.name === 'br' ? '\n' : wordsOf(node))).join('');

/** What mammoth passes over without a word, found in the parts of the file itself. */
const SILENT: readonly { readonly part: RegExp; readonly sign: RegExp; readonly sentence: string }[] = [
  { part: /^word\/document\.xml$/, sign: /<w:(ins|del|moveFrom) /, sentence: 'Tracked changes are taken as accepted.' },
  { part: /^word\/document\.xml$/, sign: /<w:commentReference /, sentence: 'Comments at the margin are left out.' },
  { part: /^word\/document\.xml$/, sign: /<m:oMath/, sentence: 'Formulas are left out.' },
  { part: /^word\/document\.xml$/, sign: /<w:txbxContent/, sentence: 'Text boxes stand where they are anchored.' },
  {
    part: /^word\/document\.xml$/,
    sign: /<w:(highlight|color) w:val="(?!auto|000000)/,
    sentence: 'Colours of letters are left out.',
  },
  { part: /^word\/document\.xml$/, sign: /<w:u w:val="(?!none)/, sentence: 'Underlining is left out.' },
  {
    part: /^word\/(header|footer)\d*\.xml$/,
    sign: /^(?![\s\S]*"DocumentFacts")[\s\S]*<w:t[ >]/,
    sentence: 'Headers and footers are left out.',
  },
];

/** @param parts the text of the file's parts, by their names */
export function silentlyLeft(parts: ReadonlyMap<string, string>): string[] {
  return SILENT.filter(({ part, sign }) => [...parts].some(([name, xml]) => part.test(name) && sign.test(xml))).map(
    ({ sentence }) => sentence,
  );
}
