/** `kompl list ENTITY`: the records of an entity, as the person may read them. */
import { EntityService } from '@main/entities/service';
import { columnName } from '@shared/entities/define';
import { ENTITY_NAMES, type EntityName, entityOf } from '@shared/entities/registry';
import { AS_OPTION, type Command, TENANT_OPTION } from '../command';
import { UsageError } from '../usage';

const PAGE = 500;

/** `audit-plans`, `audit_plans`, `auditPlans` or the table's name. */
export function entityNamed(text: string): EntityName {
  const plain = (name: string) => name.replace(/[-_]/g, '').toLowerCase();
  const found = ENTITY_NAMES.find((name) => plain(name) === plain(text) || plain(entityOf(name).table) === plain(text));
  if (found === undefined) {
    const names = ENTITY_NAMES.map((name) => columnName(name).replaceAll('_', '-'));
    throw new UsageError(`ENTITY is one of ${names.join(', ')}`);
  }
  return found;
}

const list: Command = {
  words: ['list'],
  positionals: ['ENTITY'],
  summary: 'List records, for example regulations, requirements, controls, audit-plans, control-tests, findings, actions.',
  options: {
    tenant: TENANT_OPTION,
    as: AS_OPTION,
    search: { type: 'string', value: 'WORDS', help: 'only records that hold all these words' },
    limit: { type: 'string', value: 'N', help: 'at most N rows; all unless given' },
    archived: { type: 'boolean', help: 'the archived records instead' },
  },
  async run(call) {
    const name = entityNamed(call.positionals[0] ?? '');
    const limit = limitOf(call.values.optional('limit'));
    const ctx = await call.context();
    const service = new EntityService();
    const rows: Readonly<Record<string, unknown>>[] = [];
    let total = 0;
    let more = false;
    do {
      const page = await service.list(ctx, name, {
        search: call.values.optional('search') ?? '',
        archived: call.values.flag('archived'),
        offset: rows.length,
        limit: Math.max(1, Math.min(PAGE, limit - rows.length)),
      });
      total = page.total;
      more = page.more === true;
      if (page.rows.length === 0) break;
      rows.push(...page.rows);
    } while (rows.length < Math.min(total, limit));
    return { json: { rows, total, ...(more ? { more } : {}) }, text: tableOf(name, rows, more ? `more than ${total}` : total) };
  },
};

function limitOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError('--limit is a number from 1');
  return Number(text);
}

/** The columns of the entity's own list, as wide as their content up to 60 characters. */
function tableOf(name: EntityName, rows: readonly Record<string, unknown>[], total: number | string): string[] {
  const columns = entityOf(name).list.columns.map((column) => column.field);
  const cells = [columns, ...rows.map((row) => columns.map((column) => cellOf(row[column])))];
  const widths = columns.map((_, at) => Math.min(60, Math.max(...cells.map((line) => line[at]?.length ?? 0))));
  const lines = cells.map((line) =>
    line
      .map((cell, at) => cell.slice(0, 60).padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, `${rows.length} of ${total}`];
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value);
}

export const LIST_COMMANDS: readonly Command[] = [list];
