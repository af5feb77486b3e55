/**
 * What may stand in a log: names, codes, counts. Secrets go by the key they stand under, e-mail addresses and long random
 * strings go wherever they are found.
 */
const SECRET_KEY =
  /pass(word|phrase|wd)|^pass$|^pwd$|secret|token|verifier|authorization|cookie|credential|private|salt|nonce|api[-_]?key|key[-_]?(bytes|material)|hash$/i;
const EMAIL = /([A-Za-z0-9._%+-])[A-Za-z0-9._%+-]*@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}/g;
const CONNECTION_URL = /\b(postgres(?:ql)?:\/\/)[^\s@/]+@/gi;
const SCRAM = /SCRAM-SHA-256\$\S+/g;
const MAX_TEXT = 500;
const MAX_DEPTH = 5;
const MAX_ITEMS = 30;
const HIDDEN = '[redacted]';

/** One text without what identifies or opens: `anna.berg@nordhaven.example` becomes `a…@…`. */
export function redactText(text: string): string {
  return text
    .slice(0, MAX_TEXT)
    .replace(SCRAM, HIDDEN)
    .replace(CONNECTION_URL, `$1${HIDDEN}@`)
    .replace(EMAIL, (_whole, first: string) => `${first}…@…`);
}

/** A copy fit for the log: cut in depth and length, secrets hidden, errors reduced to their name and code. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) return { error: value.name, ...('code' in value ? { code: redact(value.code, depth + 1) } : {}) };
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([key, item]) => [key, SECRET_KEY.test(key) && item !== null ? HIDDEN : redact(item, depth + 1)]),
  );
}
