/** Mentions in a comment: `@Ingrid Solheim` in the text, the person's id beside it. Pure, for the composer and the list. */

export interface Mentionable {
  readonly id: string;
  readonly name: string;
}

/** The `@…` that is being typed at the caret, or null. */
export function typedMention(text: string, caret: number): { readonly from: number; readonly words: string } | null {
  const before = text.slice(0, caret);
  const match = /(?:^|[\s(])@([\p{L}\p{N}.'’-]*(?: [\p{L}\p{N}.'’-]*)?)$/u.exec(before);
  if (match === null) return null;
  const words = match[1] ?? '';
  return { from: caret - words.length - 1, words };
}

/** People whose name has a word that begins so, in the order given. */
export function matching(people: readonly Mentionable[], words: string): readonly Mentionable[] {
  const wanted = words.trim().toLocaleLowerCase('en');
  if (wanted === '') return people;
  return people.filter(({ name }) => {
    const lower = name.toLocaleLowerCase('en');
    return lower.startsWith(wanted) || lower.split(/\s+/).some((word) => word.startsWith(wanted));
  });
}

/** The people whose `@Name` stands in the text. */
export function mentionedIn(text: string, people: readonly Mentionable[]): readonly string[] {
  return people.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id);
}

export interface Piece {
  readonly text: string;
  readonly mention: boolean;
}

/** The text in pieces, the names of these people apart; a longer name before a shorter one that it begins with. */
export function piecesOf(text: string, names: readonly string[]): readonly Piece[] {
  const tokens = [...names]
    .filter((name) => name !== '')
    .sort((a, b) => b.length - a.length)
    .map((name) => `@${name}`);
  const pieces: Piece[] = [];
  let plain = '';
  for (let at = 0; at < text.length; ) {
    const token = tokens.find((each) => text.startsWith(each, at));
    if (token === undefined) {
      plain += text.charAt(at);
      at += 1;
    } else {
      if (plain !== '') pieces.push({ text: plain, mention: false });
      plain = '';
      pieces.push({ text: token, mention: true });
      at += token.length;
    }
  }
  if (plain !== '') pieces.push({ text: plain, mention: false });
  return pieces;
}
