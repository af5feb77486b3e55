/** The tenant's services behind the routers: each call gets its own context, taken from the session it began in. */
import { type EntityName, entityOf, isEntityName } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { AppEvent } from '@shared/ipc';
import type { JournalStore } from '../bulk/import/journal';
import { createImportPort, type ImportPort } from '../bulk/import/port';
import { createLoadPort, type LoadPort } from '../bulk/port';
import { attachFile, attachmentFile, type CollabPort, createCollabPort } from '../collab';
import type { Database } from '../db/database';
import { AuditOps } from '../domains/auditops';
import { createFieldworkPort, type FieldworkPort } from '../domains/auditops/port';
import type { ReportsPort } from '../domains/auditops/reports';
import { readPosture } from '../domains/home/posture';
import { ENTITY_HOOKS } from '../domains/hooks';
import { exportAssessment } from '../domains/regops/assessment';
import { readCatalogSource } from '../domains/regops/catalog/source';
import { applyImport, exportCatalog, previewCatalog } from '../domains/regops/oscal';
import { type CatalogsPort, createCatalogsPort } from '../domains/regops/port';
import { ResultCache } from '../entities/cache';
import type { Clock, EntityContext } from '../entities/context';
import { EntityService } from '../entities/service';
import { createEvidence, type Evidence } from '../evidence/service';
import { openVault, type Vault } from '../evidence/vault';
import { createPeopleAdmin } from '../identity/people-admin';
import type { Session } from '../identity/session';
import type {
  AdminPeoplePort,
  AssessmentsPort,
  AuditsPort,
  EntityPort,
  HomePort,
  ListsPort,
  OscalPort,
  PeoplePort,
  PoliciesPort,
  SearchPort,
  TenantCall,
  TrailPort,
} from '../ipc/services';
import { createLibraryPort, type LibraryPort } from '../library/port';
import { writeBytesAtomically } from '../platform/atomic-file';
import type { Device } from '../platform/device';
import type { FileGrants } from '../platform/file-grants';
import type { Logger } from '../platform/logger';
import type { PdfPrinter } from '../reports/document';
import { searchAll } from '../search/search';
import { asWellAsCanBe, note } from '../trail/journal';
import { exportTrail, proveTrail, readEntry, readFacets, readTrailPage } from '../trail/service';
import { createAssessmentsPort } from './assessments-port';
import { createListPort } from './list-port';
import { createPoliciesPort } from './policies-port';
import { createReportsPort } from './reports-port';

export interface PortOptions {
  readonly session: Session;
  readonly device: Device;
  readonly clock: Clock;
  readonly source: string;
  readonly version: string;
  readonly grants: FileGrants;
  readonly vaultRoot: string;
  /** The imports that wait for their answer. */
  readonly importJournal: JournalStore;
  readonly newId: () => string;
  readonly emit: (event: AppEvent) => void;
  /** Asks the person where a file shall be that is written as it is read; null when they do not want it. */
  readonly chooseFile: (call: TenantCall, fileName: string) => Promise<string | null>;
  /** Asks the person where to save; null when they did not want to. */
  readonly saveFile: (
    call: TenantCall,
    fileName: string,
    content: string | Uint8Array,
  ) => Promise<{ fileName: string; size: number } | null>;
  /** Null where there is no window to print with. */
  readonly printer: PdfPrinter | null;
  readonly log: Logger;
}

export interface TenantPorts {
  readonly entities: EntityPort;
  readonly lists: ListsPort;
  readonly people: PeoplePort;
  readonly adminPeople: AdminPeoplePort;
  readonly oscal: OscalPort;
  readonly catalogs: CatalogsPort<TenantCall>;
  readonly load: LoadPort<TenantCall>;
  readonly imports: ImportPort<TenantCall>;
  readonly library: LibraryPort<TenantCall>;
  readonly audits: AuditsPort;
  readonly assessments: AssessmentsPort;
  readonly policies: PoliciesPort;
  readonly reports: ReportsPort<TenantCall>;
  readonly collab: CollabPort<TenantCall>;
  readonly fieldwork: FieldworkPort<TenantCall>;
  readonly evidence: Evidence;
  readonly home: HomePort;
  readonly search: SearchPort;
  readonly trail: TrailPort;
  /** Waits for what the trail is being told. */
  told(): Promise<void>;
}

