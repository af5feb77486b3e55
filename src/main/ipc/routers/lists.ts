/** `lists`: what any list does beyond showing a page; which list it is comes along as the entity's name. */
import { ENTITY_NAMES, type EntityName } from '@shared/entities/registry';
import { groupsInputSchema } from '@shared/listing';
import { bulkInputSchema, bulkUndoSchema, listExportSchema, scopeCountsSchema, stopJobSchema } from '@shared/wire/lists';
import { z } from 'zod';
import { router, tenantProcedure } from '../procedures';

const entity = z.enum(ENTITY_NAMES as [EntityName, ...EntityName[]]);

export const listsRouter = router({
  groups: tenantProcedure
    .input(groupsInputSchema.extend({ entity }))
    .query(({ ctx, input: { entity: name, ...input } }) => ctx.services.lists.groups(ctx.call, name, input)),
  counts: tenantProcedure
    .input(scopeCountsSchema.extend({ entity }))
    .query(({ ctx, input }) => ctx.services.lists.counts(ctx.call, input.entity, input.scopes)),
  bulk: tenantProcedure
    .input(bulkInputSchema.extend({ entity }))
    .mutation(({ ctx, input: { entity: name, ...input } }) => ctx.services.lists.bulk(ctx.call, name, input)),
  undoBulk: tenantProcedure.input(bulkUndoSchema).mutation(({ ctx, input }) => ctx.services.lists.undoBulk(ctx.call, input)),
  /** Ends a job of this person where it can end; its own call then answers with what was done. */
  stop: tenantProcedure.input(stopJobSchema).mutation(({ ctx, input }) => ctx.services.lists.stop(ctx.call, input.job)),
  export: tenantProcedure
    .input(listExportSchema.extend({ entity }))
    .mutation(({ ctx, input: { entity: name, ...input } }) => ctx.services.lists.export(ctx.call, name, input)),
});
