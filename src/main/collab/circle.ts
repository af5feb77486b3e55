/** All that hangs on one record, in one transaction: what people said and keep there, approvals, and who refers to it. */
import { columnOf, tableOf } from '@main/entities/columns';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readRow, recordIdSchema } from '@main/entities/read';
import { together } from '@main/entities/together';
import { ENTITY_NAMES, type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import type {
  Approval,
  ApprovalVote,
  Attachment,
  Comment,
  RecordCircle,
  RecordRef,
  Referrer,
  Watcher,
  WatchReason,
} from '@shared/wire/collab';
import { readingAs } from './command';

/** More than this is not read at once; the newest are. */
const MAX_COMMENTS = 500;
const EXAMPLES = 3;

/** NOT_FOUND where there is no such record for this person. */
export async function readCircle(ctx: EntityContext, { entity, id }: RecordRef): Promise<RecordCircle> {
  const recordId = parseInput(recordIdSchema, id);
  const { table, access } = entityOf(entity);
  const fn = ctx.session.functions.find((each) => access.read.includes(each));
  if (fn === undefined) throw new CodedError('ROLE_FORBIDS', { entity, functions: ctx.session.functions });
  return ctx.database.withTenant(readingAs(ctx, fn), async (tx) => {
    const found = await readRow(tx, entity, recordId);
    if (!found) throw new CodedError('NOT_FOUND', { entity, id: recordId });
    const of = [table, recordId];
    const [comments, watchers, attachments, approvals, votes, authors, mentionable, referredBy] = await together(
      tx.query<Comment & Record<string, unknown>>(
        `SELECT * FROM (
           SELECT id, parent_id AS "parentId", CASE WHEN archived_at IS NULL THEN body ELSE '' END AS body, mentions,
             created_by AS "createdBy", created_at AS "createdAt", edited_at AS "editedAt", resolved, resolved_at AS "resolvedAt",
             resolved_by AS "resolvedBy", row_version AS "rowVersion", archived_at IS NOT NULL AS "takenBack"
           FROM comments WHERE resource_type = $1::text AND resource_id = $2::uuid ORDER BY created_at DESC, id DESC LIMIT ${MAX_COMMENTS}
         ) newest ORDER BY "createdAt", id`,
        of,
      ),
      tx.query<{ personId: string; watching: boolean }>(
        `SELECT person_id AS "personId", watching FROM watchers WHERE resource_type = $1::text AND resource_id = $2::uuid ORDER BY created_at, id`,
        of,
      ),
      tx.query<Attachment & Record<string, unknown>>(
        `SELECT id, kind, name, url, media_type AS "mediaType", size_bytes AS "sizeBytes", sha256, coalesce(device_id = $3::text, false) AS here,
           created_by AS "createdBy", created_at AS "createdAt"
         FROM attachments WHERE resource_type = $1::text AND resource_id = $2::uuid AND archived_at IS NULL ORDER BY created_at, id`,
        [...of, ctx.device.id],
      ),
      tx.query<Omit<Approval, 'votes'> & Record<string, unknown>>(
        `SELECT id, step, status, quorum, note, content_sha256 AS sha256, content, resource_version AS "recordVersion",
           created_by AS "askedBy", created_at AS "askedAt", closed_at AS "closedAt", closed_by AS "closedBy", closed_reason AS "closedReason"
         FROM approvals WHERE resource_type = $1::text AND resource_id = $2::uuid ORDER BY created_at DESC, id DESC LIMIT 50`,
        of,
      ),
      tx.query<ApprovalVote & { approvalId: string } & Record<string, unknown>>(
        `SELECT approval_id AS "approvalId", created_by AS "personId", decision, function, reason, created_at AS at,
           withdrawn_at AS "withdrawnAt", withdrawn_reason AS "withdrawnReason"
         FROM approval_votes WHERE resource_type = $1::text AND resource_id = $2::uuid ORDER BY created_at, id`,
        of,
      ),
      tx.query<{ id: string }>(
        'SELECT person_id AS id FROM approval_authors WHERE resource_type = $1::text AND resource_id = $2::uuid AND archived_at IS NULL',
        of,
      ),
      tx.query<{ id: string }>('SELECT p AS id FROM people_who_see($1::text, $2::uuid) p', of),
      readReferrers(tx, fn, entity, recordId),
    );
    const watching = watchersOf(entity, found.row, comments.rows, watchers.rows);
    return {
      comments: comments.rows,
      watchers: watching,
      watching: watching.some(({ personId }) => personId === ctx.session.personId),
      attachments: attachments.rows,
      approvals: approvals.rows.map((approval) => ({
        ...approval,
        votes: votes.rows.filter((vote) => vote.approvalId === approval.id).map(({ approvalId: _, ...vote }) => vote),
      })),
      authors: authors.rows.map((row) => row.id),
      mentionable: mentionable.rows.map((row) => row.id),
      referredBy,
    };
  });
}

/** Who chose to, and who watches because it is theirs and has not declined. */
function watchersOf(
  entity: EntityName,
  row: Readonly<Record<string, unknown>>,
  comments: readonly Comment[],
  chosen: readonly { readonly personId: string; readonly watching: boolean }[],
): Watcher[] {
  const declined = new Set(chosen.filter(({ watching }) => !watching).map(({ personId }) => personId));
  const by = new Map<string, WatchReason>();
  const add = (person: unknown, why: WatchReason) => {
    if (typeof person === 'string' && !declined.has(person) && !by.has(person)) by.set(person, why);
  };
  for (const { personId } of chosen) add(personId, 'chosen');
  for (const key of entityOf(entity).work?.assignee ?? []) add(row[key], 'assigned');
  add(row.createdBy, 'author');
  for (const comment of comments) for (const person of comment.mentions) add(person, 'mentioned');
  return [...by].map(([personId, why]) => ({ personId, why }));
}

/** Every reference of the registry that points to this kind of record, as [entity, field]. */
export function referencesTo(target: EntityName): readonly (readonly [EntityName, string])[] {
  return ENTITY_NAMES.flatMap((name) =>
    Object.entries(entityOf(name).fields)
      .filter(([, field]) => field.kind === 'reference' && field.target === target)
      .map(([key]) => [name, key] as const),
  );
}

async function readReferrers(tx: SqlClient, fn: TenantFunction, target: EntityName, id: string): Promise<Referrer[]> {
  const readable = referencesTo(target).filter(([name]) => entityOf(name).access.read.includes(fn));
  if (readable.length === 0) return [];
  const parts = readable.map(([name, key], at) => {
    const entity = entityOf(name);
    const label = [entity.refField, entity.titleField].flatMap((each) => (each === null ? [] : [`t.${columnOf(each)}`]));
    const where = `FROM ${tableOf(entity)} t WHERE t.${columnOf(key)} = $1::uuid AND t.archived_at IS NULL`;
    return `SELECT ${at} AS at, (SELECT count(*)::integer ${where}) AS total,
      (SELECT coalesce(jsonb_agg(x), '[]') FROM (SELECT t.id, concat_ws(' ', ${label.join(', ')}) AS label ${where}
        ORDER BY t.created_at, t.id LIMIT ${EXAMPLES}) x) AS examples`;
  });
  const { rows } = await tx.query<{ at: number; total: number; examples: Referrer['examples'] }>(
    `${parts.join(' UNION ALL ')} ORDER BY at`,
    [id],
  );
  return rows.flatMap(({ at, total, examples }) => {
    const reference = readable[at];
    return reference === undefined || total === 0 ? [] : [{ entity: reference[0], field: reference[1], total, examples }];
  });
}
