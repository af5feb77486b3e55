/** A file that was dropped on one screen for another to take: held until that screen opens, and given once. */

let held: { readonly path: string; readonly file: File } | null = null;

/** Keeps the file for the screen at this address. */
export function handFile(path: string, file: File): void {
  held = { path, file };
}

/** The file for the screen at this address, if one was handed to it. */
export function takeFile(path: string): File | null {
  const file = held?.path === path ? held.file : null;
  if (file !== null) held = null;
  return file;
}
