/** What people do together on any record, as the routers and the command line call it. */
import type { EntityContext } from '@main/entities/context';
import type { EntityHooks } from '@main/entities/hooks';
import type { EntityName } from '@shared/entities/registry';
import type {
  AskApprovalInput,
  AttachLinkInput,
  CommentInput,
  CopyInput,
  CopyResult,
  DecideApprovalInput,
  DetachInput,
  DropTemplateInput,
  Notices,
  ReadNoticesInput,
  RecordCircle,
  RecordRef,
  RecordTemplate,
  TagUse,
  TemplateInput,
  WatchInput,
  WithdrawApprovalInput,
  Work,
} from '@shared/wire/collab';
import { askApproval, decideApproval, withdrawApproval } from './approvals';
import { readCircle } from './circle';
import { comment } from './comments';
import { copyRecord } from './copy';
import { attachLink, detach, readNotices, watch } from './keep';
import { readNoticeList } from './notices';
import { suggestTags } from './tags';
import { dropTemplate, keepTemplate, readTemplates } from './templates';
import { readWork } from './work';

export { attachFile, attachmentFile, type VaultFile } from './keep';

/** The port of the `collab` router; `Call` is what says who asks. */
export interface CollabPort<Call> {
  of(call: Call, ref: RecordRef): Promise<RecordCircle>;
  comment(call: Call, input: CommentInput): Promise<void>;
  watch(call: Call, input: WatchInput): Promise<void>;
  attachLink(call: Call, input: AttachLinkInput): Promise<void>;
  detach(call: Call, input: DetachInput): Promise<void>;
  askApproval(call: Call, input: AskApprovalInput): Promise<void>;
  decideApproval(call: Call, input: DecideApprovalInput): Promise<void>;
  withdrawApproval(call: Call, input: WithdrawApprovalInput): Promise<void>;
  copy(call: Call, input: CopyInput): Promise<CopyResult>;
  templates(call: Call, entity: EntityName): Promise<readonly RecordTemplate[]>;
  keepTemplate(call: Call, input: TemplateInput): Promise<void>;
  dropTemplate(call: Call, input: DropTemplateInput): Promise<void>;
  notices(call: Call): Promise<Notices>;
  readNotices(call: Call, input: ReadNoticesInput): Promise<void>;
  work(call: Call): Promise<Work>;
  tags(call: Call, text: string): Promise<readonly TagUse[]>;
}

/** `contextOf` makes the context of a call; `hooksOf` gives the rules of the domains for records that a copy makes. */
export function createCollabPort<Call>(
  contextOf: (call: Call) => EntityContext,
  hooksOf: (name: EntityName) => EntityHooks | undefined,
): CollabPort<Call> {
  return {
    of: (call, ref) => readCircle(contextOf(call), ref),
    comment: (call, input) => comment(contextOf(call), input),
    watch: (call, input) => watch(contextOf(call), input),
    attachLink: (call, input) => attachLink(contextOf(call), input),
    detach: (call, input) => detach(contextOf(call), input),
    askApproval: (call, input) => askApproval(contextOf(call), input),
    decideApproval: (call, input) => decideApproval(contextOf(call), input),
    withdrawApproval: (call, input) => withdrawApproval(contextOf(call), input),
    copy: (call, input) => copyRecord(contextOf(call), hooksOf, input),
    templates: (call, entity) => readTemplates(contextOf(call), entity),
    keepTemplate: (call, input) => keepTemplate(contextOf(call), input),
    dropTemplate: (call, input) => dropTemplate(contextOf(call), input),
    notices: (call) => readNoticeList(contextOf(call)),
    readNotices: (call, input) => readNotices(contextOf(call), input),
    work: (call) => readWork(contextOf(call)),
    tags: (call, text) => suggestTags(contextOf(call), text),
  };
}
