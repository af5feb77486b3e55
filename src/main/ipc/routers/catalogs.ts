/** `catalogs`: crosswalk, coverage, matrix and versions of regulations. */
import {
  coverageInputSchema,
  crosswalkFileSchema,
  crosswalkImportSchema,
  crosswalkPairSchema,
  suggestInputSchema,
} from '@shared/wire/crosswalk';
import { matrixInputSchema } from '@shared/wire/matrix';
import { compareVersionsInputSchema } from '@shared/wire/versions';
import { router, tenantProcedure } from '../procedures';

export const catalogsRouter = router({
  crosswalk: tenantProcedure
    .input(crosswalkPairSchema)
    .query(({ ctx, input }) => ctx.services.catalogs.crosswalk(ctx.call, input)),
  suggest: tenantProcedure.input(suggestInputSchema).query(({ ctx, input }) => ctx.services.catalogs.suggest(ctx.call, input)),
  previewMappings: tenantProcedure
    .input(crosswalkFileSchema)
    .mutation(({ ctx, input: { grantId, ...pair } }) => ctx.services.catalogs.previewMappings(ctx.call, pair, grantId)),
  importMappings: tenantProcedure
    .input(crosswalkImportSchema)
    .mutation(({ ctx, input: { opId, grantId, ...pair } }) =>
      ctx.services.catalogs.importMappings(ctx.call, opId, pair, grantId),
    ),
  coverage: tenantProcedure
    .input(coverageInputSchema)
    .query(({ ctx, input }) => ctx.services.catalogs.coverage(ctx.call, input.regulationId)),
  matrix: tenantProcedure
    .input(matrixInputSchema)
    .query(({ ctx, input }) => ctx.services.catalogs.matrix(ctx.call, input.regulationId)),
  compare: tenantProcedure
    .input(compareVersionsInputSchema)
    .query(({ ctx, input }) => ctx.services.catalogs.compare(ctx.call, input)),
});
