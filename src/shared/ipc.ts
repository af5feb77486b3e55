/** Channel names and wire types between main, preload and renderer; the only place where they are written. */
import { z } from 'zod';
import type { CodedErrorData } from './errors';
import type { TenantFunction } from './roles';

export { CHANNELS, MAX_REQUEST_BYTES } from './channels';

export const rpcRequestSchema = z.strictObject({
  id: z.int().min(0),
  type: z.enum(['query', 'mutation']),
  path: z.string().min(1).max(200),
  input: z.unknown(),
});
export type RpcRequest = z.infer<typeof rpcRequestSchema>;

export type RpcResponse = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly error: CodedErrorData };

/** A file the person chose: main remembers the path, the renderer only holds the number. */
export interface FileGrant {
  readonly grantId: string;
  readonly name: string;
  readonly size: number;
}

/** How main stands with the server, proven by a query. */
export interface ConnectionState {
  readonly state: 'starting' | 'online' | 'offline' | 'failed';
  /** Since when, ISO instant. */
  readonly since: string;
  /** Why it is offline or failed. */
  readonly error: CodedErrorData | null;
  /** When the next try happens, ISO instant; null while online. */
  readonly nextTryAt: string | null;
  /** Name of the connection profile, for example `This laptop` or `Frankfurt`. */
  readonly profileName: string;
  readonly embedded: boolean;
  /** The workspace was open before, so somebody may already type while it opens; signing in waits for it. */
  readonly known: boolean;
  /** What a long start is at, for example `Creating the demonstration workspace`; null otherwise. */
  readonly progress?: string | null;
}

/** A tenant the signed-in person belongs to, with the marks that keep it from being mistaken (LOOK.md). */
export interface Workspace {
  readonly tenantId: string;
  readonly name: string;
  readonly domain: string;
  readonly kind: 'production' | 'training';
  readonly place: string | null;
  readonly sign: string;
  readonly colour: 'plum' | 'petrol' | 'ochre' | 'navy' | 'forest' | 'brick' | 'umber' | 'olive';
  readonly weave: 'plain' | 'dots' | 'bars' | 'grid' | 'teeth' | 'lines';
  readonly functions: readonly TenantFunction[];
  readonly licence: { readonly type: string; readonly endDate: string; readonly usable: boolean };
}

export interface SignedInPerson {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly initials: string;
  /** Administers the platform: makes, closes and ends tenants. The database decides; this only shows the way. */
  readonly platform: boolean;
}

export interface SessionState {
  readonly person: SignedInPerson | null;
  readonly workspace: Workspace | null;
  readonly workspaces: readonly Workspace[];
  /** Why the open tenant can only be read: SCHEMA_NEWER or SCHEMA_OLDER. Absent or null where it can be written. */
  readonly readOnly?: CodedErrorData | null;
}

export type AppEvent =
  | { readonly type: 'connection'; readonly connection: ConnectionState }
  | { readonly type: 'session'; readonly session: SessionState }
  /** Records of these entities changed; lists and details of them are stale. */
  | { readonly type: 'changed'; readonly entities: readonly string[] }
  /** How far a long piece of work is, by the number that its caller gave it; `total` is 0 where nobody knows, `what` says what it is at. */
  | { readonly type: 'progress'; readonly job: string; readonly done: number; readonly total: number; readonly what?: string };

/** What the preload puts on `window.kompl`; nothing else crosses. */
export interface KomplBridge {
  invoke(request: RpcRequest): Promise<RpcResponse>;
  abort(id: number): void;
  /** Turns a File the person chose (picker, drop, paste) into a grant. */
  grantFile(file: File): Promise<FileGrant>;
  onEvent(listener: (event: AppEvent) => void): () => void;
  ready(): void;
}
