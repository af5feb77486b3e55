/**
 * The statements behind My work and the notices: what waits for a person, drawn from `work` and `approval` of every definition. Both
 * ask the same things of the same records, so that the bell and the page never disagree.
 */
import { columnOf, Parameters, tableOf } from '@main/entities/columns';
import type { Entity } from '@shared/entities/define';
import { type EntityName, entityOf } from '@shared/entities/registry';
import type { TenantFunction } from '@shared/roles';

export interface Facts {
  readonly me: string;
  readonly today: string;
  readonly functions: readonly TenantFunction[];
}

/** One record that waits, as the statements give it. */
export interface Waiting extends Record<string, unknown> {
  readonly entity: EntityName;
  readonly id: string;
  readonly ref: string | null;
  readonly title: string;
  readonly state: string | null;
  readonly due: string | null;
  readonly days: number | null;
  readonly person: string | null;
  readonly at: string;
  readonly version: number;
  readonly detail: string | null;
}

/** The columns of `Waiting` for alias `t` of an entity. */
function columns(name: EntityName, today: string): string {
  const entity: Entity = entityOf(name);
  const due = entity.work?.due === undefined ? 'NULL::date' : dateOf(entity, entity.work.due);
  return [
    `'${name}' AS entity, t.id`,
    `${entity.refField === null ? 'NULL' : `t.${columnOf(entity.refField)}`}::text AS ref`,
    `t.${columnOf(entity.titleField)}::text AS title`,
    `${stateOf(entity) ?? 'NULL'}::text AS state`,
    `${due} AS due, (${due} - ${today})::integer AS days`,
    't.updated_by AS person, t.updated_at AS at, t.row_version AS version, NULL::text AS detail',
  ].join(', ');
}

/** The column of the state of alias `t`: of its machine, or of what moves by commands; null where there is none. */
function stateOf(entity: Entity): string | null {
  const field = entity.states?.field ?? entity.work?.state;
  return field === undefined ? null : `t.${columnOf(field)}`;
}

function dateOf(entity: Entity, key: string): string {
  return entity.fields[key]?.kind === 'instant' ? `t.${columnOf(key)}::date` : `t.${columnOf(key)}`;
}

function live(entity: Entity, parameters: Parameters): string {
  const settled = entity.work?.settled ?? [];
  const state = stateOf(entity);
  const open = state === null || settled.length === 0 ? '' : ` AND ${state} <> ALL (${parameters.add(settled, 'text[]')})`;
  return `t.archived_at IS NULL${open}`;
}

export interface Question {
  readonly text: string;
  readonly values: readonly unknown[];
}

function joined(parts: readonly string[], parameters: Parameters, order: string, limit: number): Question | null {
  if (parts.length === 0) return null;
  return {
    text: `SELECT *, count(*) OVER ()::integer AS total FROM (${parts.join(' UNION ALL ')}) w ORDER BY ${order} LIMIT ${limit}`,
    values: parameters.values,
  };
}

/** Records in which the person stands as who does them, and that are not settled. */
export function assignedQuestion(names: readonly EntityName[], facts: Facts, limit: number): Question | null {
  const parameters = new Parameters();
  const me = parameters.add(facts.me, 'uuid');
  const today = parameters.add(facts.today, 'date');
  const parts = names.flatMap((name) => {
    const entity: Entity = entityOf(name);
    const assignee = entity.work?.assignee ?? [];
    if (assignee.length === 0) return [];
    const mine = assignee.map((key) => `t.${columnOf(key)} = ${me}`).join(' OR ');
    return [
      `SELECT ${columns(name, today)}, t.created_by AS maker FROM ${tableOf(entity)} t WHERE (${mine}) AND ${live(entity, parameters)}`,
    ];
  });
  return joined(parts, parameters, 'due NULLS LAST, at DESC, id', limit);
}

