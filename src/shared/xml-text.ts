/** What XML 1.0 has no place for (section 2.2, Char): taken out of every text that goes into a workbook or a Word file. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
export const NOT_IN_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
