/** The trail in words: what somebody did, to which record, what changed, through which program. Pure. */
import type { Entity } from '@shared/entities/define';
import { columnName } from '@shared/entities/define';
import { type Field, type Tone, text } from '@shared/entities/fields';
import { ENTITY_NAMES, type EntityName, entityOf } from '@shared/entities/registry';
import { ERROR_CODES, type ErrorCode } from '@shared/errors';
import { FUNCTION_LABELS, isTenantFunction } from '@shared/roles';
import type { TrailChange, TrailEntry, TrailLine } from '@shared/wire/trail';
import { type Names, valueText } from '../../entities/values/text';
import { errorWords } from '../../lib/error-texts';
import { formatDate, todayHere } from '../../lib/format';

interface Did {
  readonly word: string;
  /** Coloured only where it asks for a second look. */
  readonly tone?: Extract<Tone, 'attention' | 'bad'>;
}

const DID: Readonly<Record<string, Did>> = {
  insert: { word: 'added' },
  update: { word: 'changed' },
  delete: { word: 'deleted' },
  read: { word: 'looked at' },
  reveal: { word: 'revealed', tone: 'attention' },
  export: { word: 'exported', tone: 'attention' },
  import: { word: 'imported' },
  denied: { word: 'was refused', tone: 'bad' },
  sign_in: { word: 'signed in' },
  sign_out: { word: 'signed out' },
  role: { word: 'set a role' },
  config: { word: 'configured' },
  migrate: { word: 'upgraded' },
  'person.create': { word: 'added a person' },
  'person.return': { word: 'took back in' },
  'person.sign_in': { word: 'signed in' },
  'person.suspend': { word: 'suspended', tone: 'attention' },
  'person.resume': { word: 'let in again' },
  'person.lock': { word: 'was locked', tone: 'bad' },
  'person.unlock': { word: 'unlocked' },
  'person.password': { word: 'changed the password' },
  'person.password_reset': { word: 'set a password', tone: 'attention' },
  'person.remove': { word: 'removed', tone: 'attention' },
  'membership.grant': { word: 'granted', tone: 'attention' },
  'membership.revoke': { word: 'took back', tone: 'attention' },
  'membership.expire': { word: 'role ended' },
  'tenant.create': { word: 'made the tenant' },
  'tenant.fill': { word: 'filled the tenant' },
  'tenant.rename': { word: 'renamed' },
  'tenant.suspend': { word: 'suspended', tone: 'attention' },
  'tenant.resume': { word: 'opened again' },
  'tenant.delete': { word: 'set to delete', tone: 'bad' },
  'tenant.undelete': { word: 'kept after all' },
  'licence.set': { word: 'set the licence' },
  'licence.enforce': { word: 'applied the licence' },
  'config.set': { word: 'configured' },
  'trail.export': { word: 'exported', tone: 'attention' },
};

