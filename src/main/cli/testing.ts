/** `kompl` in tests as it is typed: what it prints and its exit code, against a database that the test gives. */
import { inProcessTransport } from '@main/db/embedded/transport';
import type { TestDatabase } from '@main/db/testing';
import pg from 'pg';
import { runCommandLine } from './run';

export interface Typed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The address of a test's server as `--database` takes it. */
export function urlOf({ target }: TestDatabase): string {
  if (target.kind !== 'server') throw new Error('not a server');
  return `postgres://${target.user}:${encodeURIComponent(target.password)}@${target.host}:${target.port}/${target.database}`;
}

/** Roles belong to the whole server and would outlive the database. */
export async function dropRoles(place: TestDatabase): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(place) });
  await client.connect();
  const { rows } = await client.query(`SELECT rolname FROM pg_roles WHERE rolname IN (SELECT db_role FROM public.users)
    OR rolname LIKE ANY (SELECT 'tenant\\_' || replace(id::text, '-', '') || '\\_%' FROM public.tenants)`);
  for (const { rolname } of rows) await client.query(`DROP OWNED BY ${rolname} CASCADE; DROP ROLE ${rolname}`);
  await client.end();
}

/** Runs one line in `folder`; `where` are the options that name the database, `input` is what standard input holds. */
export async function typed(line: string, where: readonly string[], folder: string, input = ''): Promise<Typed> {
  let [out, err] = ['', ''];
  const code = await runCommandLine([...line.split(' '), ...where], {
    io: {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      env: {},
      readStdin: async () => input,
      askPassword: async () => null,
      now: () => new Date(),
    },
    embedded: inProcessTransport(),
    folder,
  });
  return { code, out, err };
}
