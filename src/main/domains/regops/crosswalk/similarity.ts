/**
 * How alike the words of requirements are, so that the likely partners come first when a crosswalk is drawn. Words are weighed by
 * how rare they are over both regulations (term frequency times inverse document frequency, cosine of the two); no word list, no
 * language, no model: the same texts always give the same scores. A score orders suggestions and decides nothing.
 */

export interface TextItem {
  readonly id: string;
  readonly text: string;
}

export interface Likeness {
  readonly fromId: string;
  readonly toId: string;
  /** 0 to 1. */
  readonly score: number;
  /** The words that weigh most in it, at most three. */
  readonly words: readonly string[];
}

/** Words that stand in more than this part of all texts tell nothing. */
const COMMON = 0.25;
const SHORTEST = 3;

/** Words of a text, lower case, without endings of plural and participle so that “records” meets “record”. */
export function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/\p{L}[\p{L}\p{N}-]*/gu) ?? []).filter((word) => word.length >= SHORTEST).map(stem);
}

function stem(word: string): string {
  if (word.length > 6 && word.endsWith('ing')) return word.slice(0, -3);
  if (word.length > 5 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 5 && word.endsWith('ed')) return word.slice(0, -2);
  return word.length > 4 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

type Vector = ReadonlyMap<string, number>;

/**
 * The most alike of `to` for each of `from`: at most `each`, no score below `least`, best first. Works through an index of the
 * words, so that only texts with a common word are compared.
 */
export function mostAlike(
  from: readonly TextItem[],
  to: readonly TextItem[],
  { each, least }: { readonly each: number; readonly least: number },
): Likeness[] {
  const counted = [...from, ...to].map((item) => countsOf(item.text));
  const spread = new Map<string, number>();
  for (const counts of counted) for (const word of counts.keys()) spread.set(word, (spread.get(word) ?? 0) + 1);
  const all = counted.length;
  const weigh = (counts: ReadonlyMap<string, number>): Vector => {
    const weights = new Map<string, number>();
    let square = 0;
    for (const [word, count] of counts) {
      const in_ = spread.get(word) ?? 1;
      if (in_ / all > COMMON && all > 8) continue;
      const weight = (1 + Math.log(count)) * Math.log(1 + all / in_);
      weights.set(word, weight);
      square += weight * weight;
    }
    const length = Math.sqrt(square) || 1;
    for (const [word, weight] of weights) weights.set(word, weight / length);
    return weights;
  };
  const left = counted.slice(0, from.length).map(weigh);
  const right = counted.slice(from.length).map(weigh);
  const index = new Map<string, number[]>();
  for (const [at, vector] of right.entries()) {
    for (const word of vector.keys()) {
      const places = index.get(word);
      if (places === undefined) index.set(word, [at]);
      else places.push(at);
    }
  }
  return from.flatMap((item, at) => {
    const vector = left[at];
    if (vector === undefined) return [];
    const scores = new Map<number, number>();
    for (const [word, weight] of vector) {
      for (const place of index.get(word) ?? []) {
        scores.set(place, (scores.get(place) ?? 0) + weight * (right[place]?.get(word) ?? 0));
      }
    }
    return [...scores]
      .filter(([, score]) => score >= least)
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, each)
      .map(([place, score]) => ({
        fromId: item.id,
        toId: to[place]?.id ?? '',
        score: Math.min(1, Math.round(score * 1000) / 1000),
        words: strongest(vector, right[place] ?? new Map()),
      }));
  });
}

function countsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function strongest(a: Vector, b: Vector): string[] {
  return [...a]
    .map(([word, weight]) => [word, weight * (b.get(word) ?? 0)] as const)
    .filter(([, weight]) => weight > 0)
    .sort((x, y) => y[1] - x[1] || (x[0] < y[0] ? -1 : 1))
    .slice(0, 3)
    .map(([word]) => word);
}
