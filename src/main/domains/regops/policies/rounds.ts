/** Rounds: whom one would ask, and how far those that were opened are. */
import type { EntityContext } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readRow, readScope, recordIdSchema, selectRows } from '@main/entities/read';
import { together } from '@main/entities/together';
import type { EntityRow } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import {
  type AudienceInput,
  audienceInputSchema,
  type RoundAudience,
  type RoundProgress,
  type WaitingPerson,
} from '@shared/wire/policies';

const MAX_WAITING = 200;

/**
 * The people that a round would ask now; PostgreSQL chooses them by the same rule when the round is opened (`people_asked`). NOT_FOUND
 * where there is no such version.
 */
export async function roundAudience(ctx: EntityContext, input: AudienceInput): Promise<RoundAudience> {
  const { versionId, audience, functions, people } = parseInput(audienceInputSchema, input);
  return ctx.database.withTenant(readScope(ctx, ['policyVersions', 'policyAcknowledgements']), async (tx) => {
    const version = await readRow<EntityRow<'policyVersions'>>(tx, 'policyVersions', versionId);
    if (!version) throw new CodedError('NOT_FOUND', { entity: 'policyVersions', id: versionId });
    const { rows } = await tx.query<{ id: string; name: string; already: boolean }>(
      `SELECT p.id, p.display_name AS name, EXISTS (
         SELECT FROM policy_acknowledgements a JOIN policy_versions w ON w.id = a.version_id
         WHERE a.policy_id = $2::uuid AND a.person_id = p.id AND w.major = $3::integer
           AND (a.status = 'acknowledged' OR (a.status = 'open' AND a.version_id = $1::uuid))) AS already
       FROM people p
       WHERE p.active AND ($4::text <> 'functions' OR p.functions && $5::text[]) AND ($4::text <> 'people' OR p.id = ANY ($6::uuid[]))
       ORDER BY lower(p.display_name), p.id`,
      [versionId, version.row.policyId, version.row.major, audience, functions, people],
    );
    return {
      asked: rows.filter(({ already }) => !already).map(({ id, name }) => ({ id, name })),
      already: rows.filter(({ already }) => already).length,
    };
  });
}

interface Counted
  extends Record<string, unknown>,
    Pick<RoundProgress, 'acknowledged' | 'open' | 'overdue' | 'lapsed' | 'versionLabel' | 'versionSha256'> {
  readonly id: string;
}
type Waiting = WaitingPerson & Record<string, unknown> & { readonly roundId: string };

/** The rounds of a policy, newest first; `today` is the person's own. NOT_FOUND where there is no such policy. */
export async function roundsOf(ctx: EntityContext, policyId: string): Promise<readonly RoundProgress[]> {
  const id = parseInput(recordIdSchema, policyId);
  const scope = readScope(ctx, ['policies', 'policyVersions', 'policyRounds', 'policyAcknowledgements']);
  const today = ctx.clock.today();
  return ctx.database.withTenant(scope, async (tx) => {
    if (!(await readRow(tx, 'policies', id))) throw new CodedError('NOT_FOUND', { entity: 'policies', id });
    const [rounds, counts, waiting] = await together(
      selectRows<EntityRow<'policyRounds'>>(
        tx,
        'policyRounds',
        'WHERE t.policy_id = $1::uuid AND t.archived_at IS NULL ORDER BY t.created_at DESC, t.id DESC',
        [id],
      ),
      tx.query<Counted>(
        `SELECT r.id, v.label AS "versionLabel", v.content_sha256 AS "versionSha256",
           (count(a.id) FILTER (WHERE a.status = 'acknowledged'))::integer AS acknowledged,
           (count(a.id) FILTER (WHERE a.status = 'open'))::integer AS open,
           (count(a.id) FILTER (WHERE a.status = 'open' AND a.due_date < $2::date))::integer AS overdue,
           (count(a.id) FILTER (WHERE a.status = 'lapsed'))::integer AS lapsed
         FROM policy_rounds r JOIN policy_versions v ON v.id = r.version_id LEFT JOIN policy_acknowledgements a ON a.round_id = r.id
         WHERE r.policy_id = $1::uuid AND r.archived_at IS NULL GROUP BY r.id, v.label, v.content_sha256`,
        [id, today],
      ),
      tx.query<Waiting>(
        `SELECT a.round_id AS "roundId", a.id AS "acknowledgementId", a.person_id AS "personId", a.due_date AS "dueDate",
           a.due_date < $2::date AS overdue, (
             SELECT max(c.created_at) FROM comments c
             WHERE c.resource_type = 'policy_acknowledgements' AND c.resource_id = a.id AND c.mentions = ARRAY[a.person_id]
               AND c.archived_at IS NULL) AS "remindedAt"
         FROM policy_acknowledgements a JOIN people p ON p.id = a.person_id
         WHERE a.policy_id = $1::uuid AND a.status = 'open' AND a.archived_at IS NULL
         ORDER BY a.due_date, lower(p.display_name), a.id LIMIT ${MAX_WAITING}`,
        [id, today],
      ),
    );
    const byRound = new Map(counts.rows.map((row) => [row.id, row]));
    return rounds.flatMap((round) => {
      const counted = byRound.get(round.id);
      if (counted === undefined) return [];
      const { id: _id, ...figures } = counted;
      const own = waiting.rows.filter(({ roundId }) => roundId === round.id).map(({ roundId: _round, ...person }) => person);
      return [{ round, ...figures, waiting: own }];
    });
  });
}
