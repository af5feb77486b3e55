/**
 * A small reader of the XML that office programs write: tags, attributes and text as they come, names without their prefix. It
 * knows no document types and no entities but the five of XML and numbers, and refuses a document that declares any.
 */
import { MAX_CELL, SourceFault } from './types';

export type XmlEvent =
  | { readonly type: 'open'; readonly name: string; readonly attributes: Readonly<Record<string, string>> }
  | { readonly type: 'close'; readonly name: string }
  | { readonly type: 'text'; readonly text: string };

const broken = () => new SourceFault(null, 'holds broken XML');

/** The events of a document. An empty element opens and closes. */
export async function* xmlEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<XmlEvent> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const piece of bytes) {
    rest += decoder.decode(piece, { stream: true });
    rest = yield* complete(rest);
    if (rest.length > MAX_CELL) throw broken();
  }
  rest = yield* complete(rest + decoder.decode());
  if (rest.trim() !== '') throw broken();
}

/** Everything in `text` that is whole; gives back what is not yet. */
function* complete(text: string): Generator<XmlEvent, string> {
  let at = 0;
  for (;;) {
    const open = text.indexOf('<', at);
    if (open < 0) return text.slice(at);
    if (open > at) {
      yield { type: 'text', text: unescaped(text.slice(at, open)) };
      at = open;
    }
    const end = endOf(text, open);
    if (end < 0) return text.slice(at);
    const markup = text.slice(open, end);
    at = end;
    if (markup.startsWith('<![CDATA[')) yield { type: 'text', text: markup.slice(9, -3) };
    else if (markup.startsWith('<!--') || markup.startsWith('<?')) continue;
    else if (markup.startsWith('<!')) throw new SourceFault(null, 'holds XML with a document type, which is not read');
    else if (markup.startsWith('</')) yield { type: 'close', name: localName(markup.slice(2, -1).trim()) };
    else yield* element(markup);
  }
}

/** One past the end of the markup that begins at `open`; -1 while it is incomplete. */
function endOf(text: string, open: number): number {
  const until = (mark: string) => {
    const found = text.indexOf(mark, open);
    return found < 0 ? -1 : found + mark.length;
  };
  if (text.length - open < 9 && '<![CDATA['.startsWith(text.slice(open))) return -1;
  if (text.startsWith('<![CDATA[', open)) return until(']]>');
  if (text.startsWith('<!--', open)) return until('-->');
  if (text.startsWith('<?', open)) return until('?>');
  let quote = '';
  for (let at = open + 1; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at + 1;
  }
  return -1;
}

function* element(markup: string): Generator<XmlEvent> {
  const empty = markup.endsWith('/>');
  const inner = markup.slice(1, empty ? -2 : -1);
  const [, tag] = /^([^\s/>]+)/.exec(inner) ?? [];
  if (tag === undefined) throw broken();
  const attributes: Record<string, string> = {};
  for (const [, key = '', , double, single] of inner.slice(tag.length).matchAll(/([^\s=]+)\s*=\s*("([^"]*)"|'([^']*)')/g)) {
    attributes[localName(key)] = unescaped(double ?? single ?? '');
  }
  const name = localName(tag);
  yield { type: 'open', name, attributes };
  if (empty) yield { type: 'close', name };
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w+));/g, (_, decimal, hex, name) => {
    if (name !== undefined) {
      const known = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
      if (known === undefined) throw broken();
      return known;
    }
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    if (point > 0x10ffff) throw broken();
    return String.fromCodePoint(point);
  });
}
