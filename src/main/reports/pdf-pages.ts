/**
 * On which page each anchor of a PDF stands, read from its named destinations. It knows PDF as Chromium prints it (objects in the open, a
 * tree of pages, a dictionary of destinations), and says null for any other; it never throws over a file.
 */

/** `12 0 obj << … >>`, up to a stream or the end of the object. */
const OBJECT = /(?:^|[\r\n])(\d+) 0 obj\s*([\s\S]*?)(?:stream[\r\n]|endobj)/g;
/** A tree deeper than this turns in a circle. */
const MAX_DEPTH = 50;

/** Names of anchors with their pages, the first page 1; null where the file is built otherwise. */
export function pagesOfAnchors(pdf: Uint8Array): ReadonlyMap<string, number> | null {
  const objects = new Map<number, string>();
  for (const [, number, content] of Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength).toString('latin1').matchAll(OBJECT))
    objects.set(Number(number), content ?? '');
  const catalog = [...objects.values()].find((text) => /\/Type\s*\/Catalog\b/.test(text));
  const root = referenceIn(catalog, 'Pages');
  const destinations = objects.get(referenceIn(catalog, 'Dests') ?? -1);
  if (root === null || destinations === undefined) return null;
  const order = new Map<number, number>();
  walk(objects, root, order, 0);
  const pages = new Map<string, number>();
  for (const [, name, object] of destinations.matchAll(/\/([A-Za-z0-9_-]+)\s*\[\s*(\d+) 0 R\b/g)) {
    const page = order.get(Number(object));
    if (name === undefined || page === undefined) return null;
    pages.set(name, page);
  }
  return pages.size === 0 ? null : pages;
}

function referenceIn(text: string | undefined, key: string): number | null {
  const found = new RegExp(`/${key}\\s+(\\d+) 0 R`).exec(text ?? '');
  return found === null ? null : Number(found[1]);
}

/** Leaves of the page tree in their order. */
function walk(objects: ReadonlyMap<number, string>, at: number, order: Map<number, number>, depth: number): void {
  const kids = /\/Kids\s*\[([^\]]*)\]/.exec(objects.get(at) ?? '');
  if (kids === null || depth > MAX_DEPTH) {
    if (!order.has(at)) order.set(at, order.size + 1);
    return;
  }
  for (const [, child] of (kids[1] ?? '').matchAll(/(\d+) 0 R/g)) walk(objects, Number(child), order, depth + 1);
}
