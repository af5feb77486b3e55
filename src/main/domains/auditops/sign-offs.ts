/** Sign-offs of tests, findings and audits: read with what changed since, given, taken back. The rules are the database's (sign_off). */
import { functionFor, may } from '@main/entities/access';
import { jsonEqual } from '@main/entities/canonical';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { readScope } from '@main/entities/read';
import { parseStored } from '@main/entities/results';
import { withLedger } from '@main/sync/ledger';
import { columnName, type Entity } from '@shared/entities/define';
import type { Json } from '@shared/entities/fields';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import {
  type SignedChange,
  type SignedEntity,
  type SignInput,
  type SignKind,
  type SignOff,
  type SignOffs,
  signInputSchema,
  type WithdrawInput,
  withdrawInputSchema,
} from '@shared/wire/sign-offs';
import { z } from 'zod';

type Content = Readonly<Record<string, Json>>;

interface SignRow extends Record<string, unknown> {
  readonly id: string;
  readonly kind: SignKind;
  readonly signedBy: string | null;
  readonly signedAt: string;
  readonly note: string | null;
  readonly contentSha256: string;
  readonly content: Content | null;
  readonly supersededAt: string | null;
  readonly withdrawnAt: string | null;
  readonly withdrawnBy: string | null;
  readonly withdrawnReason: string | null;
}

interface Standing extends Record<string, unknown> {
  readonly present: Content | null;
  readonly sha256: string;
  readonly openNotes: number;
  readonly standing: string;
  readonly testedBy: string | null;
  readonly status: string;
  readonly archived: boolean;
}

/** All sign-offs of a record, newest first. NOT_FOUND where there is no such record. */
export async function readSignOffs(ctx: EntityContext, name: SignedEntity, id: string): Promise<SignOffs> {
  return ctx.database.withTenant(readScope(ctx, [name]), async (tx) => {
    const standing = await readStanding(tx, name, id);
    const { rows } = await tx.query<SignRow>(
      `SELECT s.id, s.kind, s.created_by AS "signedBy", s.created_at AS "signedAt", s.note, s.content_sha256 AS "contentSha256",
              s.content, s.superseded_at AS "supersededAt", s.withdrawn_at AS "withdrawnAt", s.withdrawn_by AS "withdrawnBy",
              s.withdrawn_reason AS "withdrawnReason"
       FROM sign_offs s WHERE s.resource_id = $1::uuid ORDER BY s.created_at DESC, s.id`,
      [id],
    );
    const refused = (kind: SignKind) => whyNot(ctx, name, kind, standing, rows);
    return {
      signOffs: rows.map((row) => signOffOf(entityOf(name), row, standing)),
      contentSha256: standing.sha256,
      openNotes: standing.openNotes,
      refused: { prepared: refused('prepared'), reviewed: refused('reviewed'), approved: refused('approved') },
    };
  });
}

async function readStanding(tx: SqlClient, name: SignedEntity, id: string): Promise<Standing> {
  const { table } = entityOf(name);
  const testedBy = name === 'controlTests' ? 't.tested_by' : 'NULL::uuid';
  const { rows } = await tx.query<Standing>(
    `SELECT c.present, hash_content(c.present) AS sha256, open_notes($2::text, t.id) AS "openNotes",
            team_standing(plan_of($2::text, to_jsonb(t))) AS standing, ${testedBy} AS "testedBy", t.status,
            t.archived_at IS NOT NULL AS archived
     FROM ${table} t CROSS JOIN LATERAL (SELECT present_content($2::text, t.id) AS present) c WHERE t.id = $1::uuid`,
    [id, table],
  );
  const standing = rows[0];
  if (!standing) throw new CodedError('NOT_FOUND', { entity: name, id });
  return standing;
}

/** The first reason for which the database would refuse. */
function whyNot(ctx: EntityContext, name: EntityName, kind: SignKind, at: Standing, rows: readonly SignRow[]): string | null {
  const me = ctx.session.personId;
  if (!may(ctx.session, name, 'update')) return 'ROLE_FORBIDS';
  if (at.archived) return 'STATE_FORBIDS';
  if (at.standing === 'observer' || at.standing === 'none') return 'TEAM_FORBIDS';
  const mine = rows.filter((row) => row.signedBy === me && row.withdrawnAt === null);
  if (kind === 'prepared') return mine.some((row) => row.kind !== 'prepared' && row.supersededAt === null) ? 'FOUR_EYES' : null;
  if (at.standing === 'auditor') return 'TEAM_FORBIDS';
  if (at.testedBy === me || mine.some((row) => row.kind === 'prepared')) return 'FOUR_EYES';
  if (kind === 'approved' && name === 'controlTests' && at.status !== 'done') return 'STATE_FORBIDS';
  return kind === 'approved' && at.openNotes > 0 ? 'NOTES_OPEN' : null;
}