/** Records that wait for the look of somebody with the person's functions, and that somebody else changed last. */
export function reviewQuestion(names: readonly EntityName[], facts: Facts, limit: number): Question | null {
  const parameters = new Parameters();
  const me = parameters.add(facts.me, 'uuid');
  const today = parameters.add(facts.today, 'date');
  const parts = names.flatMap((name) => {
    const entity: Entity = entityOf(name);
    const review = entity.work?.review;
    const state = stateOf(entity);
    if (review === undefined || state === null || !review.by.some((fn) => facts.functions.includes(fn))) return [];
    return [
      `SELECT ${columns(name, today)} FROM ${tableOf(entity)} t WHERE ${state} = ANY (${parameters.add(review.states, 'text[]')})
       AND t.archived_at IS NULL AND t.updated_by IS DISTINCT FROM ${me}`,
    ];
  });
  return joined(parts, parameters, 'at DESC, id', limit);
}

/** The condition that a sign-off `s` was of another content than row `t` has now. Records with a `signState` keep what was signed. */
function signedOtherwise(entity: Entity, table: string): string {
  return Object.hasOwn(entity.fields, 'signState')
    ? `s.superseded_at IS NULL AND s.content IS NOT NULL AND s.content_sha256 <> hash_content(present_content(${table}, t.id))`
    : 's.content_sha256 <> content_sha256(to_jsonb(t))';
}

/** What the person signed, or approved, and whose content is another one now. */
export function changedQuestion(names: readonly EntityName[], facts: Facts, limit: number): Question | null {
  const parameters = new Parameters();
  const me = parameters.add(facts.me, 'uuid');
  const today = parameters.add(facts.today, 'date');
  const parts = names.flatMap((name) => {
    const entity: Entity = entityOf(name);
    const table = parameters.add(entity.table, 'text');
    return [
      `SELECT DISTINCT ON (t.id) ${columns(name, today).replace('NULL::text AS detail', 's.kind::text AS detail')}
       FROM sign_offs s JOIN ${tableOf(entity)} t ON t.id = s.resource_id
       WHERE s.resource_type = ${table} AND s.created_by = ${me} AND s.withdrawn_at IS NULL AND t.archived_at IS NULL
         AND ${signedOtherwise(entity, table)}`,
      ...((entity.approval ?? []).length === 0
        ? []
        : [
            `SELECT DISTINCT ON (t.id) ${columns(name, today).replace('NULL::text AS detail', "'approved' AS detail")}
             FROM approval_votes v JOIN approvals a ON a.id = v.approval_id JOIN ${tableOf(entity)} t ON t.id = a.resource_id
             WHERE a.resource_type = ${table} AND v.created_by = ${me} AND v.decision = 'approve' AND v.withdrawn_at IS NULL
               AND a.status = 'void' AND t.archived_at IS NULL AND NOT EXISTS (
                 SELECT 1 FROM approvals n WHERE n.resource_id = a.resource_id AND n.step = a.step AND n.created_at > a.created_at)`,
          ]),
    ];
  });
  return joined(
    parts.map((part) => `(${part})`),
    parameters,
    'at DESC, id',
    limit,
  );
}

/** Approvals that the person may give: asked of their function, not by them, of nothing they wrote, not given yet. */
export function approvalQuestion(names: readonly EntityName[], facts: Facts, limit: number): Question | null {
  const parameters = new Parameters();
  const me = parameters.add(facts.me, 'uuid');
  const today = parameters.add(facts.today, 'date');
  const parts = names.flatMap((name) => {
    const entity: Entity = entityOf(name);
    const steps = (entity.approval ?? [])
      .filter((rule) => rule.by.some((fn) => facts.functions.includes(fn)))
      .map(({ to }) => to);
    if (steps.length === 0) return [];
    const shown = columns(name, today)
      .replace('t.updated_by AS person, t.updated_at AS at', 'a.created_by AS person, a.created_at AS at')
      .replace('NULL::text AS detail', 'a.step::text AS detail');
    return [
      `SELECT ${shown}, a.id AS approval FROM approvals a JOIN ${tableOf(entity)} t ON t.id = a.resource_id
       WHERE a.resource_type = ${parameters.add(entity.table, 'text')} AND a.status = 'open' AND a.step = ANY (${parameters.add(steps, 'text[]')})
         AND t.archived_at IS NULL AND a.created_by <> ${me}
         AND NOT EXISTS (SELECT 1 FROM approval_votes v WHERE v.approval_id = a.id AND v.created_by = ${me} AND v.withdrawn_at IS NULL)
         AND NOT EXISTS (SELECT 1 FROM approval_authors w WHERE w.resource_id = a.resource_id AND w.person_id = ${me} AND w.archived_at IS NULL)`,
    ];
  });
  return joined(parts, parameters, 'at, id', limit);
}

