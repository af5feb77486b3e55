/** `kompl get | create | update ENTITY`: one record, by the same operations, rights and merging as in the window. */
import { ENTITY_HOOKS } from '@main/domains/hooks';
import { chunkId } from '@main/entities/list-bulk';
import { EntityService } from '@main/entities/service';
import { type Entity, recordTitle } from '@shared/entities/define';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { HistoryEntry } from '@shared/listing';
import { type Operation, type OperationResult, operationIdSchema } from '@shared/operations';
import { v7 as uuidv7 } from 'uuid';
import { type Answer, AS_OPTION, type Command, type CommandCall, type OptionSpec, TENANT_OPTION } from '../command';
import { entityNamed, fieldNamed, recordTyped, type Typing, valueTyped } from '../names';
import { UsageError } from '../usage';
import { cellOf } from './list';

type Patch = Operation['patch'];

const WRITE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  tenant: TENANT_OPTION,
  as: AS_OPTION,
  stdin: { type: 'boolean', help: 'read the values as a JSON object from standard input' },
  reason: { type: 'string', value: 'TEXT', help: 'why, where a state asks for it' },
  operation: { type: 'string', value: 'ID', help: 'a UUID of version 7; sent twice, it is done once' },
};

const get: Command = {
  words: ['get'],
  positionals: ['ENTITY', 'REF'],
  summary: 'Show one record: by its reference, its title, its natural key (“Set / AC-1”) or its id.',
  options: { tenant: TENANT_OPTION, as: AS_OPTION },
  async run(call) {
    const { name, entity, typing, id } = await found(call);
    const { row, archived, labels } = await typing.service.get(typing.ctx, name, id);
    const people = new Map((await typing.service.people(typing.ctx)).map((person) => [person.id, person.displayName]));
    const values: Readonly<Record<string, unknown>> = row;
    const width = Math.max(...Object.values(entity.allFields).map(({ label }) => label.length));
    const lines = Object.entries(entity.allFields).flatMap(([key, field]) => {
      const value = values[key];
      if (value === null || value === undefined || value === '') return [];
      const named = typeof value === 'string' ? (field.kind === 'person' ? people.get(value) : labels[value]) : undefined;
      return [`${field.label.padEnd(width)}  ${named ?? cellOf(value)}`];
    });
    return { json: { row, archived, labels }, text: [...lines, ...(archived ? ['archived'] : [])] };
  },
};

const create: Command = {
  words: ['create'],
  positionals: ['ENTITY', '[FIELD=VALUE…]'],
  summary: 'Make a record from FIELD=VALUE, or from a JSON object on standard input.',
  options: WRITE_OPTIONS,
  async run(call) {
    const name = entityNamed(call.positionals[0] ?? '');
    const typing = { ctx: await call.context(), service: new EntityService(ENTITY_HOOKS) };
    const patch = await patchTyped(typing, entityOf(name), call, call.positionals.slice(1));
    const opId = operationOf(call);
    // The record's id follows from the operation's, so that the same line sent again means the same record.
    const entityId = chunkId(opId, 0);
    const operation = { opId, entity: name, entityId, kind: 'create' as const, baseVersion: null, base: {}, patch };
    const result = await typing.service.apply(typing.ctx, { ...operation, ...reasonOf(call) });
    return done(typing, name, result, 'made');
  },
};

const update: Command = {
  words: ['update'],
  positionals: ['ENTITY', 'REF', '[FIELD=VALUE…]'],
  summary: 'Change a record. What somebody else changed since is never overwritten: exit code 3 with base, mine and theirs.',
  options: {
    ...WRITE_OPTIONS,
    'base-version': { type: 'string', value: 'N', help: 'the version that the change is meant for; that of now unless given' },
  },
  async run(call) {
    const { name, entity, typing, id } = await found(call);
    const patch = await patchTyped(typing, entity, call, call.positionals.slice(2));
    const { row } = await typing.service.get(typing.ctx, name, id);
    const baseVersion = versionOf(call.values.optional('base-version')) ?? row.rowVersion;
    if (baseVersion > row.rowVersion)
      throw new UsageError(`--base-version ${baseVersion} is not there yet; the record is at ${row.rowVersion}`);
    const behind = row.rowVersion - baseVersion;
    const history = behind === 0 ? [] : await typing.service.history(typing.ctx, name, id);
    const base = baseOf(row, Object.keys(patch), history, behind);
    const operation = { opId: operationOf(call), entity: name, entityId: id, kind: 'update' as const, baseVersion, base, patch };
    const result = await typing.service.apply(typing.ctx, { ...operation, ...reasonOf(call) });
    return done(typing, name, result, 'changed');
  },
};

