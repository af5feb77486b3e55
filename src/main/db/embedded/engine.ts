/**
 * The PostgreSQL engine of this laptop: PGlite on a folder, made durable, driven one protocol unit at a time.
 *
 * Promises: a commit that was answered is on the disk (real fsync, no `-F`); a cluster that is being made is never mistaken for
 * a made one; a folder that PostgreSQL refuses is reported and left as it is; a broken engine says so instead of looping.
 */
import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { vector } from '@electric-sql/pglite-pgvector';
import { CodedError } from '@shared/errors';
import { copyFail, firstText, SYNC_MESSAGE, simpleQuery } from './backend';

type Module = PGlite['Module'];
type FsOptions = Parameters<NodeFS['init']>[1];

/** Exit status by which PGlite's C code reports a caught SQL error (postgres' longjmp to its main loop). */
const SQL_ERROR_JUMP = 100;
/** WAL written since the last upkeep that makes the next quiet moment a good one for it, bytes. */
const UPKEEP_WAL_BYTES = 32 * 1024 * 1024;
const WAL_SINCE_CHECKPOINT = 'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::text FROM pg_control_checkpoint()';

interface NodeFsStream {
  readonly nfd?: number;
  readonly node: object;
}
interface NodeFsBackend {
  readonly stream_ops: { fsync?: (stream: NodeFsStream) => number };
  realPath(node: object): string;
  convertNodeCode(error: unknown): number;
}

function isNodeFsBackend(value: unknown): value is NodeFsBackend {
  return (
    typeof value === 'object' && value !== null && 'stream_ops' in value && 'realPath' in value && 'convertNodeCode' in value
  );
}

/** PGlite's NODEFS leaves fsync out, so a power cut loses commits; this puts it in (PGlite 0.5.14). */
class DurableNodeFs extends NodeFS {
  override async init(pg: PGlite, options: FsOptions): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pg, options);
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), installFsync] } };
  }
}

function installFsync(module: Module): void {
  const filesystems: Readonly<Record<string, unknown>> = module.FS.filesystems;
  const backend = filesystems.NODEFS;
  if (!isNodeFsBackend(backend)) throw new Error('NODEFS is missing');
  backend.stream_ops.fsync = (stream) => {
    try {
      if (stream.nfd !== undefined) fsyncSync(stream.nfd);
      else syncFolderNow(backend.realPath(stream.node));
      return 0;
    } catch (error) {
      throw new module.FS.ErrnoError(backend.convertNodeCode(error));
    }
  };
}

function syncFolderNow(path: string): void {
  // Windows cannot open a folder; NTFS journals its entries itself.
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Flushes a whole tree; once, after the cluster was made. */
async function syncTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await syncTree(child);
    else if (entry.isFile()) {
      const file = await open(child, 'r+');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    }
  }
  syncFolderNow(path);
}

const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
  '-c',
  'synchronous_commit=on',
  // All of it is zeroed at every start; what does not fit stays in the system's file cache.
  '-c',
  'shared_buffers=32MB',
];

/** What PGlite reads from the catalogue at its start is for its own result parsers; here nothing but the wire protocol is used. */
class WirePGlite extends PGlite {
  override async _initArrayTypes(): Promise<void> {
    // Nothing to read: `pg` on the other side parses results.
  }
}

async function boot(folder: string): Promise<PGlite> {
  const engine = new WirePGlite({
    fs: new DurableNodeFs(folder),
    extensions: { vector, pg_trgm },
    startParams: START_PARAMETERS,
  });
  await engine.waitReady;
  return engine;
}

/** Folder of the cluster below the workspace's folder. */
export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/**
 * Makes the cluster beside its final place, flushes it and moves it in, so that a kill at any moment leaves either no cluster
 * or a whole one. What an interrupted attempt left never held anybody's data and is removed.
 */
