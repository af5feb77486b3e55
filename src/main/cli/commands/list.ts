/** `kompl list ENTITY` and `kompl export ENTITY`: the records of an entity, as the person may read them. */
import { ENTITY_HOOKS } from '@main/domains/hooks';
import { exportRecords } from '@main/entities/export';
import { EntityService } from '@main/entities/service';
import { writeStreamAtomically } from '@main/platform/stream-file';
import { note } from '@main/trail/journal';
import { type EntityName, type EntityRow, entityOf } from '@shared/entities/registry';
import type { ListPage } from '@shared/listing';
import { EXPORT_FORMATS, type ExportFormat } from '@shared/wire/lists';
import { type Answer, AS_OPTION, type Command, type CommandCall, TENANT_OPTION } from '../command';
import { entityNamed, fieldNamed } from '../names';
import { columnsTyped, QUERY_OPTIONS, queryTyped } from '../query';
import { UsageError } from '../usage';
import { SOURCE } from '../version';

const PAGE = 500;

const list: Command = {
  words: ['list'],
  positionals: ['ENTITY'],
  summary: 'List records, for example regulations, requirements, controls, audit-plans, control-tests, findings, actions.',
  options: {
    tenant: TENANT_OPTION,
    as: AS_OPTION,
    ...QUERY_OPTIONS,
    limit: { type: 'string', value: 'N', help: 'at most N rows; all unless given' },
    format: {
      type: 'string',
      value: 'FORMAT',
      help: 'table (as it is), json, jsonl, csv, xlsx; all but table and json as export writes it',
    },
    out: { type: 'string', value: 'FILE', help: 'into this file, for csv, xlsx and jsonl' },
  },
  async run(call) {
    const name = entityNamed(call.positionals[0] ?? '');
    const format = call.values.optional('format') ?? 'table';
    if (format === 'csv' || format === 'xlsx' || format === 'jsonl') return exportTo(call, name, format);
    if (format !== 'table' && format !== 'json') throw new UsageError('--format is one of table, json, jsonl, csv, xlsx');
    const limit = limitOf(call.values.optional('limit'));
    const ctx = await call.context();
    const service = new EntityService(ENTITY_HOOKS);
    const query = await queryTyped({ ctx, service }, name, call.values);
    const columns = columnsTyped(entityOf(name), call.values.optional('columns'));
    const rows: Readonly<Record<string, unknown>>[] = [];
    let total = 0;
    let more = false;
    do {
      const page: ListPage<EntityRow<EntityName>> = await service.list(ctx, name, {
        ...query,
        offset: rows.length,
        limit: Math.max(1, Math.min(PAGE, limit - rows.length)),
        ...(rows.length > 0 && !more ? { known: total } : {}),
      });
      total = page.total;
      more = page.more === true;
      if (page.rows.length === 0) break;
      rows.push(...page.rows);
    } while (rows.length < Math.min(total, limit));
    const json = { rows, total, ...(more ? { more } : {}) };
    return format === 'json'
      ? { json, text: [], raw: `${JSON.stringify(json)}\n` }
      : { json, text: tableOf(columns, rows, more ? `more than ${total}` : total) };
  },
};

const exportCommand: Command = {
  words: ['export'],
  positionals: ['ENTITY'],
  summary: 'Write all records that fit, with names instead of ids, as the list’s own export does. Stands in the trail.',
  options: {
    tenant: TENANT_OPTION,
    as: AS_OPTION,
    ...QUERY_OPTIONS,
    by: { type: 'string', value: 'FIELD', help: 'in groups of this field' },
    format: { type: 'string', value: 'FORMAT', help: 'csv (as it is), xlsx, json, jsonl' },
    out: { type: 'string', value: 'FILE', help: 'into this file; xlsx needs one, the others go to standard output without it' },
  },
  async run(call) {
    const format = call.values.optional('format') ?? 'csv';
    const known = EXPORT_FORMATS.find((each) => each === format);
    if (known === undefined) throw new UsageError(`--format is one of ${EXPORT_FORMATS.join(', ')}`);
    return exportTo(call, entityNamed(call.positionals[0] ?? ''), known);
  },
};

async function exportTo(call: CommandCall, name: EntityName, format: ExportFormat): Promise<Answer> {
  const out = call.values.optional('out');
  if (format === 'xlsx' && out === undefined) throw new UsageError('--format xlsx needs --out FILE');
  const entity = entityOf(name);
  const ctx = await call.context();
  const service = new EntityService(ENTITY_HOOKS);
  const query = await queryTyped({ ctx, service }, name, call.values);
  const columns = [...columnsTyped(entity, call.values.optional('columns'))];
  const by = call.values.optional('by');
  const person = (await service.people(ctx)).find(({ id }) => id === ctx.session.personId);
  const head = {
    tenant: call.values.text('tenant'),
    list: entity.label.many,
    view: call.values.optional('view') ?? '',
    exportedAt: call.io.now().toISOString(),
    exportedBy: person?.displayName ?? '',
  };
  let size = 0;
  const take = async (content: AsyncIterable<string | Buffer>) => {
    if (out !== undefined) size = await writeStreamAtomically(call.path(out), content);
    else for await (const piece of content) call.io.out(piece.toString());
  };
  const request = {
    ...{ format, query, columns },
    by: by === undefined ? null : { field: fieldNamed(entity, by)[0], dir: 'asc' as const },
  };
  const rows = await exportRecords(ctx, name, request, head, take, {
    async onCounted(total) {
      const details = { format, rows: total, columns: columns.join(', ').slice(0, 500) };
      await note(ctx.database, ctx.session, SOURCE, { action: 'export', resourceType: entity.table, resourceId: null, details });
    },
  });
  if (out === undefined) return { json: null, text: [], raw: '' };
  return { json: { rows, file: out, size }, text: [`${rows} rows in ${out}`] };
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError('--limit is a number from 1');
  return Number(text);
}

/** The columns as wide as their content up to 60 characters. */
function tableOf(columns: readonly string[], rows: readonly Record<string, unknown>[], total: number | string): string[] {
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

export function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value);
}

export const LIST_COMMANDS: readonly Command[] = [list, exportCommand];
