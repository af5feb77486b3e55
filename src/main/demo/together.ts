/** People of the demonstration talk about findings: comments that name each other, links, who watches. By the commands of the window. */
import { readCircle } from '@main/collab/circle';
import { comment } from '@main/collab/comments';
import { attachLink, watch } from '@main/collab/keep';
import { EntityService } from '@main/entities/service';
import { TENANT_FUNCTIONS } from '@shared/roles';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import together from '../../../resources/demo/together.json';
import { known } from './known';
import type { TenantToFill } from './tenant';

const said = { by: z.enum(TENANT_FUNCTIONS), body: z.string(), names: z.array(z.string()) };
const contentSchema = z.array(
  z.strictObject({
    /** The finding whose title begins so. */
    finding: z.string(),
    threads: z.array(z.strictObject({ ...said, answers: z.array(z.strictObject(said)), settled: z.boolean() })),
    links: z.array(z.strictObject({ name: z.string(), url: z.string() })),
    watched: z.array(z.enum(TENANT_FUNCTIONS)),
  }),
);

/** A finding that has comments already was talked about before a making was cut short. */
export async function talkTogether({ as, person }: TenantToFill): Promise<void> {
  const service = new EntityService();
  const auditor = as('auditor');
  for (const { finding, threads, links, watched } of contentSchema.parse(together)) {
    const { rows } = await service.list(auditor, 'findings', {
      filter: [{ field: 'title', op: 'contains', value: finding }],
      limit: 1,
    });
    const { id } = known(rows[0], finding);
    if ((await readCircle(auditor, { entity: 'findings', id })).comments.length > 0) continue;
    const on = () => ({ opId: uuidv7(), entity: 'findings' as const, recordId: id });
    const say = async (
      { by, body, names }: { by: (typeof TENANT_FUNCTIONS)[number]; body: string; names: string[] },
      parentId: string | null,
    ) => {
      const commentId = uuidv7();
      await comment(as(by), { ...on(), kind: 'say', commentId, parentId, body, mentions: names.map(person) });
      return commentId;
    };
    for (const thread of threads) {
      const first = await say(thread, null);
      for (const answer of thread.answers) await say(answer, first);
      if (thread.settled) await comment(as(thread.by), { ...on(), kind: 'settle', commentId: first, resolved: true });
    }
    for (const link of links) await attachLink(auditor, { ...on(), attachmentId: uuidv7(), ...link });
    for (const fn of watched) await watch(as(fn), { ...on(), watching: true });
  }
}
