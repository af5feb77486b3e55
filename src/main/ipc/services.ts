/**
 * What the IPC routers ask of the rest of main: one port a router. `src/main/app/compose.ts` builds them from the services;
 * tests build them by hand. Nothing here knows Electron, a database or a file system.
 *
 * A port that works inside a tenant takes a `TenantCall`: who asks, in which tenant, taken once when the call came in, so that
 * a switch of tenant in the middle can never make half a call run in the other one.
 */

import type { EntityName, EntityRow } from '@shared/entities/registry';
import type { ConnectionState, FileGrant, SessionState } from '@shared/ipc';
import type { groupsInputSchema, HistoryEntry, ListGroups, ListPage, listQuerySchema, TenantPerson } from '@shared/listing';
import type { Operation, OperationResult } from '@shared/operations';
import type { TenantFunction } from '@shared/roles';
import type {
  ChangePasswordInput,
  CreateMemberInput,
  GrantMemberInput,
  ResetPasswordInput,
  RevokeMemberInput,
  TenantMember,
} from '@shared/wire/admin-people';
import type {
  EffectiveSetting,
  LicenceInput,
  LicenceUse,
  OnboardInput,
  OnboardResult,
  RenameInput,
  TenantSummary,
} from '@shared/wire/admin-tenants';
import type { AppInfo, AppSettings, AppSettingsPatch } from '@shared/wire/app';
import type {
  AnswerManyInput,
  AnswerManyResult,
  AnswerSheet,
  ApplicabilityStatement,
  AssessmentComparison,
  AssessmentScope,
  AssessmentWork,
  StartAssessmentInput,
  StartAssessmentResult,
  StatementExportInput,
} from '@shared/wire/assessments';
import type {
  Narrow,
  PlanFromInput,
  PlanFromResult,
  Programme,
  RaiseFindingInput,
  RaiseFindingResult,
  ScopeFamily,
  Workpaper,
} from '@shared/wire/audits';
import type { AttachFileInput } from '@shared/wire/collab';
import type { ConnectionProfile, ConnectionTest, Diagnosis, ServerProfileValues } from '@shared/wire/connection';
import type { AttachInput, AttachResult, EvidenceCheck, EvidencePreview } from '@shared/wire/evidence';
import type { Posture } from '@shared/wire/home';
import type {
  BulkOutcome,
  BulkUndoInput,
  bulkInputSchema,
  ListExportResult,
  listExportSchema,
  scopeCountsSchema,
} from '@shared/wire/lists';
import type {
  AssessmentKind,
  CatalogExportResult,
  CatalogImportResult,
  CatalogOptions,
  CatalogPreview,
} from '@shared/wire/oscal';
import type {
  AudienceInput,
  ExportProofInput,
  ExportVersionInput,
  RemindInput,
  RemindResult,
  RoundAudience,
  RoundProgress,
  SavedFile,
} from '@shared/wire/policies';
import type { RecordView } from '@shared/wire/records';
import type { SearchHit } from '@shared/wire/search';
import type { SignInInput } from '@shared/wire/session';
import type { AuditStory } from '@shared/wire/story';
import type {
  FullTrailQuery,
  TrailEntryDetails,
  TrailEntryInput,
  TrailExportInput,
  TrailExportResult,
  TrailFacets,
  TrailPage,
  TrailProof,
} from '@shared/wire/trail';
import type { z } from 'zod';
import type { ImportPort } from '../bulk/import/port';
import type { LoadPort } from '../bulk/port';
import type { CollabPort } from '../collab';
import type { FieldworkPort } from '../domains/auditops/port';
import type { ReportsPort } from '../domains/auditops/reports';
import type { CatalogsPort } from '../domains/regops/port';
import type { LibraryPort } from '../library/port';

/** The window a call came from; file grants and dialogs belong to it. */
export interface Caller {
  readonly webContentsId: number;
}

/** Who asks, in which tenant, with which functions there. `epoch` grows with every sign-in, sign-out and switch. */
export interface TenantCall {
  readonly personId: string;
  readonly tenantId: string;
  readonly functions: readonly TenantFunction[];
  readonly epoch: number;
  readonly caller: Caller;
  readonly signal: AbortSignal | undefined;
}

export interface AppPort {
  info(): AppInfo;
  settings(): AppSettings;
  saveSettings(patch: AppSettingsPatch): Promise<AppSettings>;
  /** Opens an https address in the person's browser, after they were asked; false when they said no. */
  openLink(address: string): Promise<boolean>;
}

export interface ConnectionPort {
  state(): ConnectionState;
  profiles(): readonly ConnectionProfile[];
  /** An unsaved form, or a saved profile by its id. */
  test(profile: ConnectionTest, caller: Caller): Promise<Diagnosis>;
  save(profile: ServerProfileValues, caller: Caller): Promise<ConnectionProfile>;
  use(id: string): Promise<ConnectionState>;
  remove(id: string): Promise<readonly ConnectionProfile[]>;
  retry(): Promise<ConnectionState>;
}

