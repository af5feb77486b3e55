/** Why an action is not there for this person with this record now, in one sentence; null where it is. One place for all buttons. */
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import { FUNCTION_LABELS, type TenantFunction } from '@shared/roles';
import type { RecordView } from '@shared/wire/records';
import { optionOf } from '../access';
import type { GenericRow } from '../rows';

export interface Standing {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly record: RecordView<GenericRow>;
  readonly functions: readonly TenantFunction[];
  /** The server answers. */
  readonly online: boolean;
  /** The tenant is closed to writing (licence, suspension), in words; null where it is open. */
  readonly closed: string | null;
}

function roles(functions: readonly TenantFunction[]): string {
  const names = functions.map((fn) => FUNCTION_LABELS[fn]);
  if (names.length === 0) return 'Nobody does this by hand.';
  const last = names[names.length - 1];
  return `${names.length === 1 ? last : `${names.slice(0, -1).join(', ')} or ${last}`} may. Ask an administrator for the role.`;
}

const mayAs = (functions: readonly TenantFunction[], allowed: readonly TenantFunction[]) =>
  functions.some((fn) => allowed.includes(fn));

/** What holds for every writing: connection, tenant, role. */
function whyNot({ definition, functions, online, closed }: Standing, what: 'update' | 'archive' | 'create'): string | null {
  if (closed !== null) return closed;
  if (!mayAs(functions, definition.access[what])) return `Your role reads this. ${roles(definition.access[what])}`;
  return online ? null : 'The server does not answer just now. Try again when it is back.';
}

function stateWords({ definition, record }: Standing): string | null {
  const key = definition.states?.field;
  const state = key === undefined ? null : record.row[key];
  if (key === undefined || typeof state !== 'string' || !definition.states?.locked?.includes(state)) return null;
  const field = definition.fields[key];
  return (field === undefined ? null : optionOf(field, state)?.label) ?? state;
}

export function whyNotEdit(standing: Standing): string | null {
  const general = whyNot(standing, 'update');
  if (general !== null) return general;
  if (standing.record.archived) return 'It is archived. Restore it first.';
  const locked = stateWords(standing);
  // where no state follows, there is none to change first
  if (locked !== null && standing.record.steps.length === 0) return `It is “${locked}”, and stays as it is.`;
  if (locked !== null) return `It is locked while it is “${locked}”. Change the state first.`;
  // what the server knows beyond role and state: a sign-off, a restriction
  return standing.record.may.update ? null : 'It is signed off or restricted. Take the sign-off back first, or ask to be named.';
}

export function whyNotStep(standing: Standing): string | null {
  const general = whyNot(standing, 'update');
  if (general !== null) return general;
  if (standing.record.archived) return 'It is archived. Restore it first.';
  return standing.record.steps.length === 0 ? 'No state follows this one.' : null;
}

export function whyNotArchive(standing: Standing): string | null {
  const general = whyNot(standing, 'archive');
  if (general !== null) return general;
  return standing.record.may.archive ? null : 'It is signed off or restricted.';
}

export function whyNotCopy(standing: Standing): string | null {
  return whyNot(standing, 'create');
}
