/**
 * The demonstration's policies: written by one person, approved by two others, in force, put to people who partly answered. All by the
 * operations and commands of the window, as those people.
 */
import { askApproval, decideApproval } from '@main/collab/approvals';
import { readCircle } from '@main/collab/circle';
import { ENTITY_HOOKS } from '@main/domains/hooks';
import { addDays, type EntityContext } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import { policy, policyVersion } from '@shared/entities/regops/policy';
import { AUDIENCE } from '@shared/entities/regops/policy-options';
import { CodedError } from '@shared/errors';
import { TENANT_FUNCTIONS } from '@shared/roles';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import policies from '../../../resources/demo/policies.json';
import { known } from './known';
import { Records, type Wanted } from './records';
import type { TenantToFill } from './tenant';

const local = z.string().regex(/^[a-z.]+$/);
const versionSchema = z.strictObject({
  change: policyVersion.fields.change.schema,
  /** Line by line. */
  text: z.array(z.string()),
  changeNote: z.string().nullable(),
  status: policyVersion.fields.status.schema,
  /** What the approvers are asked to look at. */
  ask: z.string().optional(),
  /** Who approved, where not everybody did yet. */
  approved: z.array(local).optional(),
});
const roundSchema = z.strictObject({
  audience: z.enum(AUDIENCE.map(({ value }) => value)),
  functions: z.array(z.enum(TENANT_FUNCTIONS)),
  /** Days from today; a round whose day has passed is late. */
  due: z.int(),
  note: z.string().nullable(),
  acknowledged: z.array(local),
});
const contentSchema = z.array(
  z.strictObject({
    name: z.string(),
    type: policy.fields.type.schema,
    description: z.string(),
    scope: z.string(),
    owner: local,
    review: z.int().nullable(),
    retired: z.string().optional(),
    /** Refs of the controls that carry it out. */
    controls: z.array(z.string()),
    versions: z.array(versionSchema),
    rounds: z.array(roundSchema),
  }),
);
type DemoPolicy = z.infer<typeof contentSchema>[number];
type DemoVersion = DemoPolicy['versions'][number];

/** Two who write no policies. */
const APPROVERS = ['leonie.brandt', 'jonas.petrak'] as const;

export async function makePolicies(fill: TenantToFill): Promise<void> {
  const service = new EntityService(ENTITY_HOOKS);
  const records = new Records(service);
  const writer = fill.as('compliance');
  const there = await records.all(writer, 'policies');
  const controls = new Map((await records.all(writer, 'controls')).map(({ ref, id }) => [ref, id]));
  for (const content of contentSchema.parse(policies)) {
    const found = there.find(({ name }) => name === content.name);
    // the reason that retires it comes last, so what has it is whole
    if (found?.status === 'retired') continue;
    const policyId = found?.id ?? (await records.create(writer, 'policies', valuesOf(content, fill)));
    const linked = (await records.page(writer, 'policyControls', [{ field: 'policyId', op: 'eq', value: policyId }])).rows;
    for (const ref of content.controls) {
      const controlId = known(controls.get(ref), ref);
      if (!linked.some((link) => link.controlId === controlId))
        await records.create(writer, 'policyControls', { policyId, controlId });
    }
    const versions = (await records.page(writer, 'policyVersions', [{ field: 'policyId', op: 'eq', value: policyId }])).rows;
    for (const [at, version] of content.versions.entries()) {
      const before = versions.find((row) => row.changeNote === version.changeNote);
      const id =
        before?.id ??
        (await records.create(writer, 'policyVersions', {
          policyId,
          change: version.change,
          content: `${version.text.join('\n')}\n`,
          changeNote: version.changeNote,
        }));
      await bringVersion(fill, service, records, id, version);
      if (at === content.versions.length - 1) await openRounds(fill, service, records, id, content);
    }
    if (content.retired !== undefined) {
      const { row } = await service.get(writer, 'policies', policyId);
      await records.bring(writer, 'policies', row, { retiredReason: content.retired });
    }
  }
}

const valuesOf = ({ name, type, description, scope, owner, review }: DemoPolicy, { person, today }: TenantToFill): Wanted => ({
  name,
  type,
  description,
  scope,
  ownerId: person(owner),
  reviewDate: review === null ? undefined : addDays(today, review),
});