interface Found {
  readonly name: EntityName;
  readonly entity: Entity;
  readonly typing: Typing;
  readonly id: string;
}

async function found(call: CommandCall): Promise<Found> {
  const name = entityNamed(call.positionals[0] ?? '');
  const typing = { ctx: await call.context(), service: new EntityService(ENTITY_HOOKS) };
  return { name, entity: entityOf(name), typing, id: await recordTyped(typing, name, call.positionals[1] ?? '') };
}

/** Values from FIELD=VALUE and from standard input; the line has the last word. */
async function patchTyped(typing: Typing, entity: Entity, call: CommandCall, pairs: readonly string[]): Promise<Patch> {
  const patch: Patch = {};
  if (call.values.flag('stdin')) {
    for (const [name, value] of Object.entries(objectOf(await call.io.readStdin()))) {
      const [key, field] = fieldNamed(entity, name);
      const byName = typeof value === 'string' && ['reference', 'person', 'enum'].includes(field.kind);
      patch[key] = byName ? await valueTyped(typing, key, field, value) : value;
    }
  }
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`“${pair}” is not FIELD=VALUE`);
    const [key, field] = fieldNamed(entity, pair.slice(0, at));
    patch[key] = await valueTyped(typing, key, field, pair.slice(at + 1));
  }
  if (Object.keys(patch).length === 0) throw new UsageError('say what: FIELD=VALUE, or --stdin');
  return patch;
}

function objectOf(text: string): Patch {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Patch;
  } catch {
    // said below, in the same words as for JSON that is no object
  }
  throw new CodedError('INPUT_INVALID', {}, { faults: [{ path: 'stdin', message: 'is not one JSON object' }] });
}

/** The values of the fields as they were so many changes ago: those of now, with the trail's changes taken back. */
function baseOf(row: object, keys: readonly string[], history: readonly HistoryEntry[], behind: number): Patch {
  const base: Patch = Object.fromEntries(keys.map((key) => [key, jsonOf(Reflect.get(row, key))]));
  for (const { changes } of history.filter(({ action }) => action === 'update').slice(0, behind))
    for (const { field, before } of changes) if (keys.includes(field)) base[field] = jsonOf(before);
  return base;
}

function jsonOf(value: unknown): Patch[string] {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

function versionOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError('--base-version is a number from 1');
  return Number(text);
}

function operationOf(call: CommandCall): string {
  const given = call.values.optional('operation');
  if (given === undefined) return uuidv7();
  if (!operationIdSchema.safeParse(given).success) throw new UsageError('--operation is a UUID of version 7');
  return given.toLowerCase();
}

function reasonOf(call: CommandCall): { readonly reason?: string } {
  const reason = call.values.optional('reason')?.trim();
  return reason ? { reason } : {};
}

async function done({ ctx, service }: Typing, name: EntityName, result: OperationResult, word: string): Promise<Answer> {
  const { row } = await service.get(ctx, name, result.entityId);
  const called = recordTitle(entityOf(name), row);
  if (result.status !== 'conflict') {
    const said = result.status === 'unchanged' ? 'said so already' : word;
    return { json: { ...result, row }, text: [`${called} ${said}, version ${result.rowVersion}, ${result.entityId}`] };
  }
  const people = new Map((await service.people(ctx)).map((person) => [person.id, person.displayName]));
  return {
    json: result,
    text: [
      `${called}: somebody else changed the same (${people.get(result.changedBy ?? '') ?? 'unknown'}, ${result.changedAt}). Nothing was written.`,
      ...result.conflicts.map(
        ({ field, base, mine, theirs }) => `  ${field}: base ${cellOf(base)}, mine ${cellOf(mine)}, theirs ${cellOf(theirs)}`,
      ),
      `Decide, and send it again with --base-version ${result.rowVersion}.`,
    ],
    conflict: true,
  };
}

export const RECORD_COMMANDS: readonly Command[] = [get, create, update];
