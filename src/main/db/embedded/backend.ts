/** Writes the few backend messages of the PostgreSQL wire protocol that the embedded server says itself. */

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const text = (...words: string[]) => Buffer.from(words.map((word) => `${word}\0`).join(''), 'utf8');

/** Answer to SSLRequest and GSSENCRequest: no encryption on a channel inside this machine. */
export const REFUSE_ENCRYPTION = Buffer.from('N', 'latin1');

/** What a client must hear before its first query: authenticated, settings, key, ready. */
export function greeting(parameters: Readonly<Record<string, string>>, connection: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeUInt32BE(connection >>> 0, 0);
  return Buffer.concat([
    message('R', Buffer.alloc(4)),
    ...Object.entries(parameters).map(([name, value]) => message('S', text(name, value))),
    message('K', key),
    readyForQuery('I'),
  ]);
}

export function readyForQuery(status: 'I' | 'T' | 'E'): Buffer {
  return message('Z', Buffer.from(status, 'latin1'));
}

/** ErrorResponse with severity, SQLSTATE and text. */
export function errorResponse(severity: 'ERROR' | 'FATAL', sqlState: string, words: string): Buffer {
  return message('E', Buffer.concat([text(`S${severity}`, `V${severity}`, `C${sqlState}`, `M${words}`), Buffer.alloc(1)]));
}

/** CopyInResponse in text format; clients take the column count from their own data. */
export function copyInResponse(): Buffer {
  return message('G', Buffer.from([0, 0, 0]));
}

/** CopyFail as a client would send it; ends a COPY that the engine waits for in vain. */
export function copyFail(words: string): Buffer {
  return message('f', text(words));
}

/** A simple query as a client would send it. */
export function simpleQuery(sql: string): Buffer {
  return message('Q', text(sql));
}

/** The first column of the first row of a text-format answer that begins with its row description. */
export function firstText(answer: Buffer): string {
  const row = 1 + answer.readInt32BE(1);
  const length = answer.readInt32BE(row + 7);
  return answer.toString('utf8', row + 11, row + 11 + length);
}

/** Sync as a client would send it. */
export const SYNC_MESSAGE = message('S', Buffer.alloc(0));

/** Ends an extended batch without committing what it did so far: a statement that cannot be parsed, then Sync. */
export const ABORT_BATCH = Buffer.concat([message('P', Buffer.from('\0ABORT BATCH\0\0\0', 'latin1')), SYNC_MESSAGE]);

/**
 * Takes the engine's own CopyInResponse out of an answer, because the server has given it already when it asked for the data.
 * Only the head of the answer is looked at: nothing but notices comes before it.
 */
export function withoutCopyInResponse(answer: Buffer): Buffer {
  let offset = 0;
  while (offset + 5 <= answer.length) {
    const type = answer.toString('latin1', offset, offset + 1);
    const end = offset + 1 + answer.readInt32BE(offset + 1);
    if (type === 'G') return Buffer.concat([answer.subarray(0, offset), answer.subarray(end)]);
    if (type !== 'N' && type !== 'S') return answer;
    offset = end;
  }
  return answer;
}