async function createCluster(dataDir: string): Promise<void> {
  const unfinished = join(dataDir, 'postgres.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  const engine = await boot(unfinished);
  await engine.close();
  await syncTree(unfinished);
  await rename(unfinished, clusterFolder(dataDir));
  syncFolderNow(dataDir);
}

/** What the operating system refused has a code of its own; everything else is `otherwise`. */
function startError(cause: unknown, otherwise: CodedError): CodedError {
  const systemCode = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT') return new CodedError('DISK_FULL', {}, { cause });
  if (typeof systemCode === 'string') return new CodedError('EMBEDDED_START_FAILED', { system: systemCode }, { cause });
  return otherwise;
}

function exitStatus(error: unknown): number | null {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : null;
}

/** One running engine. Not re-entrant: `run` is synchronous and callers take turns. */
export class Engine {
  readonly serverVersion: string;
  readonly #pglite: PGlite;
  readonly #module: Module;
  #input: Uint8Array = new Uint8Array(0);
  #read = 0;
  #output: Buffer[] = [];
  #broken = false;
  /** A COPY asked for data that the unit did not hold. */
  #starved = false;
  #dueSteps: string[] = [];

  private constructor(pglite: PGlite) {
    this.#pglite = pglite;
    this.#module = pglite.Module;
    const module = this.#module;
    const read = module.addFunction((pointer: number, room: number) => this.#give(pointer, room), 'ipi');
    const write = module.addFunction((pointer: number, length: number) => this.#take(pointer, length), 'ipi');
    module._pgl_set_rw_cbs(read, write);
    this.serverVersion = firstText(this.run(simpleQuery('SHOW server_version')));
  }

  /**
   * Opens the cluster in `dataDir`, making it first where there is none. The caller holds the folder's lock.
   * Throws WORKSPACE_DAMAGED when PostgreSQL refuses an existing cluster, EMBEDDED_START_FAILED when a new one cannot be made.
   */
  static async open(dataDir: string, onStep: (step: 'creating' | 'opening') => void = () => undefined): Promise<Engine> {
    const cluster = clusterFolder(dataDir);
    if (!existsSync(cluster)) {
      onStep('creating');
      try {
        await createCluster(dataDir);
      } catch (cause) {
        throw startError(cause, new CodedError('EMBEDDED_START_FAILED', { step: 'create' }, { cause }));
      }
    }
    onStep('opening');
    // Without its version file PGlite would lay a new cluster over the old one.
    if (!existsSync(join(cluster, 'PG_VERSION')))
      throw new CodedError('WORKSPACE_DAMAGED', { folder: cluster, missing: 'PG_VERSION' });
    if (!existsSync(join(cluster, 'global', 'pg_control'))) {
      throw new CodedError('WORKSPACE_DAMAGED', { folder: cluster, missing: 'global/pg_control' });
    }
    try {
      return new Engine(await boot(cluster));
    } catch (cause) {
      throw startError(cause, new CodedError('WORKSPACE_DAMAGED', { folder: cluster }, { cause }));
    }
  }

  /** False once the engine has ended by itself; every later `run` throws. */
  get usable(): boolean {
    return !this.#broken;
  }

  /** True while a transaction block is open, failed ones included. */
  get inTransaction(): boolean {
    return this.usable && this.#module._IsTransactionBlock() !== 0;
  }

  /** Runs complete protocol messages and returns the answer. Throws when the engine breaks, after which it is unusable. */
  run(bytes: Uint8Array): Buffer {
    if (this.#broken) throw new CodedError('SERVER_CLOSED');
    this.#output = [];
    this.#starved = false;
    try {
      this.#feed(bytes);
      // A COPY swallows the Sync of its batch while it looks for data.
      if (this.#starved && SYNC_MESSAGE.equals(bytes.subarray(-SYNC_MESSAGE.length))) this.#feed(SYNC_MESSAGE);
      this.#module._PostgresSendReadyForQueryIfNecessary();
      this.#module._pgl_pq_flush();
    } catch (cause) {
      this.#broken = true;
      throw new CodedError('SERVER_CLOSED', {}, { cause });
    }
    const answer = this.#output.length === 1 && this.#output[0] ? this.#output[0] : Buffer.concat(this.#output);
    this.#output = [];
    return answer;
  }

  #feed(bytes: Uint8Array): void {
    this.#input = bytes;
    this.#read = 0;
    while (this.#read < bytes.length || this.#module._pq_buffer_remaining_data() > 0) this.#step();
  }

  #step(): void {
    const stack = this.#module.stackSave();
    try {
      this.#module._PostgresMainLoopOnce();
    } catch (error) {
      this.#module.stackRestore(stack);
      if (exitStatus(error) !== SQL_ERROR_JUMP) throw error;
      this.#module._PostgresMainLongJmp();
    }
  }

  /**
   * One step of what PostgreSQL's background processes would do, if much was written since the last time: clean up and refresh
   * statistics, then a checkpoint. True while another step is due; each step holds the engine for a moment.
   */
  upkeep(): boolean {
    if (this.#dueSteps.length === 0 && this.#walSinceCheckpoint() >= UPKEEP_WAL_BYTES) {
      this.#dueSteps = ['VACUUM (ANALYZE)', 'CHECKPOINT'];
    }
    const step = this.#dueSteps.shift();
    if (step === undefined) return false;
    this.run(simpleQuery(step));
    return this.#dueSteps.length > 0;
  }

  /** Bytes. */
  #walSinceCheckpoint(): number {
    return Number(firstText(this.run(simpleQuery(WAL_SINCE_CHECKPOINT))));
  }

  /** Shuts down with a checkpoint. */
  async close(): Promise<void> {
    if (this.#broken) return;
    this.#broken = true;
    await this.#pglite.close();
  }

  #give(pointer: number, room: number): number {
    let rest = this.#input.subarray(this.#read, this.#read + room);
    if (rest.length === 0) {
      // Only a COPY asks for more than it was given; end of file here would end the whole engine.
      this.#starved = true;
      rest = copyFail('COPY FROM STDIN needs the simple query protocol').subarray(0, room);
    } else {
      this.#read += rest.length;
    }
    this.#module.HEAPU8.set(rest, pointer);
    return rest.length;
  }

  #take(pointer: number, length: number): number {
    this.#output.push(Buffer.from(this.#module.HEAPU8.subarray(pointer, pointer + length)));
    return length;
  }
}