export function createTenantPorts(options: PortOptions): TenantPorts {
  const { session, grants } = options;
  const entities = new EntityService(ENTITY_HOOKS);
  const audits = new AuditOps();

  let kept = { epoch: -1, cache: new ResultCache() };

  /** Kept answers live as long as their session: no sign-in, no switch of tenant ever sees those of another. */
  function cacheOf(call: TenantCall): ResultCache {
    if (kept.epoch !== call.epoch) kept = { epoch: call.epoch, cache: new ResultCache() };
    return kept.cache;
  }

  /** NOT_SIGNED_IN where the session is not that of the call any more. */
  function databaseOf(call: TenantCall): Database {
    const { database } = session.open();
    if (session.epoch() !== call.epoch) throw new CodedError('NOT_SIGNED_IN', { reason: 'session changed' });
    return database;
  }

  /** The call's own context. */
  function contextOf(call: TenantCall): EntityContext {
    const database = databaseOf(call);
    const { personId, tenantId, functions } = call;
    const cache = cacheOf(call);
    return {
      database,
      cache,
      session: { personId, tenantId, functions },
      device: options.device,
      clock: options.clock,
      source: options.source,
      onChanged(changed: readonly EntityName[]) {
        cache.forget(changed.map((name) => entityOf(name).table));
        if (session.epoch() === call.epoch) options.emit({ type: 'changed', entities: changed });
      },
    };
  }

  const trailContextOf = (call: TenantCall) => ({ ...contextOf(call), database: databaseOf(call) });
  const noted = (call: TenantCall, entry: Parameters<typeof note>[3]) => note(databaseOf(call), call, options.source, entry);

  const pending = new Set<Promise<void>>();

  const grantedFile = (call: TenantCall, grantId: string) => grants.resolve(call.caller.webContentsId, grantId);

  const evidence = createEvidence({
    deviceId: options.device.id,
    now: options.clock.now,
    vault: createVaults(options),
    unlock: async (call, formerPassword) => (await session.open().keys()).relock(call.tenantId, formerPassword),
    grantedFile,
    attach: (call, input, file) => audits.attachEvidence(contextOf(call), { ...input, file }),
    attachTo: (call, input, file) => attachFile(contextOf(call), input, file),
    noteReading: (call, fileId, resourceType) =>
      noted(call, { action: 'read', resourceType, resourceId: fileId, details: { how: 'preview' } }),
    async fileRecord(call, fileId) {
      const attached = await attachmentFile(contextOf(call), fileId);
      if (attached !== null) return { sha256: attached.sha256, resourceType: 'attachments' };
      const { row } = await entities.get(contextOf(call), 'evidenceFiles', fileId);
      return { sha256: row.sha256, resourceType: 'evidence_files' };
    },
  });

  return {
    entities: {
      list: (call, name, query) => entities.list(contextOf(call), name, query),
      get: (call, name, id) => entities.get(contextOf(call), name, id),
      apply: (call, operation) => entities.apply(contextOf(call), operation),
      history: (call, name, id) => entities.history(contextOf(call), name, id),
      counts: (call, name) => entities.counts(contextOf(call), name),
    },
    lists: createListPort({
      contextOf,
      entities,
      clock: options.clock,
      session: session.state,
      noted,
      chooseFile: options.chooseFile,
      emit: options.emit,
    }),
    people: { list: (call) => entities.people(contextOf(call)) },
    adminPeople: createPeopleAdmin({ database: databaseOf, source: options.source }),
    audits: {
      planFrom: (call, input) => audits.planProgramme(contextOf(call), input),
      scope: (call, regulationId, narrow) => audits.scope(contextOf(call), regulationId, narrow),
      programme: (call, planId) => audits.programme(contextOf(call), planId),
      workpaper: (call, testId) => audits.workpaper(contextOf(call), testId),
      raiseFinding: (call, input) => audits.raiseFinding(contextOf(call), input),
      story: (call, planId) => audits.story(contextOf(call), planId),
    },
    assessments: createAssessmentsPort({
      contextOf,
      workspaceName: (call) => workspaceName(session, call),
      noted,
      saveFile: options.saveFile,
      printer: options.printer,
    }),
    imports: createImportPort({
      contextOf,
      databaseOf,
      signalOf: (call) => call.signal,
      grantedFile,
      chooseFile: options.chooseFile,
      writeFile: (path, content) => writeBytesAtomically(path, Buffer.from(content)),
      progress(call, { jobId, rows, phase }) {
        if (session.epoch() === call.epoch) options.emit({ type: 'progress', job: jobId, done: rows, total: 0, what: phase });
      },
      journal: options.importJournal,
    }),
    policies: createPoliciesPort({
      contextOf,
      workspaceName: (call) => workspaceName(session, call),
      noted,
      saveFile: options.saveFile,
      printer: options.printer,
    }),
    reports: createReportsPort({
      contextOf,
      workspaceName: (call) => workspaceName(session, call),
      noted,
      grantedFile,
      saveFile: options.saveFile,
      printer: options.printer,
    }),
    load: createLoadPort({ contextOf, databaseOf, grantedFile, saveFile: options.saveFile }),
    library: createLibraryPort(contextOf, databaseOf),
    catalogs: createCatalogsPort({ contextOf, grantedFile }),
    collab: createCollabPort(contextOf, (name) => entities.hooksOf(name)),
    oscal: {
      async preview(call, grantId, options = {}) {
        const { path, name } = await grantedFile(call, grantId);
        const { parsed, table } = await readCatalogSource(path, name, options);
        return previewCatalog(contextOf(call), parsed, { asVersion: options.asVersion, table });
      },
      async import(call, opId, grantId, options = {}) {
        const { path, name } = await grantedFile(call, grantId);
        const { parsed } = await readCatalogSource(path, name, options);
        return applyImport(contextOf(call), opId, parsed, { asVersion: options.asVersion });
      },
      async exportAssessment(call, kind, id) {
        const { fileName, resourceType, document } = await exportAssessment(contextOf(call), kind, id);
        await noted(call, { action: 'export', resourceType, resourceId: id, details: { format: `oscal ${kind}`, fileName } });
        return { saved: await options.saveFile(call, fileName, `${JSON.stringify(document, null, 2)}\n`) };
      },
      async export(call, regulationId) {
        const { fileName, document } = await exportCatalog(contextOf(call), regulationId);
        const details = { format: 'oscal', fileName };
        await noted(call, { action: 'export', resourceType: 'regulations', resourceId: regulationId, details });
        return { saved: await options.saveFile(call, fileName, `${JSON.stringify(document, null, 2)}\n`) };
      },
    },
    evidence,
    fieldwork: createFieldworkPort<TenantCall>({ contextOf, grantedFile, takeIn: evidence.takeIn, filed: evidence.filed }),
    home: { posture: (call) => readPosture(contextOf(call)) },
    search: { all: (call, text) => searchAll(contextOf(call), text) },
    trail: {
      list: (call, query) => readTrailPage(trailContextOf(call), query),
      entry: (call, input) => readEntry(trailContextOf(call), input),
      facets: (call) => readFacets(trailContextOf(call)),
      prove: (call) => proveTrail(trailContextOf(call), call.signal),
      export: (call, input) =>
        exportTrail(trailContextOf(call), input, options.version, (name, content) => options.saveFile(call, name, content)),
      refused(call, { path, code, entity, id }) {
        const resourceType = entity !== null && isEntityName(entity) ? entityOf(entity).table : 'procedures';
        const entry = { action: 'denied', resourceType, resourceId: uuidOrNull(id), details: { path, code } } as const;
        const written = (async () => noted(call, entry))();
        const telling = asWellAsCanBe(written, options.log, 'a refusal').finally(() => pending.delete(telling));
        pending.add(telling);
      },
    },
    async told() {
      await Promise.all(pending);
    },
  };
}

