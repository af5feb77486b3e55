/** A part of a file's name from words: letters and digits of any alphabet, joined by dashes. */
export function namePart(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
}
