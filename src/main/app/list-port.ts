/** What lists do beyond showing a page: groups, counts of saved views, exports to a file, changes to many and their undoing. */
import { basename } from 'node:path';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { AppEvent, SessionState } from '@shared/ipc';
import type { Clock, EntityContext } from '../entities/context';
import { exportRecords } from '../entities/export';
import { exportFileName } from '../entities/export/head';
import { type BulkItem, type BulkRun, bulkChange, bulkItems } from '../entities/list-bulk';
import { listGroups } from '../entities/list-groups';
import { countScopes } from '../entities/saved-views';
import type { EntityService } from '../entities/service';
import type { ListsPort, TenantCall } from '../ipc/services';
import { writeStreamAtomically } from '../platform/stream-file';
import type { JournalEntry } from '../trail/journal';

export interface ListPortOptions {
  readonly contextOf: (call: TenantCall) => EntityContext;
  readonly entities: EntityService;
  readonly clock: Clock;
  readonly session: () => SessionState;
  readonly noted: (call: TenantCall, entry: JournalEntry) => Promise<void>;
  /** Where the person wants a file to be; null when they do not want it. */
  readonly chooseFile: (call: TenantCall, fileName: string) => Promise<string | null>;
  readonly emit: (event: AppEvent) => void;
}

/** Changes that can still be taken back, the newest last. */
const UNDO_JOBS = 5;
/** Records of all of them together: some fifty megabytes at the very most. */
const UNDO_ITEMS = 200_000;
/** Progress is told this often at most, ms. */
const TELL_MS = 120;

interface Undo {
  readonly name: EntityName;
  readonly field: string;
  readonly reason: string | undefined;
  readonly items: readonly BulkItem[];
}

export function createListPort(options: ListPortOptions): ListsPort {
  const { contextOf, entities, emit } = options;
  let undo: { epoch: number; jobs: Map<string, Undo> } = { epoch: -1, jobs: new Map() };

  /** What can be taken back ends with the session that did it. */
  function jobsOf(call: TenantCall): Map<string, Undo> {
    if (undo.epoch !== call.epoch) undo = { epoch: call.epoch, jobs: new Map() };
    return undo.jobs;
  }

  const running = new Map<string, AbortController>();

  /** Runs a job that its caller may stop by number, or by going away. */
  async function stoppable<T>(call: TenantCall, job: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const key = `${call.epoch}/${job}`;
    const controller = new AbortController();
    const stop = () => controller.abort();
    if (call.signal?.aborted) stop();
    call.signal?.addEventListener('abort', stop, { once: true });
    running.set(key, controller);
    try {
      return await work(controller.signal);
    } finally {
      running.delete(key);
      call.signal?.removeEventListener('abort', stop);
    }
  }

  function teller(job: string): (done: number, total: number) => void {
    let told = Number.NEGATIVE_INFINITY;
    return (done, total) => {
      const now = performance.now();
      if (done < total && now - told < TELL_MS) return;
      told = now;
      emit({ type: 'progress', job, done, total });
    };
  }

  function remember(call: TenantCall, job: string, done: Undo): boolean {
    const jobs = jobsOf(call);
    if (done.items.length === 0 || done.items.length > UNDO_ITEMS) return false;
    jobs.set(job, done);
    const held = () => [...jobs.values()].reduce((sum, { items }) => sum + items.length, 0);
    for (const oldest of jobs.keys()) {
      if (jobs.size <= UNDO_JOBS && held() <= UNDO_ITEMS) break;
      jobs.delete(oldest);
    }
    return true;
  }

  async function run(
    call: TenantCall,
    name: EntityName,
    change: {
      readonly job: string;
      readonly field: string;
      readonly reason?: string | undefined;
      readonly items: readonly BulkItem[];
    },
  ): Promise<BulkRun['outcome']> {
    const { outcome, back } = await stoppable(call, change.job, (signal) =>
      bulkChange(contextOf(call), entities, name, change, { signal, onProgress: teller(change.job) }),
    );
    const { field, reason } = change;
    return { ...outcome, undoable: remember(call, change.job, { name, field, reason, items: back }) };
  }

  return {
    groups: (call, name, input) => listGroups(contextOf(call), name, input),
    counts: (call, name, scopes) => countScopes(contextOf(call), name, scopes),
    async bulk(call, name, input) {
      const { job, field, reason } = input;
      const items = await bulkItems(contextOf(call), name, input);
      return run(call, name, { job, field, reason, items });
    },
    async undoBulk(call, { job, undo: former }) {
      const jobs = jobsOf(call);
      const done = jobs.get(former);
      if (done === undefined) throw new CodedError('NOT_FOUND', { entity: 'jobs', id: former });
      const { name, field, reason, items } = done;
      const outcome = await run(call, name, { job, field, reason: reason ?? 'Taken back', items });
      jobs.delete(former);
      return outcome;
    },
    async stop(call, job) {
      running.get(`${call.epoch}/${job}`)?.abort();
    },
    async export(call, name, input) {
      const { workspace, person } = options.session();
      const { label, table } = entityOf(name);
      const tenant = workspace?.name ?? '';
      const fileName = exportFileName(tenant, label.many, options.clock.today(), input.format);
      const path = await options.chooseFile(call, fileName);
      if (path === null) return { saved: null };
      const head = {
        tenant,
        list: label.many,
        view: input.view,
        exportedAt: options.clock.now().toISOString(),
        exportedBy: person?.displayName ?? '',
      };
      let size = 0;
      const tell = teller(input.job);
      const write = async (content: AsyncIterable<string | Buffer>) => {
        size = await writeStreamAtomically(path, content);
      };
      const rows = await stoppable(call, input.job, async (signal) => {
        try {
          return await exportRecords(contextOf(call), name, input, head, write, {
            signal,
            onProgress: tell,
            async onCounted(total) {
              // The trail knows of it before a row leaves the database.
              const details = { format: input.format, fileName: basename(path), rows: total, view: input.view, ...asked(input) };
              await options.noted(call, { action: 'export', resourceType: table, resourceId: null, details });
            },
          });
        } catch (error) {
          if (signal.aborted) return null;
          throw error;
        }
      });
      if (rows === null) return { saved: null };
      return { saved: { fileName: basename(path), size, rows } };
    },
  };
}

/** What was asked for, short enough for the trail. */
function asked(input: Parameters<ListsPort['export']>[2]): Readonly<Record<string, string>> {
  const { filter, search, archived } = input.query;
  const parts = {
    filter: filter.length > 0 ? JSON.stringify(filter).slice(0, 1_000) : '',
    search,
    archived: archived ? 'yes' : '',
    selected: input.ids ? String(input.ids.length) : '',
    columns: input.columns.join(', ').slice(0, 500),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== ''));
}
