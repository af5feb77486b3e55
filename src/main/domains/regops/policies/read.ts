/** Reading a version with all that its files name: the policy, who approved it, and who acknowledged it. */
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readRow, readScope, recordIdSchema } from '@main/entities/read';
import { together } from '@main/entities/together';
import { type EntityRow, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';

export interface Approver {
  readonly name: string;
  /** An instant, ISO 8601 in UTC. */
  readonly at: string;
}

export interface VersionFacts {
  readonly policy: EntityRow<'policies'>;
  readonly version: EntityRow<'policyVersions'>;
  readonly owner: string | null;
  /** Of the approval that stands; empty before it. */
  readonly approvers: readonly Approver[];
}

export interface ProofLine extends Record<string, unknown> {
  readonly person: string;
  readonly email: string;
  readonly status: EntityRow<'policyAcknowledgements'>['status'];
  readonly dueDate: string;
  readonly acknowledgedAt: string | null;
  readonly readSha256: string | null;
  readonly deviceId: string | null;
  readonly roundId: string;
}

export interface Proof extends VersionFacts {
  /** Null: of all rounds of the version. */
  readonly round: EntityRow<'policyRounds'> | null;
  readonly lines: readonly ProofLine[];
}

/** NOT_FOUND where there is no such version, or none that the person sees. */
export async function readVersion(ctx: EntityContext, versionId: string): Promise<VersionFacts> {
  const id = parseInput(recordIdSchema, versionId);
  return ctx.database.withTenant(readScope(ctx, ['policies', 'policyVersions']), (tx) => factsOf(tx, id));
}

/** NOT_FOUND where version or round is not there, or the round is of another version. */
export async function readProof(ctx: EntityContext, versionId: string, roundId: string | null): Promise<Proof> {
  const id = parseInput(recordIdSchema, versionId);
  const scope = readScope(ctx, ['policies', 'policyVersions', 'policyRounds', 'policyAcknowledgements']);
  return ctx.database.withTenant(scope, async (tx) => {
    const facts = await factsOf(tx, id);
    const found =
      roundId === null ? null : await readRow<EntityRow<'policyRounds'>>(tx, 'policyRounds', parseInput(recordIdSchema, roundId));
    if (roundId !== null && found?.row.versionId !== id)
      throw new CodedError('NOT_FOUND', { entity: 'policyRounds', id: roundId });
    const { rows } = await tx.query<ProofLine>(
      `SELECT p.display_name AS person, p.email, a.status, a.due_date AS "dueDate", a.acknowledged_at AS "acknowledgedAt",
         a.read_sha256 AS "readSha256", a.device_id AS "deviceId", a.round_id AS "roundId"
       FROM policy_acknowledgements a JOIN people p ON p.id = a.person_id
       WHERE a.version_id = $1::uuid AND ($2::uuid IS NULL OR a.round_id = $2::uuid) AND a.archived_at IS NULL
       ORDER BY lower(p.display_name), a.created_at, a.id`,
      [id, roundId],
    );
    return { ...facts, round: found?.row ?? null, lines: rows };
  });
}

async function factsOf(tx: SqlClient, id: string): Promise<VersionFacts> {
  const found = await readRow<EntityRow<'policyVersions'>>(tx, 'policyVersions', id);
  if (!found) throw new CodedError('NOT_FOUND', { entity: 'policyVersions', id });
  const { policyId } = found.row;
  const [policy, owner, approvers] = await together(
    readRow<EntityRow<'policies'>>(tx, 'policies', policyId),
    tx.query<{ name: string }>(
      'SELECT p.display_name AS name FROM people p WHERE p.id = (SELECT o.owner_id FROM policies o WHERE o.id = $1::uuid)',
      [policyId],
    ),
    tx.query<Approver & Record<string, unknown>>(
      `SELECT p.display_name AS name, v.created_at AS at
       FROM approvals a JOIN approval_votes v ON v.approval_id = a.id JOIN people p ON p.id = v.created_by
       WHERE a.resource_type = $1::text AND a.resource_id = $2::uuid AND a.step = 'approved' AND a.status = 'granted'
         AND v.decision = 'approve' AND v.withdrawn_at IS NULL
       ORDER BY v.created_at, v.id`,
      [entityOf('policyVersions').table, id],
    ),
  );
  if (!policy) throw new CodedError('NOT_FOUND', { entity: 'policies', id: policyId });
  return { policy: policy.row, version: found.row, owner: owner.rows[0]?.name ?? null, approvers: approvers.rows };
}
