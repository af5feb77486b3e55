/** `collab`: what hangs on any record, copies and templates, notices and My work. */
import {
  askApprovalInputSchema,
  attachFileInputSchema,
  attachLinkInputSchema,
  commentInputSchema,
  copyInputSchema,
  decideApprovalInputSchema,
  detachInputSchema,
  dropTemplateInputSchema,
  readNoticesInputSchema,
  recordRefSchema,
  suggestTagsInputSchema,
  templateInputSchema,
  templatesInputSchema,
  watchInputSchema,
  withdrawApprovalInputSchema,
} from '@shared/wire/collab';
import { router, tenantProcedure } from '../procedures';

export const collabRouter = router({
  of: tenantProcedure.input(recordRefSchema).query(({ ctx, input }) => ctx.services.collab.of(ctx.call, input)),
  comment: tenantProcedure.input(commentInputSchema).mutation(({ ctx, input }) => ctx.services.collab.comment(ctx.call, input)),
  watch: tenantProcedure.input(watchInputSchema).mutation(({ ctx, input }) => ctx.services.collab.watch(ctx.call, input)),
  attachFile: tenantProcedure
    .input(attachFileInputSchema)
    .mutation(({ ctx, input }) => ctx.services.evidence.attachTo(ctx.call, input)),
  attachLink: tenantProcedure
    .input(attachLinkInputSchema)
    .mutation(({ ctx, input }) => ctx.services.collab.attachLink(ctx.call, input)),
  detach: tenantProcedure.input(detachInputSchema).mutation(({ ctx, input }) => ctx.services.collab.detach(ctx.call, input)),
  askApproval: tenantProcedure
    .input(askApprovalInputSchema)
    .mutation(({ ctx, input }) => ctx.services.collab.askApproval(ctx.call, input)),
  decideApproval: tenantProcedure
    .input(decideApprovalInputSchema)
    .mutation(({ ctx, input }) => ctx.services.collab.decideApproval(ctx.call, input)),
  withdrawApproval: tenantProcedure
    .input(withdrawApprovalInputSchema)
    .mutation(({ ctx, input }) => ctx.services.collab.withdrawApproval(ctx.call, input)),
  copy: tenantProcedure.input(copyInputSchema).mutation(({ ctx, input }) => ctx.services.collab.copy(ctx.call, input)),
  templates: tenantProcedure
    .input(templatesInputSchema)
    .query(({ ctx, input }) => ctx.services.collab.templates(ctx.call, input.entity)),
  keepTemplate: tenantProcedure
    .input(templateInputSchema)
    .mutation(({ ctx, input }) => ctx.services.collab.keepTemplate(ctx.call, input)),
  dropTemplate: tenantProcedure
    .input(dropTemplateInputSchema)
    .mutation(({ ctx, input }) => ctx.services.collab.dropTemplate(ctx.call, input)),
  notices: tenantProcedure.query(({ ctx }) => ctx.services.collab.notices(ctx.call)),
  readNotices: tenantProcedure
    .input(readNoticesInputSchema)
    .mutation(({ ctx, input }) => ctx.services.collab.readNotices(ctx.call, input)),
  work: tenantProcedure.query(({ ctx }) => ctx.services.collab.work(ctx.call)),
  tags: tenantProcedure.input(suggestTagsInputSchema).query(({ ctx, input }) => ctx.services.collab.tags(ctx.call, input.text)),
});
