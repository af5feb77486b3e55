// Writes an Electron archive (asar) from a few small files. The format is two Chromium
// pickles (the length of the header, then the header as JSON) followed by the contents.

/** Pads to the pickle's four-byte alignment. */
const aligned = (length) => (length + 3) & ~3;

/**
 * @param {Record<string, string>} files flat file names and their text
 * @returns {Buffer} the archive
 */
export function packAsar(files) {
  const contents = [];
  const entries = {};
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const bytes = Buffer.from(text, 'utf8');
    entries[name] = { size: bytes.length, offset: String(offset) };
    contents.push(bytes);
    offset += bytes.length;
  }
  const json = Buffer.from(JSON.stringify({ files: entries }), 'utf8');
  const header = Buffer.alloc(16 + aligned(json.length));
  header.writeUInt32LE(4, 0); // payload of the first pickle: one number
  header.writeUInt32LE(8 + aligned(json.length), 4); // size of the second pickle
  header.writeUInt32LE(4 + aligned(json.length), 8); // its payload
  header.writeUInt32LE(json.length, 12);
  json.copy(header, 16);
  return Buffer.concat([header, ...contents]);
}
