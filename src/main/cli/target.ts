/** From `--database`, the environment and `--data-dir` to the database to open. */
import type { EmbeddedTransport } from '@main/db/embedded/transport';
import { type Place, readPlaces } from '@main/db/places';
import { dbRoleOf } from '@main/db/provision';
import { isThisMachine, type ServerTarget, type Target, type TlsMode } from '@main/db/target';
import { defaultDataFolder } from '@main/platform/data-folder';
import { UsageError } from './usage';

export interface TargetChoice {
  readonly database?: string;
  readonly dataDir?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly embedded: EmbeddedTransport;
  /** Makes a given path absolute. */
  readonly path: (given: string) => string;
}

/** What was chosen; a server without a user waits for one. */
export type ChosenTarget =
  | { readonly kind: 'embedded'; readonly target: Target }
  | {
      readonly kind: 'server';
      readonly server: Omit<ServerTarget, 'user' | 'password'>;
      readonly user?: string;
      readonly password?: string;
    };

export function chooseTarget(choice: TargetChoice): ChosenTarget {
  const { dataDir, env } = choice;
  const url = choice.database ?? (dataDir === undefined ? env.KOMPL_DATABASE_URL : undefined);
  if (choice.database !== undefined && dataDir !== undefined) {
    throw new UsageError('--database and --data-dir exclude each other');
  }
  if (url !== undefined && url !== '') return readDatabaseUrl(url, choice.path);
  // The folder of the window: the embedded server keeps its cluster and its lock in it.
  const folder = dataDir === undefined ? defaultDataFolder() : choice.path(dataDir);
  return { kind: 'embedded', target: { kind: 'embedded', dataDir: folder, transport: choice.embedded } };
}

const TLS_MODES: readonly TlsMode[] = ['verify-full', 'verify-ca', 'require', 'disable'];
const KNOWN = new Set(['sslmode', 'sslrootcert', 'host', 'port', 'user', 'password', 'application_name', 'connect_timeout']);

/**
 * Reads a PostgreSQL URL. The user may be a role or a person's e-mail. `sslmode` is `disable` on this machine and `verify-full`
 * elsewhere unless it is given; libpq's `prefer` and `allow`, which fall back to no TLS, are refused.
 */
export function readDatabaseUrl(text: string, path: (given: string) => string): ChosenTarget {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw usage('it is no URL', cause);
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') throw usage('it begins with postgres://');
  for (const name of url.searchParams.keys()) if (!KNOWN.has(name)) throw usage(`it does not know “${name}”`);
  const parameter = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
  const [{ host, port }, ...also] = placesIn(
    parameter('host') ?? decode(url.hostname.replace(/^\[|\]$/g, '')),
    parameter('port') ?? (url.port || undefined),
  );
  const database = decode(url.pathname.replace(/^\//, ''));
  if (database === '' || database.includes('/')) throw usage('the name of the database is missing');
  const user = parameter('user') ?? decode(url.username);
  const password = parameter('password') ?? decode(url.password);
  const caFile = parameter('sslrootcert');
  return {
    kind: 'server',
    server: {
      kind: 'server',
      host,
      port,
      ...(also.length === 0 ? {} : { also }),
      database,
      tls: {
        mode: tlsMode(parameter('sslmode'), [host, ...also.map((place) => place.host)]),
        caFile: caFile === undefined ? null : path(caFile),
      },
      poolSize: 2,
    },
    ...(user === '' ? {} : { user: user.includes('@') ? dbRoleOf(user) : user }),
    ...(password === '' ? {} : { password }),
  };
}

/** libpq's form: `?host=a,b&port=5432,5433` names several places of one database. */
function placesIn(hosts: string, ports: string | undefined): readonly [Place, ...Place[]] {
  if (hosts.split(',').some((host) => host.trim() === '')) throw usage('the host is missing');
  try {
    return readPlaces(hosts, ports);
  } catch (cause) {
    throw usage('a port is a number from 1 to 65535, and there is one for all hosts or one for each of at most eight', cause);
  }
}

function tlsMode(given: string | undefined, hosts: readonly string[]): TlsMode {
  if (given === undefined) return hosts.every(isThisMachine) ? 'disable' : 'verify-full';
  const mode = TLS_MODES.find((known) => known === given);
  if (mode === undefined) throw usage(`sslmode is one of ${TLS_MODES.join(', ')}`);
  return mode;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw usage('a % in it is not followed by two hex digits', cause);
  }
}

/** The URL itself is never repeated: it may hold a password. */
function usage(reason: string, cause?: unknown): UsageError {
  const error = new UsageError(`the database URL cannot be used: ${reason}`);
  error.cause = cause;
  return error;
}