/** Comments that mention the person, and answers in threads they began; with the record each hangs on. */
export function commentQuestion(names: readonly EntityName[], facts: Facts, limit: number, onlyOpen: boolean): Question | null {
  const parameters = new Parameters();
  const me = parameters.add(facts.me, 'uuid');
  const today = parameters.add(facts.today, 'date');
  const words = `left(regexp_replace(c.body, '\\s+', ' ', 'g'), 160)`;
  const open = onlyOpen ? 'AND NOT coalesce(p.resolved, c.resolved)' : '';
  const parts = names.map((name) => {
    const entity: Entity = entityOf(name);
    const shown = columns(name, today)
      .replace('t.updated_by AS person, t.updated_at AS at', 'c.created_by AS person, c.created_at AS at')
      .replace('NULL::text AS detail', `${words} AS detail`);
    return `SELECT ${shown}, c.id AS comment, c.kind FROM said c JOIN ${tableOf(entity)} t ON t.id = c.resource_id
      LEFT JOIN comments p ON p.id = c.parent_id
      WHERE c.resource_type = ${parameters.add(entity.table, 'text')} AND t.archived_at IS NULL ${open}`;
  });
  const question = joined(parts, parameters, 'at DESC, id', limit);
  if (question === null) return null;
  return {
    ...question,
    text: `WITH said AS MATERIALIZED (
        SELECT c.*, 'mention' AS kind FROM my_mentions(200) m (id) JOIN comments c USING (id)
        WHERE c.created_by <> ${me} AND c.archived_at IS NULL
        ${
          onlyOpen
            ? ''
            : `UNION ALL
        SELECT c.*, 'reply' FROM comments b JOIN comments c ON c.parent_id = b.id
        WHERE b.created_by = ${me} AND c.created_by <> ${me} AND c.archived_at IS NULL AND NOT c.mentions @> ARRAY[${me}]`
        }
      ) ${question.text}`,
  };
}

/** Records that the person chose to watch and that somebody else changed within the last days. */
export function watchedQuestion(names: readonly EntityName[], facts: Facts, limit: number, days: number): Question | null {
  const parameters = new Parameters();
  const me = parameters.add(facts.me, 'uuid');
  const today = parameters.add(facts.today, 'date');
  const parts = names.map((name) => {
    const entity: Entity = entityOf(name);
    return `SELECT ${columns(name, today)} FROM watchers w JOIN ${tableOf(entity)} t ON t.id = w.resource_id
      WHERE w.person_id = ${me} AND w.watching AND w.resource_type = ${parameters.add(entity.table, 'text')}
        AND t.archived_at IS NULL AND t.updated_by IS DISTINCT FROM ${me} AND t.updated_at > w.created_at
        AND t.updated_at > ${today} - ${parameters.add(days, 'integer')}`;
  });
  return joined(parts, parameters, 'at DESC, id', limit);
}

/** What became of the approvals that the person asked for. */
export function answeredQuestion(names: readonly EntityName[], facts: Facts, limit: number, days: number): Question | null {
  const parameters = new Parameters();
  const me = parameters.add(facts.me, 'uuid');
  const today = parameters.add(facts.today, 'date');
  const parts = names.flatMap((name) => {
    const entity: Entity = entityOf(name);
    if ((entity.approval ?? []).length === 0) return [];
    const shown = columns(name, today)
      .replace('t.updated_by AS person, t.updated_at AS at', 'a.closed_by AS person, a.closed_at AS at')
      .replace('NULL::text AS detail', 'a.status::text AS detail');
    return [
      `SELECT ${shown}, a.id AS approval FROM approvals a JOIN ${tableOf(entity)} t ON t.id = a.resource_id
       WHERE a.resource_type = ${parameters.add(entity.table, 'text')} AND a.created_by = ${me} AND a.status IN ('granted', 'refused', 'void')
         AND a.closed_by IS DISTINCT FROM ${me} AND a.closed_at > ${today} - ${parameters.add(days, 'integer')}`,
    ];
  });
  return joined(parts, parameters, 'at DESC, id', limit);
}
