/**
 * The proof of isolation from end to end: sweep, assemble, furnish, control, attempts, strike. Gives the findings; signing and
 * printing are `report.ts`. Promises to take away what it made, also when it fails, and to leave no record changed.
 */
import type { Database } from '@main/db/database';
import { type AdminClient, asOwner, queryRows } from '@main/db/migrate/client';
import type { MigrationSet } from '@main/db/migrate/files';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import { attemptsOf, type Stage } from './attempts';
import { assemble, type Cast, holdRun, newRun, strike, sweep } from './cast';
import { type ControlResult, runControl } from './control';
import { judge } from './judge';
import { type Connect, ProbeSession } from './session';
import { lookAround } from './surroundings';
import type { Prober, TriedAttempt } from './types';

export interface ProofOptions {
  readonly migrations: MigrationSet;
  /** Two ids or domains; null for probe tenants of the run's own. */
  readonly tenants: readonly [string, string] | null;
  /** How people get in: their own connections, or on the embedded server the administrator's. */
  readonly connect: Connect;
  readonly now: () => Date;
  readonly progress: (text: string) => void;
  readonly run?: string;
  /** For tests of what a killed run leaves: called when everything stands and nothing was tried yet. */
  readonly onReady?: (cast: Cast) => Promise<void>;
}

export interface Findings {
  readonly run: string;
  readonly swept: readonly string[];
  readonly given: boolean;
  readonly embedded: boolean;
  readonly server: { readonly version: string; readonly database: string; readonly time: string };
  readonly people: readonly { readonly as: string; readonly login: string }[];
  readonly attempts: readonly TriedAttempt[];
  readonly control: readonly ControlResult[];
}

const about = z.object({ version: z.string(), database: z.string(), time: z.string(), backend: z.number() });

/** Makes records that hold the tenant's secret, over the people's own connections. Gives their ids by table. */
async function furnish(sessions: readonly ProbeSession[], secret: string): Promise<Record<string, string>> {
  const by = (fn: Prober['function']) => {
    const session = sessions.find(({ prober }) => prober.function === fn);
    if (!session) throw new CodedError('INTERNAL', { reference: 'isolation furnish' });
    return session;
  };
  const insert = async (fn: Prober['function'], table: string, columns: string, values: string) => {
    const { rows } = await by(fn).act([`INSERT INTO ${table} (${columns}) VALUES (${values}) RETURNING id::text AS id`]);
    return String(rows[0]?.id);
  };
  const word = `'${secret}'`;
  return {
    policies: await insert('compliance', 'policies', 'name', word),
    control_sets: await insert('compliance', 'control_sets', 'name', word),
    controls: await insert('auditor', 'controls', 'name, description', `${word}, ${word}`),
    audit_plans: await insert('auditor', 'audit_plans', 'audit_name', word),
    findings: await insert('auditor', 'findings', 'title, kind, severity', `${word}, 'observation', 'low'`),
    actions: await insert('auditor', 'actions', 'title', word),
    risk_register: await insert('risk', 'risk_register', 'risk_name', word),
  };
}

/** Channels that somebody might send on, and whether the other tenant's work is heard there. */
async function listen(ear: ProbeSession, mouth: ProbeSession, writes: boolean): Promise<TriedAttempt> {
  const channels = [
    ear.prober.tenant.schema,
    mouth.prober.tenant.schema,
    'kompl',
    'changes',
    'controls',
    'audit_log',
    'sync_ops',
  ];
  const statement = channels.map((channel) => `LISTEN ${channel}`).join('; ');
  // Listening begins with the commit; nothing else is in the transaction.
  await ear.act(channels.map((channel) => `LISTEN ${channel}`));
  if (writes) await mouth.act(["INSERT INTO policies (name) VALUES ('heard by nobody')"]);
  await ear.attempt(['SELECT 1']);
  await ear.act(['UNLISTEN *']);
  const heard = ear.notifications.length;
  return {
    as: nameOf(ear.prober),
    group: 'notify',
    statement,
    verdict: heard === 0 ? 'denied' : 'open',
    answer: heard === 0 ? 'the other tenant worked, and nothing was heard' : `${heard} notifications`,
  };
}

