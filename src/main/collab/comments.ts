/** Comments: said, edited by their author, settled, taken back. PostgreSQL checks who may, and whom a comment may mention. */
import type { EntityContext } from '@main/entities/context';
import { parseInput } from '@main/entities/faults';
import { entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { type CommentInput, commentInputSchema } from '@shared/wire/collab';
import { functionOn, perform, WORKING } from './command';

/**
 * NOT_FOUND (no such record, or none that the person sees), STATE_FORBIDS (archived), REFERENCE_MISSING (a mention of somebody who does
 * not see the record), ROLE_FORBIDS (somebody else's words), CONTENT_CHANGED (edited elsewhere meanwhile).
 */
export async function comment(ctx: EntityContext, input: CommentInput): Promise<void> {
  const asked = parseInput(commentInputSchema, input);
  const { table } = entityOf(asked.entity);
  const fn = functionOn(ctx, asked.entity, WORKING);
  const here = [asked.commentId, table, asked.recordId];
  const own = 'WHERE id = $1::uuid AND resource_type = $2::text AND resource_id = $3::uuid';
  await perform(ctx, `comment.${asked.kind}`, asked, fn, async (tx) => {
    const change = async (set: string, condition = '', ...values: readonly unknown[]) => {
      const { rows } = await tx.query(`UPDATE comments SET ${set} ${own} ${condition} RETURNING id`, [...here, ...values]);
      return rows.length === 1;
    };
    switch (asked.kind) {
      case 'say':
        await tx.query(
          `INSERT INTO comments (id, resource_type, resource_id, parent_id, body, mentions)
           VALUES ($1::uuid, $2::text, $3::uuid, $4::uuid, $5::text, $6::uuid[])`,
          [...here, asked.parentId, asked.body, asked.mentions],
        );
        return;
      case 'edit': {
        const [found] = (
          await tx.query<{ version: number }>(`SELECT row_version AS version FROM comments ${own} FOR UPDATE`, here)
        ).rows;
        if (!found) throw new CodedError('NOT_FOUND', { entity: asked.entity });
        if (found.version !== asked.baseVersion) throw new CodedError('CONTENT_CHANGED', {});
        await change('body = $4::text, mentions = $5::uuid[]', '', asked.body, asked.mentions);
        return;
      }
      case 'settle':
        if (!(await change('resolved = $4::boolean', '', asked.resolved)))
          throw new CodedError('NOT_FOUND', { entity: asked.entity });
        return;
      case 'take_back':
        if (!(await change('archived_at = now()', 'AND archived_at IS NULL')))
          throw new CodedError('NOT_FOUND', { entity: asked.entity });
    }
  });
}
