/**
 * Just enough of SQL's lexical rules to say where statements end and what an ALTER holds: quotes, dollar quotes and nested
 * comments. Says nothing about meaning; what it does not recognise it does not call cheap.
 */

const DOLLAR_TAG = /^\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$/;

/** The end of the token that begins at `at` and hides everything in it: a comment, a quoted text; `at` where none begins. */
function hiddenUntil(sql: string, at: number): number {
  if (sql.startsWith('--', at)) {
    const end = sql.indexOf('\n', at);
    return end === -1 ? sql.length : end;
  }
  if (sql.startsWith('/*', at)) return endOfComment(sql, at);
  const quote = sql[at];
  if (quote === "'" || quote === '"') return endOfQuote(sql, at, quote);
  const tag = quote === '$' ? DOLLAR_TAG.exec(sql.slice(at, at + 70))?.[0] : undefined;
  if (tag === undefined) return at;
  const end = sql.indexOf(tag, at + tag.length);
  return end === -1 ? sql.length : end + tag.length;
}

function endOfComment(sql: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sql.length; at += 1) {
    if (sql.startsWith('/*', at)) {
      depth += 1;
      at += 1;
    } else if (sql.startsWith('*/', at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  return sql.length;
}

function endOfQuote(sql: string, from: number, quote: string): number {
  // In E'…' a backslash hides the next character.
  const escapes = quote === "'" && /[eE]$/.test(sql.slice(Math.max(0, from - 1), from)) && !/\w[eE]$/.test(sql.slice(0, from));
  for (let at = from + 1; at < sql.length; at += 1) {
    if (escapes && sql[at] === '\\') at += 1;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at += 1;
    }
  }
  return sql.length;
}

/** Cuts at `separator` where it stands outside of quotes, comments and brackets; comments are left out, white space trimmed. */
export function splitTopLevel(sql: string, separator: ';' | ','): string[] {
  const parts: string[] = [];
  let text = '';
  let depth = 0;
  for (let at = 0; at < sql.length; ) {
    const end = hiddenUntil(sql, at);
    const char = sql[at] ?? '';
    if (end > at) {
      const comment = sql.startsWith('--', at) || sql.startsWith('/*', at);
      text += comment ? ' ' : sql.slice(at, end);
      at = end;
      continue;
    }
    if (char === '(' || char === '[') depth += 1;
    else if (char === ')' || char === ']') depth -= 1;
    if (char === separator && (separator === ';' || depth === 0)) {
      parts.push(text.trim());
      text = '';
    } else text += char;
    at += 1;
  }
  parts.push(text.trim());
  return parts.filter((part) => part !== '');
}

/** The statements of a migration, without comments. */
export function statementsOf(sql: string): string[] {
  return splitTopLevel(sql, ';');
}

const ALTER =
  /^ALTER\s+(?:TABLE|MATERIALIZED\s+VIEW|VIEW|FOREIGN\s+TABLE|TYPE)\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?\S+\s+([\s\S]+)$/i;

/** The subcommands of an ALTER of a table, view or type; null for any other statement. */
export function alterSubcommands(statement: string): string[] | null {
  const [, rest] = ALTER.exec(statement) ?? [];
  return rest === undefined ? null : splitTopLevel(rest, ',');
}

// Catalogue rows only: no table is read or rewritten, no row changes, and the lock is held for a moment.
const CHEAP_ALTER: readonly RegExp[] = [
  /^ADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?:"[^"]+"|\w+)\s+(?!.*\b(?:DEFAULT|NOT\s+NULL|UNIQUE|PRIMARY|REFERENCES|CHECK|GENERATED|CONSTRAINT|serial|bigserial|smallserial)\b)[\w\s(),."[\]]+$/is,
  /^ALTER\s+(?:COLUMN\s+)?(?:"[^"]+"|\w+)\s+(?:SET\s+DEFAULT\s|DROP\s+DEFAULT|SET\s+STATISTICS)/i,
];
const CHEAP: readonly RegExp[] = [/^COMMENT\s+ON\s/i, /^GRANT\s/i, /^REVOKE\s/i];
const NOT_A_COLUMN = /^ADD\s+(?:CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)\b/i;

/** True for a step that touches the catalogue only, so that many tenants may share one transaction. */
export function isCheap(sql: string): boolean {
  const statements = statementsOf(sql);
  return statements.length > 0 && statements.every(isCheapStatement);
}

function isCheapStatement(statement: string): boolean {
  const subcommands = alterSubcommands(statement);
  if (subcommands === null || !/^ALTER\s+TABLE/i.test(statement)) return CHEAP.some((pattern) => pattern.test(statement));
  return subcommands.every((one) => !NOT_A_COLUMN.test(one) && CHEAP_ALTER.some((pattern) => pattern.test(one)));
}
