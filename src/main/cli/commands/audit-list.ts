/** `kompl audit list`: a tenant's trail, newest first. */
import { listTrail } from '@main/trail/list';
import { CodedError } from '@shared/errors';
import { type TrailEntry, trailQuerySchema } from '@shared/wire/trail';
import { AS_OPTION, type Command, type CommandCall, TENANT_OPTION } from '../command';
import { instantOf } from './audit-shared';

const USUAL = 50;

const list: Command = {
  words: ['audit', 'list'],
  positionals: [],
  summary: 'Print what happened in a tenant, newest first.',
  options: {
    tenant: TENANT_OPTION,
    from: { type: 'string', value: 'TIME', help: 'from this time on' },
    to: { type: 'string', value: 'TIME', help: 'up to this time' },
    actor: { type: 'string', value: 'ID', help: 'only what this person did' },
    action: { type: 'string', value: 'NAME', help: 'only these actions, several with commas, such as export,denied' },
    resource: { type: 'string', value: 'TABLE', help: 'only this kind of record, such as controls' },
    id: { type: 'string', value: 'ID', help: 'only this record' },
    limit: { type: 'string', value: 'N', help: `at most so many entries, ${USUAL} unless given, 200 at most` },
    after: { type: 'string', value: 'PLACE', help: 'go on where a former list ended' },
    as: AS_OPTION,
  },
  async run(call) {
    const words = (name: string) => (call.values.optional(name) ?? '').split(',').filter((word) => word.trim() !== '');
    const parsed = trailQuerySchema.safeParse({
      from: instantOf(call, 'from'),
      to: instantOf(call, 'to'),
      actor: call.values.optional('actor') ?? null,
      actions: words('action'),
      resourceTypes: words('resource'),
      resourceId: call.values.optional('id') ?? null,
      after: call.values.optional('after') ?? null,
      limit: Number(call.values.optional('limit') ?? USUAL),
    });
    if (!parsed.success) {
      const faults = parsed.error.issues.map(({ path, message }) => ({ path: `--${path.join('.')}`, message }));
      throw new CodedError('INPUT_INVALID', { field: faults[0]?.path ?? '' }, { faults });
    }
    const page = await listTrail(await contextFor(call), parsed.data);
    return {
      json: page,
      text: [
        ...page.entries.map(line),
        page.entries.length === 0 ? 'Nothing happened in this span.' : '',
        ...(page.next === null ? [] : [`More: --after '${page.next}'`]),
      ].filter((text) => text !== ''),
    };
  },
};

/** An administrator of the database who acts for nobody reads as the tenant's administrator does. */
async function contextFor(call: CommandCall) {
  const ctx = await call.readingContext();
  if (call.login.kind !== 'administrator' || (await call.person()) !== null) return ctx;
  return { ...ctx, session: { ...ctx.session, functions: ['admin' as const] } };
}

function line(entry: TrailEntry): string {
  const who = entry.actorName ?? entry.actorId ?? entry.login;
  const what = `${entry.action} ${entry.resourceType}${entry.resourceId ? ` ${entry.resourceId}` : ''}`;
  const seal = entry.seal === null ? 'unsealed' : `seal ${entry.seal}`;
  return `${entry.at}  ${what}  ${who}  ${seal}${entry.reason ? `  “${entry.reason}”` : ''}`;
}

export const AUDIT_LIST_COMMANDS: readonly Command[] = [list];