function signOffOf(entity: Entity, row: SignRow, { present, sha256 }: Standing): SignOff {
  const { content, supersededAt, ...facts } = row;
  const state =
    row.withdrawnAt !== null
      ? 'withdrawn'
      : supersededAt !== null
        ? 'superseded'
        : content === null
          ? 'unknown'
          : row.contentSha256 === sha256
            ? 'stands'
            : 'changed';
  return { ...facts, state, changes: state === 'changed' ? changesBetween(entity, content ?? {}, present ?? {}) : [] };
}

/** Parts of a signed content that are no fields. */
const PARTS: Readonly<Record<string, string>> = {
  evidence_filed: 'Evidence',
  samples: 'Samples',
  exceptions: 'Exceptions',
  cross_references: 'Cross-references',
  ticks: 'Tick marks',
  team: 'Team',
};

/** Every value that differs, named as people know it; members of parts by their path. */
export function changesBetween(entity: Entity, signed: Content, present: Content): SignedChange[] {
  const labels = new Map(Object.entries(entity.allFields).map(([key, field]) => [columnName(key), field.label]));
  const order = [...labels.keys(), ...Object.keys(PARTS)];
  const keys = [...new Set([...Object.keys(signed), ...Object.keys(present)])];
  keys.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  return keys.flatMap((key) => differences(labels.get(key) ?? PARTS[key] ?? key, signed[key] ?? null, present[key] ?? null));
}

function differences(label: string, signed: Json, present: Json): SignedChange[] {
  if (jsonEqual(signed, present)) return [];
  const [a, b] = [membersOf(signed), membersOf(present)];
  if (a === null && b === null) return [{ label, signed, present }];
  const keys = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
  return keys.flatMap((key) => differences(UUID.test(key) ? label : `${label} › ${key}`, a?.[key] ?? null, b?.[key] ?? null));
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

function membersOf(value: Json): Readonly<Record<string, Json>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
}

const signedSchema = z.object({ signOffId: z.guid() });
type Signed = z.output<typeof signedSchema>;

/**
 * Signs the record as the person read it. CONTENT_CHANGED where it is another content by now; FOUR_EYES, NOTES_OPEN, TEAM_FORBIDS,
 * STATE_FORBIDS by the database; DUPLICATE where the person's own signature of this kind stands already.
 */
export async function signRecord(ctx: EntityContext, input: SignInput): Promise<Signed> {
  const asked = parseInput(signInputSchema, input);
  const entry = {
    opId: asked.opId,
    body: { command: 'sign', ...asked },
    entity: asked.entity,
    entityId: asked.id,
    function: functionFor(ctx.session, [[asked.entity, 'update']]),
  };
  const { result, repeated } = await withLedger<Signed>(
    ctx,
    entry,
    (stored) => parseStored(signedSchema, stored),
    async (tx) => {
      const { table } = entityOf(asked.entity);
      await tx.query('SELECT sign_off($1::text, $2::uuid, $3::text, $4::text)', [table, asked.id, asked.kind, asked.note]);
      const made = await newest(tx, asked);
      if (!made?.same) throw new CodedError('CONTENT_CHANGED', { entity: asked.entity });
      return { signOffId: made.id };
    },
  );
  if (!repeated) ctx.onChanged?.([asked.entity]);
  return result;
}

/** The signature that this transaction just made, and whether it is of the content that the person saw. */
async function newest(tx: SqlClient, asked: z.output<typeof signInputSchema>) {
  const { rows } = await tx.query<{ id: string; same: boolean }>(
    `SELECT s.id, s.content_sha256 = $3::text AS same FROM sign_offs s
     WHERE s.resource_id = $1::uuid AND s.kind = $2::text AND s.created_by = public.current_person()
       AND s.withdrawn_at IS NULL AND s.superseded_at IS NULL`,
    [asked.id, asked.kind, asked.contentSha256],
  );
  return rows[0];
}

/** Takes a sign-off back, with a reason that goes to the trail. */
export async function withdrawSignOff(ctx: EntityContext, input: WithdrawInput): Promise<Signed> {
  const asked = parseInput(withdrawInputSchema, input);
  const { result, repeated } = await withLedger<Signed>(
    ctx,
    {
      opId: asked.opId,
      body: { command: 'withdrawSignOff', ...asked },
      entity: asked.entity,
      entityId: asked.id,
      reason: asked.reason,
      function: functionFor(ctx.session, [[asked.entity, 'update']]),
    },
    (stored) => parseStored(signedSchema, stored),
    async (tx) => {
      await tx.query('SELECT withdraw_sign_off($1::uuid, $2::text)', [asked.signOffId, asked.reason]);
      return { signOffId: asked.signOffId };
    },
  );
  if (!repeated) ctx.onChanged?.([asked.entity]);
  return result;
}