/** The name of the tenant that the call works in; exports carry it. */
function workspaceName(session: Session, call: TenantCall): string {
  return session.state().workspaces.find(({ tenantId }) => tenantId === call.tenantId)?.name ?? '';
}

/** One vault a tenant and session epoch, so that its leftovers are swept once and two tries of one operation meet. */
function createVaults(options: PortOptions): (call: TenantCall) => Promise<Vault> {
  let opened: { readonly epoch: number; readonly tenantId: string; readonly vault: Promise<Vault> } | null = null;

  async function open(call: TenantCall): Promise<Vault> {
    const ring = await options.session.open().keys();
    const { personId, tenantId } = call;
    const vault = openVault({
      root: options.vaultRoot,
      tenantId,
      personId,
      key: ring.keyFor(tenantId),
      newId: options.newId,
    });
    const [swept, orphans] = [await vault.sweep(), await vault.orphans()];
    if (swept > 0 || orphans.length > 0) options.log.info('vault opened', { swept, orphans: orphans.length });
    return vault;
  }

  return async (call) => {
    if (options.session.epoch() !== call.epoch) throw new CodedError('NOT_SIGNED_IN', { reason: 'session changed' });
    if (opened?.epoch !== call.epoch || opened.tenantId !== call.tenantId) {
      const vault = open(call);
      opened = { epoch: call.epoch, tenantId: call.tenantId, vault };
      // A vault that did not open is tried again at the next call.
      vault.catch(() => {
        if (opened?.vault === vault) opened = null;
      });
    }
    return opened.vault;
  };
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

function uuidOrNull(text: string | null): string | null {
  return text !== null && UUID.test(text) ? text : null;
}