/** Walks a version to its state; what needs approval gets it from two others on the way. */
async function bringVersion(
  fill: TenantToFill,
  service: EntityService,
  records: Records,
  id: string,
  version: DemoVersion,
): Promise<void> {
  const writer = fill.as('compliance');
  const now = async () => (await service.get(writer, 'policyVersions', id)).row;
  if (version.status === 'draft') return;
  if ((await now()).status === 'draft') await records.bring(writer, 'policyVersions', await now(), {}, 'in_review');
  if ((await now()).status === 'in_review') {
    await approve(fill, service, id, version);
    if (version.status === 'in_review') return;
    await records.bring(writer, 'policyVersions', await now(), {}, 'approved');
  }
  if (version.status === 'active' && (await now()).status === 'approved')
    await records.bring(writer, 'policyVersions', await now(), {}, 'active');
}

async function approve(fill: TenantToFill, service: EntityService, id: string, version: DemoVersion): Promise<void> {
  const writer = fill.as('compliance');
  const record = { entity: 'policyVersions', recordId: id } as const;
  const asked = async () =>
    (await readCircle(writer, { entity: 'policyVersions', id })).approvals.find(
      ({ status }) => status === 'open' || status === 'granted',
    );
  if ((await asked()) === undefined) {
    const { row } = await service.get(writer, 'policyVersions', id);
    const opId = uuidv7();
    const note = version.ask ?? '';
    await askApproval(writer, { ...record, opId, approvalId: opId, step: 'approved', baseVersion: row.rowVersion, note });
  }
  const approval = await asked();
  if (approval === undefined) throw new CodedError('APPROVAL_MISSING', { entity: 'policyVersions' });
  for (const name of version.approved ?? APPROVERS) {
    const ctx = contextOf(fill, name);
    if (approval.votes.some(({ personId }) => personId === ctx.session.personId)) continue;
    const decision = { decision: 'approve', sha256: approval.sha256, reason: '' } as const;
    await decideApproval(ctx, { ...record, ...decision, opId: uuidv7(), approvalId: approval.id });
  }
}

const contextOf = ({ as, functionOf }: TenantToFill, name: string): EntityContext => as(functionOf(name), name);

async function openRounds(
  fill: TenantToFill,
  service: EntityService,
  records: Records,
  versionId: string,
  { versions, rounds }: DemoPolicy,
): Promise<void> {
  if (rounds.length === 0) return;
  const writer = fill.as('compliance');
  const last = versions.at(-1);
  // what is worked on is put to nobody; the version in force is
  const { row } = await service.get(writer, 'policyVersions', versionId);
  const inForce =
    last?.status === 'active'
      ? versionId
      : (
          await records.page(writer, 'policyVersions', [
            { field: 'policyId', op: 'eq', value: row.policyId },
            { field: 'status', op: 'eq', value: 'active' },
          ])
        ).rows[0]?.id;
  if (inForce === undefined) throw new CodedError('NOT_FOUND', { what: 'The demonstration has no version in force' });
  const opened = (await records.page(writer, 'policyRounds', [{ field: 'versionId', op: 'eq', value: inForce }])).rows;
  for (const { audience, functions, due, note, acknowledged } of rounds) {
    const before = opened.find((round) => round.audience === audience);
    const values = { versionId: inForce, audience, functions, people: [], dueDate: addDays(fill.today, due), note };
    const roundId = before?.id ?? (await records.create(writer, 'policyRounds', values));
    const asked = (await records.page(writer, 'policyAcknowledgements', [{ field: 'roundId', op: 'eq', value: roundId }])).rows;
    for (const name of acknowledged) {
      const mine = asked.find(({ personId, status }) => personId === fill.person(name) && status === 'open');
      if (mine === undefined) continue;
      await service.apply(contextOf(fill, name), {
        opId: uuidv7(),
        entity: 'policyAcknowledgements',
        entityId: mine.id,
        kind: 'update',
        baseVersion: mine.rowVersion,
        base: { status: mine.status, readSha256: mine.readSha256 },
        patch: { status: 'acknowledged', readSha256: mine.versionSha256 },
      });
    }
  }
}