export interface SessionPort {
  state(): SessionState;
  epoch(): number;
  signIn(input: SignInInput): Promise<SessionState>;
  signOut(): Promise<SessionState>;
  switchTenant(tenantId: string): Promise<SessionState>;
  changePassword(input: ChangePasswordInput): Promise<SessionState>;
}

/** A list request with its defaults filled in. */
export type FullListQuery = z.output<typeof listQuerySchema>;

export interface EntityPort {
  list<N extends EntityName>(call: TenantCall, name: N, query: FullListQuery): Promise<ListPage<EntityRow<N>>>;
  get<N extends EntityName>(call: TenantCall, name: N, id: string): Promise<RecordView<EntityRow<N>>>;
  apply(call: TenantCall, operation: Operation): Promise<OperationResult>;
  history(call: TenantCall, name: EntityName, id: string): Promise<readonly HistoryEntry[]>;
  /** Number of records a saved view holds, by view key. */
  counts(call: TenantCall, name: EntityName): Promise<Readonly<Record<string, number>>>;
}

/** What any list does beyond showing a page. Long work tells its progress by events, and ends where the call is aborted. */
export interface ListsPort {
  groups(call: TenantCall, name: EntityName, input: z.output<typeof groupsInputSchema>): Promise<ListGroups>;
  /** Null for a question that the list cannot answer any more. */
  counts(
    call: TenantCall,
    name: EntityName,
    scopes: z.output<typeof scopeCountsSchema>['scopes'],
  ): Promise<readonly (number | null)[]>;
  bulk(call: TenantCall, name: EntityName, input: z.output<typeof bulkInputSchema>): Promise<BulkOutcome>;
  undoBulk(call: TenantCall, input: BulkUndoInput): Promise<BulkOutcome>;
  stop(call: TenantCall, job: string): Promise<void>;
  export(call: TenantCall, name: EntityName, input: z.output<typeof listExportSchema>): Promise<ListExportResult>;
}

export interface PeoplePort {
  list(call: TenantCall): Promise<readonly TenantPerson[]>;
}

/** The tenant's people as its administrators manage them; every change answers with the list as it is then. */
export interface AdminPeoplePort {
  list(call: TenantCall): Promise<readonly TenantMember[]>;
  create(call: TenantCall, input: CreateMemberInput): Promise<{ readonly id: string; readonly email: string }>;
  grant(call: TenantCall, input: GrantMemberInput): Promise<readonly TenantMember[]>;
  revoke(call: TenantCall, input: RevokeMemberInput): Promise<readonly TenantMember[]>;
  change(
    call: TenantCall,
    change: 'suspend' | 'resume' | 'unlock' | 'remove',
    personId: string,
  ): Promise<readonly TenantMember[]>;
  resetPassword(call: TenantCall, input: ResetPasswordInput): Promise<readonly TenantMember[]>;
}

export interface OscalPort {
  preview(call: TenantCall, grantId: string, options?: CatalogOptions): Promise<CatalogPreview>;
  import(call: TenantCall, opId: string, grantId: string, options?: CatalogOptions): Promise<CatalogImportResult>;
  export(call: TenantCall, regulationId: string): Promise<CatalogExportResult>;
  exportAssessment(call: TenantCall, kind: AssessmentKind, id: string): Promise<CatalogExportResult>;
}

export interface AuditsPort {
  planFrom(call: TenantCall, input: PlanFromInput): Promise<PlanFromResult>;
  /** Families of the controls that an audit against the regulation could test. */
  scope(call: TenantCall, regulationId: string, narrow?: Narrow): Promise<readonly ScopeFamily[]>;
  programme(call: TenantCall, planId: string): Promise<Programme>;
  workpaper(call: TenantCall, testId: string): Promise<Workpaper>;
  raiseFinding(call: TenantCall, input: RaiseFindingInput): Promise<RaiseFindingResult>;
  story(call: TenantCall, planId: string): Promise<AuditStory>;
}

export interface AssessmentsPort {
  start(call: TenantCall, input: StartAssessmentInput): Promise<StartAssessmentResult>;
  /** What an assessment of a regulation could take in, and carry over. */
  scope(call: TenantCall, regulationId: string): Promise<AssessmentScope>;
  work(call: TenantCall, assessmentId: string): Promise<AssessmentWork>;
  sheet(call: TenantCall, answerId: string): Promise<AnswerSheet>;
  answerMany(call: TenantCall, input: AnswerManyInput): Promise<AnswerManyResult>;
  compare(
    call: TenantCall,
    input: { readonly assessmentId: string; readonly withId: string | null },
  ): Promise<AssessmentComparison>;
  statement(call: TenantCall, assessmentId: string): Promise<ApplicabilityStatement>;
  /** Asks the person where to; null where they did not want to. */
  exportStatement(
    call: TenantCall,
    input: StatementExportInput,
  ): Promise<{ readonly saved: { readonly fileName: string; readonly size: number } | null }>;
}