export function nameOf(prober: Prober): string {
  return `${prober.function} of ${prober.tenant.label}`;
}

async function tryAll(
  session: ProbeSession,
  stage: Stage,
  secrets: readonly string[],
  embedded: boolean,
): Promise<TriedAttempt[]> {
  const tried: TriedAttempt[] = [];
  for (const attempt of attemptsOf(stage, embedded)) {
    const outcome = await session.attempt(attempt.statements);
    const twin = attempt.expect.kind === 'same' ? await session.attempt(attempt.expect.twin) : undefined;
    const judgement = judge(attempt.expect, outcome, secrets, twin);
    tried.push({ as: nameOf(session.prober), group: attempt.group, statement: attempt.statements.join('; '), ...judgement });
  }
  return tried;
}

/** Runs the whole proof. Rejects only where it could not be carried out at all; what got through is in the findings. */
export async function proveIsolation(database: Database, options: ProofOptions): Promise<Findings> {
  const run = options.run ?? newRun();
  const admin = await database.connectAdmin();
  const bystander = await database.connectAdmin();
  try {
    await holdRun(admin, run);
    const swept = await sweep(admin, run);
    if (swept.length > 0) options.progress(`swept up after ${swept.length} earlier runs that were cut off`);
    try {
      return { ...(await perform(admin, bystander, database.embedded, run, options)), swept };
    } finally {
      await strike(admin, run);
    }
  } finally {
    await admin.end();
    await bystander.end();
  }
}

async function perform(
  admin: AdminClient,
  bystander: AdminClient,
  embedded: boolean,
  run: string,
  options: ProofOptions,
): Promise<Omit<Findings, 'swept'>> {
  const { progress } = options;
  const ask = `SELECT version() AS version, current_database()::text AS database, clock_timestamp()::text AS time, pg_backend_pid() AS backend`;
  const [server] = await queryRows(bystander, about, ask);
  if (!server) throw new CodedError('INTERNAL', { reference: 'isolation server' });
  progress(options.tenants === null ? 'making two probe tenants' : 'making probe persons in the given tenants');
  const cast = await assemble(admin, { run, ...options });
  const sessions = cast.probers.map((prober) => new ProbeSession(prober, options.connect));
  const control = new ProbeSession(cast.control, options.connect);
  try {
    const secrets = { A: [...cast.secrets.A], B: [...cast.secrets.B] };
    const records: Record<'A' | 'B', Record<string, string>> = { A: {}, B: {} };
    if (!cast.given) {
      for (const { label } of cast.tenants) {
        const secret = `confidential ${run} ${label}`;
        secrets[label].push(secret);
        records[label] = await furnish(
          sessions.filter(({ prober }) => prober.tenant.label === label),
          secret,
        );
      }
    }
    await options.onReady?.(cast);
    progress('negative control');
    const controlled = await runControl(admin, control, cast, run);
    const schemas = ['public', 'private', ...cast.tenants.map(({ schema }) => schema)];
    const surroundings = await asOwner(admin, () => lookAround(admin, schemas));
    const tried: TriedAttempt[] = [];
    for (const session of sessions) {
      const { prober } = session;
      const other = cast.tenants[prober.tenant.label === 'A' ? 1 : 0];
      const theirs = sessions.filter((one) => one.prober.tenant.label === other.label);
      const victim = theirs.find((one) => one.prober.function === 'admin')?.prober ?? prober;
      const stage: Stage = {
        prober,
        other,
        victim: { id: victim.personId, login: victim.login, email: victim.email },
        records: records[other.label],
        surroundings,
        otherBackend: server.backend,
        run,
      };
      progress(`${nameOf(prober)} against ${other.label}`);
      tried.push(...(await tryAll(session, stage, secrets[other.label], embedded)));
      const mouth = theirs.find((one) => one.prober.function === 'compliance');
      if (mouth) tried.push(await listen(session, mouth, !cast.given));
    }
    return {
      run,
      given: cast.given,
      embedded,
      server: { version: server.version, database: server.database, time: server.time },
      people: cast.probers.map((prober) => ({ as: nameOf(prober), login: prober.login })),
      attempts: tried,
      control: controlled,
    };
  } finally {
    for (const session of [...sessions, control]) await session.close();
  }
}
