/**
 * A law in JSON: chapters, sections, articles, paragraphs (“point”) and their points (“subpoint”), and the recitals. References are
 * those that lawyers write: `Art. 6(1)(a)`. What is assessed is the paragraph, or the article where it has just one.
 */
import { CodedError } from '@shared/errors';
import type { CatalogFacts, OutlineNode } from '@shared/wire/oscal';
import { z } from 'zod';
import { pathText } from '../oscal/schema';

const text = z.string();
const subpoint = z.looseObject({ number: text.nullish(), text });
const point = z.looseObject({ number: text.nullish(), text, subpoints: z.array(subpoint).default([]) });
const article = z.looseObject({ type: z.literal('article'), number: text, title: text, contents: z.array(point) });
const section = z.looseObject({ type: z.literal('section'), number: text, title: text, contents: z.array(article) });
const chapter = z.looseObject({ number: text, title: text, contents: z.array(z.union([article, section])) });
const lawSchema = z.looseObject({
  title: text,
  abbrv: text.optional(),
  regulation: text.optional(),
  updated: text.optional(),
  chapters: z.array(chapter).min(1),
  recitals: z.array(z.looseObject({ number: text, text })).default([]),
});

/** True for a document that means to be a law of this form. */
export function isLaw(document: unknown): boolean {
  return typeof document === 'object' && document !== null && Array.isArray(Reflect.get(document, 'chapters'));
}

export interface Law {
  readonly facts: CatalogFacts;
  readonly nodes: readonly OutlineNode[];
}

/** Reads the law. Throws CATALOG_INVALID with the place. */
export function readLaw(document: unknown, fileName: string): Law {
  const parsed = lawSchema.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CodedError('CATALOG_INVALID', {
      fileName,
      path: pathText(issue?.path ?? []),
      reason: issue?.message ?? 'is broken',
    });
  }
  const law = parsed.data;
  const name = [law.title, law.regulation === undefined ? null : `(EU) ${law.regulation}`].filter(Boolean).join(' ');
  const facts: CatalogFacts = {
    name,
    shortName: law.abbrv ?? law.title,
    version: law.updated ?? law.regulation ?? '1',
    type: 'law',
    jurisdiction: law.regulation === undefined ? null : 'EU',
  };
  const builder = new LawBuilder();
  law.chapters.forEach((each, at) => {
    builder.chapter(each, `chapters[${at}]`);
  });
  if (law.recitals.length > 0) {
    builder.add('recitals', null, 'Recitals', 'Recitals', null, 'Recitals', false, 'recitals');
    law.recitals.forEach((recital, at) => {
      const ref = `Recital ${recital.number.trim()}`;
      builder.add(ref, 'recitals', ref, null, recital.text, 'Recitals', false, `recitals[${at}]`);
    });
  }
  return { facts, nodes: builder.nodes };
}

class LawBuilder {
  readonly nodes: OutlineNode[] = [];

  add(
    id: string,
    parent: string | null,
    ref: string,
    title: string | null,
    words: string | null,
    family: string | null,
    assessable: boolean,
    place: string,
  ): void {
    const plain =
      words
        ?.replace(/[ \t]+/g, ' ')
        .replace(/\s*\n\s*/g, '\n')
        .trim() || null;
    this.nodes.push({ id, parent, ref, title: title?.trim() || null, text: plain, guidance: null, family, assessable, place });
  }

  chapter(each: z.infer<typeof chapter>, place: string): void {
    const ref = `Chapter ${each.number.trim()}`;
    this.add(ref, null, ref, each.title, null, ref, false, place);
    each.contents.forEach((inner, at) => {
      const here = `${place}.contents[${at}]`;
      if (inner.type === 'article') this.article(inner, ref, ref, here);
      else {
        const id = `${ref} Section ${inner.number.trim()}`;
        this.add(id, ref, `Section ${inner.number.trim()}`, inner.title, null, ref, false, here);
        inner.contents.forEach((law, nth) => {
          this.article(law, id, ref, `${here}.contents[${nth}]`);
        });
      }
    });
  }

  /** A paragraph without a number continues the one before it; before the first, and where none has one, it is the article's own. */
  private article(each: z.infer<typeof article>, parent: string, family: string, place: string): void {
    const ref = `Art. ${each.number.trim()}`;
    const lead: Paragraph[] = [];
    const numbered: { readonly number: string; readonly own: Paragraph[] }[] = [];
    each.contents.forEach((paragraph, at) => {
      const number = paragraph.number?.trim() ?? '';
      const here = { paragraph, place: `${place}.contents[${at}]` };
      if (number !== '') numbered.push({ number, own: [here] });
      else (numbered.at(-1)?.own ?? lead).push(here);
    });
    const [only] = numbered;
    const whole = numbered.length === 0 || (numbered.length === 1 && lead.length === 0) ? [...lead, ...(only?.own ?? [])] : null;
    this.add(ref, parent, ref, each.title, statement(whole ?? lead), family, whole !== null, place);
    this.points(whole ?? lead, ref, family);
    if (whole !== null) return;
    for (const { number, own } of numbered) {
      const id = `${ref}(${number})`;
      this.add(id, ref, id, null, statement(own), family, true, own[0]?.place ?? place);
      this.points(own, id, family);
    }
  }

  private points(paragraphs: readonly Paragraph[], parent: string, family: string): void {
    const seen = new Map<string, number>();
    for (const { paragraph, place } of paragraphs) {
      paragraph.subpoints.forEach((each, at) => {
        const number = each.number?.trim() || String(at + 1);
        // a list that begins anew inside of one paragraph
        const times = (seen.get(number) ?? 0) + 1;
        seen.set(number, times);
        const ref = `${parent}(${number})${times > 1 ? ` ${times}` : ''}`;
        this.add(ref, parent, ref, null, each.text, family, false, `${place}.subpoints[${at}]`);
      });
    }
  }
}

interface Paragraph {
  readonly paragraph: z.infer<typeof point>;
  readonly place: string;
}

/** Paragraphs with their points, as they are read. */
function statement(paragraphs: readonly Paragraph[]): string | null {
  const lines = paragraphs.flatMap(({ paragraph }) => [
    paragraph.text,
    ...paragraph.subpoints.map((each) => `(${each.number ?? ''}) ${each.text}`),
  ]);
  return lines.length === 0 ? null : lines.join('\n');
}
