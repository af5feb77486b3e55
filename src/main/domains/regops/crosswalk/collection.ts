/**
 * OSCAL mapping collections (the control mapping model): each map names sources and targets by the ids of their controls, and one
 * relationship. Read as lines, one for each pair, so that every pair gets its own verdict.
 */
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { readJsonDocument } from '../oscal/read';
import { pathText } from '../oscal/schema';

const item = z.looseObject({ 'id-ref': z.string().min(1) });
const confidence = z.union([z.number(), z.looseObject({ percentage: z.number().optional() })]);
const mapSchema = z.looseObject({
  /** A token in the published model, an object with its type in earlier drafts. */
  relationship: z.union([z.string(), z.looseObject({ type: z.string() })]),
  sources: z.array(item).min(1),
  targets: z.array(item).min(1),
  'matching-rationale': z.string().optional(),
  remarks: z.string().optional(),
  'confidence-score': confidence.optional(),
});
const schema = z.looseObject({
  'mapping-collection': z.looseObject({
    metadata: z.looseObject({ title: z.string() }),
    mappings: z.array(z.looseObject({ maps: z.array(mapSchema) })).min(1),
  }),
});

export interface CollectionLine {
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly relation: string;
  readonly strength: string;
  readonly rationale: string | null;
  readonly source: string | null;
}

/** The pairs of a collection in document order, counted from 1. Throws CATALOG_INVALID with the place. */
export function collectionLines(bytes: Uint8Array, fileName: string): CollectionLine[] {
  const { value } = readJsonDocument(bytes, fileName);
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = pathText(issue?.path ?? []);
    throw new CodedError('CATALOG_INVALID', {
      fileName,
      ...(path === '' ? {} : { path }),
      reason: `is not as a mapping collection has it: ${issue?.message ?? 'broken'}`,
    });
  }
  const collection = parsed.data['mapping-collection'];
  const lines: CollectionLine[] = [];
  for (const { maps } of collection.mappings) {
    for (const map of maps) {
      const relation = typeof map.relationship === 'string' ? map.relationship : map.relationship.type;
      const said = [map.remarks, map['matching-rationale']].filter((text) => text !== undefined && text !== '').join('\n');
      for (const from of map.sources) {
        for (const to of map.targets) {
          lines.push({
            line: lines.length + 1,
            from: from['id-ref'],
            to: to['id-ref'],
            relation,
            strength: strengthOf(map['confidence-score']),
            rationale: said === '' ? null : said,
            source: collection.metadata.title,
          });
        }
      }
    }
  }
  return lines;
}

/** A share (0 to 1) or a percentage as our 0 to 10. */
function strengthOf(score: z.infer<typeof confidence> | undefined): string {
  const value = typeof score === 'number' ? score * 10 : (score?.percentage ?? Number.NaN) / 10;
  return Number.isFinite(value) ? String(Math.round(value)) : '';
}