/** `audit_evidence` → `Audit evidence`, `expiresAt` → `Expires at` */
export function humanised(name: string): string {
  const words = name
    .replaceAll(/[._]+/g, ' ')
    .replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .trim();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

export function didWords(action: string): Did {
  return Object.hasOwn(DID, action) ? (DID[action] ?? { word: action }) : { word: humanised(action).toLowerCase() };
}

/** What was done: of a change to people the event it came from, else the action itself. */
export function deedOf({ action, details }: Pick<TrailLine, 'action' | 'details'>): Did {
  const event = details?.event;
  return didWords(action === 'role' && typeof event === 'string' ? event : action);
}

/** The entity that a table holds; null for tables without a screen. */
export function entityNameOf(table: string): EntityName | null {
  return ENTITY_NAMES.find((name) => entityOf(name).table === table) ?? null;
}

const KINDS: Readonly<Record<string, string>> = {
  users: 'Person',
  people: 'Person',
  tenants: 'This tenant',
  licenses: 'Licence',
  tenant_config: 'Settings',
  audit_log: 'Audit trail',
  procedures: 'Something closed to them',
};

/** `Control` for `controls`, `Person` for `users`. */
export function kindWords(table: string): string {
  const name = entityNameOf(table);
  if (name !== null) return entityOf(name).label.one;
  return (Object.hasOwn(KINDS, table) ? KINDS[table] : undefined) ?? humanised(table);
}

/** What a row calls its record: by the title it has now, by the one it had, or by its kind. */
export function recordWords(
  line: Pick<TrailLine, 'resourceType' | 'resourceId' | 'called'>,
  title: string | null,
  names: Names,
): string {
  if (title !== null) return title;
  if ((line.resourceType === 'users' || line.resourceType === 'people') && line.resourceId !== null) {
    return names.person(line.resourceId) ?? line.called ?? 'A person';
  }
  return line.called ?? kindWords(line.resourceType);
}

/** The field of a column, by its definition or made up for it. */
export function fieldOf(entity: Entity | null, column: string): Field {
  const key = Object.keys(entity?.allFields ?? {}).find((one) => columnName(one) === column);
  const label = column === 'function' ? 'Role' : humanised(column);
  return (key === undefined ? undefined : entity?.allFields[key]) ?? text({ label, max: 255 });
}

/** Values that no definition explains: roles by their label, instants as dates, objects as they are. */
export function plainValue(column: string, value: unknown): unknown {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') return value ?? null;
  if (typeof value !== 'string') return JSON.stringify(value);
  if (column === 'function' && isTenantFunction(value)) return FUNCTION_LABELS[value];
  return /^\d{4}-\d{2}-\d{2}T/.test(value) ? formatDate(todayHere(new Date(value))) : value;
}

export function changeWords(entity: Entity | null, change: TrailChange, names: Names): string {
  const { column } = change;
  const field = fieldOf(entity, column);
  const known = entity !== null && Object.keys(entity.allFields).some((key) => columnName(key) === column);
  const say = (value: unknown) => {
    const words = known ? valueText(field, value, names) : String(plainValue(column, value) ?? '');
    return words.replaceAll(/\s+/g, ' ');
  };
  const [was, is] = [say(change.before), say(change.after)];
  if (was === '') return `${field.label} ${is}`;
  return `${field.label} ${was} → ${is === '' ? 'empty' : is}`;
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

function refusalWords({ code, path }: Readonly<Record<string, unknown>>): string {
  const title = isCode(code) ? errorWords({ code, details: {}, faults: [] }).title : 'Not allowed';
  return typeof path === 'string' ? `${title} (${path})` : title;
}

/** What happened, in one line. */
export function whatWords(line: TrailLine, names: Names): string {
  const name = entityNameOf(line.resourceType);
  const entity = name === null ? null : entityOf(name);
  const parts = line.changes.map((change) => changeWords(entity, change, names));
  if (line.more > 0) parts.push(`and ${line.more} more`);
  if (line.action === 'denied' && line.details !== null) parts.push(refusalWords(line.details));
  else if (line.details !== null) {
    const facts = Object.entries(line.details).filter(
      // the event is the deed itself
      ([key, value]) => value !== null && typeof value !== 'object' && key !== 'event',
    );
    const label = (key: string) => (key === 'function' ? 'role' : humanised(key).toLowerCase());
    parts.push(...facts.slice(0, 3).map(([key, value]) => `${label(key)} ${String(plainValue(key, value))}`));
  }
  if (parts.length === 0) parts.push(line.action === 'insert' || line.action === 'delete' ? kindWords(line.resourceType) : '');
  if (line.reason !== null) parts.push(`“${line.reason}”`);
  return parts.filter((part) => part !== '').join(', ');
}

/** `workstation/0.1.0 1f0c…` → `workstation 1f0c22aa`, the device in short. */
export function fromWords(source: string | null): string {
  if (source === null || source === '') return 'server';
  const [, what = '', , device] = /^([a-z-]+)\/(\S+)(?: (\S+))?$/i.exec(source) ?? [];
  if (what === '') return source;
  return device === undefined ? what : `${what} ${device.slice(0, 8)}`;
}

/** Who it was: the person, or the login where no person stands behind it. */
export function whoWords({ actorName, actorId, login }: Pick<TrailEntry, 'actorName' | 'actorId' | 'login'>): string {
  if (actorName !== null) return actorName;
  return actorId === null ? (login === 'kompl_owner' || login === 'postgres' ? 'Server' : login) : 'Somebody of elsewhere';
}

const two = (value: number) => String(value).padStart(2, '0');

/** Local day and time to the thousandth; the day is null where it is today. */
export function timeParts(
  at: string,
  today: string,
): { readonly day: string | null; readonly time: string; readonly ms: string } {
  const moment = new Date(at);
  const day = todayHere(moment);
  return {
    day: day === today ? null : formatDate(day).replace(` ${today.slice(0, 4)}`, ''),
    time: `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`,
    ms: String(moment.getMilliseconds()).padStart(3, '0'),
  };
}
