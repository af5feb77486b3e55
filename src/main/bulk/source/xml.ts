/**
 * The XML that office programs write: tags, attributes and text as they come, names without their prefix. saxes reads it, and
 * refuses what is not well-formed and any entity but the five of XML. A document type is refused here, and so is what would fill
 * the memory: elements without end inside of each other, and text, tags or comments without end.
 */
import { SaxesParser } from 'saxes';
import { MAX_CELL, SourceFault } from './types';

export type XmlEvent =
  | { readonly type: 'open'; readonly name: string; readonly attributes: Readonly<Record<string, string>> }
  | { readonly type: 'close'; readonly name: string }
  | { readonly type: 'text'; readonly text: string };

/** Office Open XML nests about a dozen. */
const MAX_DEPTH = 256;

const broken = () => new SourceFault(null, 'holds broken XML');

/** The events of a document in UTF-8. An empty element opens and closes. Throws SourceFault. */
export async function* xmlEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<XmlEvent> {
  const decoder = new TextDecoder('utf-8');
  const reader = new XmlReader();
  for await (const piece of bytes) yield* reader.read(decoder.decode(piece, { stream: true }));
  yield* reader.read(decoder.decode());
  yield* reader.end();
}

class XmlReader {
  readonly #parser = new SaxesParser({ xmlns: false, position: false });
  #events: XmlEvent[] = [];
  #depth = 0;
  /** Characters since the last event: the parser holds them. */
  #held = 0;

  constructor() {
    this.#parser.on('error', () => {
      throw broken();
    });
    this.#parser.on('doctype', () => {
      throw new SourceFault(null, 'holds XML with a document type, which is not read');
    });
    this.#parser.on('opentag', ({ name, attributes }) => {
      this.#depth += 1;
      if (this.#depth > MAX_DEPTH) throw broken();
      this.#events.push({ type: 'open', name: localName(name), attributes: withLocalNames(attributes) });
    });
    this.#parser.on('closetag', ({ name }) => {
      this.#depth -= 1;
      this.#events.push({ type: 'close', name: localName(name) });
    });
    const take = (text: string): void => {
      this.#events.push({ type: 'text', text });
    };
    this.#parser.on('text', take);
    this.#parser.on('cdata', take);
  }

  read(text: string): readonly XmlEvent[] {
    this.#parser.write(text);
    const events = this.#take();
    this.#held = events.length > 0 ? 0 : this.#held + text.length;
    if (this.#held > MAX_CELL) throw broken();
    return events;
  }

  end(): readonly XmlEvent[] {
    this.#parser.close();
    return this.#take();
  }

  #take(): readonly XmlEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

function withLocalNames(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [localName(name), value]));
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