export interface PoliciesPort {
  audience(call: TenantCall, input: AudienceInput): Promise<RoundAudience>;
  rounds(call: TenantCall, policyId: string): Promise<readonly RoundProgress[]>;
  remind(call: TenantCall, input: RemindInput): Promise<RemindResult>;
  /** Asks the person where to; null where they did not want to. */
  exportVersion(call: TenantCall, input: ExportVersionInput): Promise<SavedFile>;
  exportProof(call: TenantCall, input: ExportProofInput): Promise<SavedFile>;
}

export interface EvidencePort {
  attach(call: TenantCall, input: AttachInput): Promise<AttachResult>;
  /** Takes a file into the vault and files it with any record; the id of the attachment. */
  attachTo(call: TenantCall, input: AttachFileInput): Promise<{ readonly attachmentId: string }>;
  preview(call: TenantCall, fileId: string): Promise<EvidencePreview>;
  verify(call: TenantCall, fileId: string): Promise<EvidenceCheck>;
  /** After a change of password: opens the vault with the former one and locks it with the present one. */
  unlock(call: TenantCall, formerPassword: string): Promise<void>;
}

export interface HomePort {
  posture(call: TenantCall): Promise<Posture>;
}

export interface SearchPort {
  all(call: TenantCall, text: string): Promise<readonly SearchHit[]>;
}

/** What was asked for and refused, for the trail. */
export interface Refusal {
  /** The procedure's path. */
  readonly path: string;
  readonly code: string;
  readonly entity: string | null;
  readonly id: string | null;
}

/** ROLE_FORBIDS for everybody but the tenant's administrator, `refused` apart. */
export interface TrailPort {
  list(call: TenantCall, query: FullTrailQuery): Promise<TrailPage>;
  entry(call: TenantCall, input: TrailEntryInput): Promise<TrailEntryDetails>;
  facets(call: TenantCall): Promise<TrailFacets>;
  /** Reads the whole chain and proves it on this machine. */
  prove(call: TenantCall): Promise<TrailProof>;
  export(call: TenantCall, input: TrailExportInput): Promise<TrailExportResult>;
  /** Notes a refusal; never fails. */
  refused(call: TenantCall, refusal: Refusal): void;
}

export interface GrantPort {
  /** Takes the path of a file that the person chose; fails if it is no readable regular file. */
  grant(caller: Caller, path: string): Promise<FileGrant>;
}

/** Tenants, for who administers the platform; a tenant's own administrators see theirs. Changes answer with the tenant as it is then. */
export interface AdminTenantsPort {
  list(): Promise<readonly TenantSummary[]>;
  get(tenantId: string): Promise<TenantSummary>;
  /** What of the licence is used. */
  usage(tenantId: string): Promise<LicenceUse>;
  create(input: OnboardInput): Promise<OnboardResult>;
  rename(input: RenameInput): Promise<TenantSummary>;
  suspend(tenantId: string, reason: string): Promise<TenantSummary>;
  resume(tenantId: string): Promise<TenantSummary>;
  setLicence(tenantId: string, licence: LicenceInput): Promise<TenantSummary>;
  scheduleDeletion(input: {
    readonly tenantId: string;
    readonly graceDays?: number;
    readonly reason: string;
  }): Promise<TenantSummary>;
  cancelDeletion(tenantId: string): Promise<TenantSummary>;
}

/** Settings; a null tenant is the platform. A change answers with all of them as they are then. */
export interface AdminConfigPort {
  list(tenantId: string | null): Promise<readonly EffectiveSetting[]>;
  /** A null value is taken back. */
  set(tenantId: string | null, key: string, value: unknown): Promise<readonly EffectiveSetting[]>;
}

export interface Services {
  readonly app: AppPort;
  readonly connection: ConnectionPort;
  readonly session: SessionPort;
  readonly entities: EntityPort;
  readonly lists: ListsPort;
  readonly people: PeoplePort;
  readonly adminPeople: AdminPeoplePort;
  readonly adminTenants: AdminTenantsPort;
  readonly adminConfig: AdminConfigPort;
  readonly oscal: OscalPort;
  readonly catalogs: CatalogsPort<TenantCall>;
  readonly load: LoadPort<TenantCall>;
  readonly imports: ImportPort<TenantCall>;
  readonly library: LibraryPort<TenantCall>;
  readonly collab: CollabPort<TenantCall>;
  readonly audits: AuditsPort;
  readonly assessments: AssessmentsPort;
  readonly policies: PoliciesPort;
  readonly reports: ReportsPort<TenantCall>;
  readonly fieldwork: FieldworkPort<TenantCall>;
  readonly evidence: EvidencePort;
  readonly home: HomePort;
  readonly search: SearchPort;
  readonly trail: TrailPort;
}
