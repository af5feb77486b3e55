/** A row of the trail as a line of ArcSight's Common Event Format (CEF:0), for log collectors. One line, whatever it holds. */

export interface CefEvent {
  readonly at: string;
  readonly chain: string;
  readonly id: string;
  readonly actor: string | null;
  readonly login: string;
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string | null;
  readonly source: string | null;
  readonly opId: string | null;
  readonly reason: string | null;
  readonly oldValues: unknown;
  readonly newValues: unknown;
  readonly details: unknown;
  readonly seal: number | null;
  readonly leaf: string | null;
}

/** In the header a pipe and a backslash are escaped; it may hold no line break. */
export function escapeHeader(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replace(/[\\|]/g, (char) => `\\${char}`);
}

/** In the extension an equals sign and a backslash are escaped, line breaks are written out. */
export function escapeExtension(text: string): string {
  return text
    .replace(/[\\=]/g, (char) => `\\${char}`)
    .replace(/\r\n|\r|\n/g, '\\n')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
}

const SEVERITY: Readonly<Record<string, number>> = {
  denied: 7,
  delete: 6,
  reveal: 6,
  role: 5,
  config: 5,
  migrate: 4,
  export: 5,
  import: 4,
};
const USUAL = 3;
/** Collectors cut long values; JSON that is longer stays in the JSON Lines export. */
const MAX_VALUE = 4_000;

function json(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = JSON.stringify(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

export function cefLine(event: CefEvent, product: { readonly version: string }): string {
  const header = [
    'CEF:0',
    'KOMPL.AI',
    'Workstation',
    product.version,
    `trail.${event.action}`,
    `${event.action} ${event.resourceType}`,
  ]
    .map((part, at) => (at === 0 ? part : escapeHeader(part)))
    .join('|');
  const millis = Date.parse(event.at);
  const fields: readonly (readonly [string, string | null])[] = [
    ['rt', Number.isNaN(millis) ? null : String(millis)],
    ['externalId', `${event.chain}:${event.id}`],
    ['suser', event.login],
    ['suid', event.actor],
    ['act', event.action],
    ['requestClientApplication', event.source],
    ['reason', event.reason],
    ['cs1Label', 'tenant'],
    ['cs1', event.chain],
    ['cs2Label', 'resourceType'],
    ['cs2', event.resourceType],
    ['cs3Label', 'resourceId'],
    ['cs3', event.resourceId],
    ['cs4Label', 'before'],
    ['cs4', json(event.oldValues)],
    ['cs5Label', 'after'],
    ['cs5', json(event.newValues)],
    ['cs6Label', 'details'],
    ['cs6', json(event.details)],
    ['cn1Label', 'seal'],
    ['cn1', event.seal === null ? null : String(event.seal)],
    ['flexString1Label', 'operation'],
    ['flexString1', event.opId],
    ['flexString2Label', 'leaf'],
    ['flexString2', event.leaf],
  ];
  const given = new Map(fields);
  const shown = fields.filter(
    ([name, value]) => value !== null && value !== '' && (!name.endsWith('Label') || (given.get(name.slice(0, -5)) ?? '') !== ''),
  );
  return `${header}|${SEVERITY[event.action] ?? USUAL}|${shown.map(([name, value]) => `${name}=${escapeExtension(value ?? '')}`).join(' ')}`;
}

/** An event from the places of a row's text (`ROW_COLUMNS`). Null where the text is not such an array. */
export function cefEventOf(text: string, place: { readonly seal: number; readonly leaf: string }): CefEvent | null {
  const parts: unknown = JSON.parse(text);
  if (!Array.isArray(parts)) return null;
  const words = (at: number): string | null => (parts[at] === null || parts[at] === undefined ? null : String(parts[at]));
  return {
    chain: words(1) ?? '',
    id: words(2) ?? '',
    at: words(4) ?? '',
    actor: words(5),
    login: words(6) ?? '',
    action: words(7) ?? '',
    resourceType: words(8) ?? '',
    resourceId: words(9),
    oldValues: parts[10],
    newValues: parts[11],
    source: words(12),
    opId: words(13),
    reason: words(14),
    details: parts[15],
    seal: place.seal,
    leaf: place.leaf,
  };
}
