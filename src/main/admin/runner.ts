/**
 * Where administration runs its transactions: over a database administrator's connection with their own rights, or over the
 * login of a person who administers the platform or a tenant. Promises that whoever asks learns how a transaction ended also
 * where the reply to its COMMIT was lost: done, or nothing changed; only a server that stays away leaves it open, and says so.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { CodedError } from '@shared/errors';
import { z } from 'zod';
import type { Database } from '../db/database';
import { fromClient, meansOffline, toCodedError } from '../db/errors';
import { type AdminClient, inTransaction, queryRows } from '../db/migrate/client';

export interface Actor {
  /** Who acts; null: the administrator whose login the connection is. */
  readonly personId: string | null;
  /** Who speaks, for the trail. */
  readonly source: string;
}

export interface Runner {
  /** Whether the login may take on the rights of `kompl_owner`. */
  readonly owner: boolean;
  readonly actor: Actor;
  /** One transaction; commits when work resolves. Rejects with a CodedError; see `settled` for a lost reply. */
  transact<T>(work: (client: AdminClient) => Promise<T>): Promise<T>;
}

/** How this runner may make a tenant's tables; see `createTenantSchema`. */
export function rightsOf(runner: Pick<Runner, 'owner'>): 'owner' | 'steps' {
  return runner.owner ? 'owner' : 'steps';
}

/** The runner for a database and the one who acts; asks once what the login may. */
export async function runnerFor(database: Database, actor: Actor): Promise<Runner> {
  const { rows } = await database.withPerson({ ...actor, personId: null, readOnly: true }, (tx) =>
    tx.query(
      // The catalogue of roles is closed to persons; what they may ask about is themselves.
      `SELECT current_setting('is_superuser') = 'on'
         OR coalesce(pg_has_role(to_regrole('kompl_owner')::oid, 'MEMBER'), false) AS owner`,
    ),
  );
  const { owner } = z.object({ owner: z.boolean() }).parse(rows[0]);
  return owner ? ownerRunner(database, actor) : personRunner(database, actor);
}

/** Over a connection of its own, without limits of time: for whoever has a database administrator's login. */
export function ownerRunner(database: Pick<Database, 'connectAdmin'>, actor: Actor): Runner {
  return {
    owner: true,
    actor,
    async transact(work) {
      const client = await database.connectAdmin();
      let lost = false;
      try {
        return await inTransaction(client, async () => {
          await client.query("SELECT set_config('app.source', $1, true), set_config('app.person', $2, true)", [
            actor.source,
            actor.personId ?? '',
          ]);
          return work(client);
        });
      } catch (error) {
        const coded = error instanceof CodedError ? error : fromClient(error);
        lost = meansOffline(coded);
        throw coded;
      } finally {
        // A connection that is gone may never confirm its end.
        const ended = client.end();
        if (lost) ended.catch(() => undefined);
        else await ended;
      }
    },
  };
}

/** Over the person's own login, or that of an administrator on the person's behalf, within the usual limits of time. */
export function personRunner(database: Pick<Database, 'withPerson'>, actor: Actor): Runner {
  return {
    owner: false,
    actor,
    transact: (work) => database.withPerson(actor, (tx) => work({ query: (text, values) => tx.query(text, values) })),
  };
}

/** How long to ask a server that has gone, milliseconds. */
const PATIENCE_MS = 30_000;
const FIRST_PAUSE_MS = 100;

export interface SettleOptions {
  readonly patienceMs?: number;
}

/**
 * Runs `work` in one transaction and finds out how it ended where the connection was lost on the way.
 * @throws CodedError of the work; SERVER_CLOSED with `outcome` `nothing` (the old state stands) or `unknown` (nobody answered)
 */
export async function settled<T>(
  runner: Runner,
  work: (client: AdminClient) => Promise<T>,
  options: SettleOptions = {},
): Promise<T> {
  const run: { id: string | null; result: { readonly value: T } | null } = { id: null, result: null };
  try {
    return await runner.transact(async (client) => {
      run.id = await transactionId(client);
      const value = await work(client);
      run.result = { value };
      return value;
    });
  } catch (error) {
    const coded = toCodedError(error);
    if (!isLost(coded)) throw coded;
    const outcome = await outcomeOf(runner, run.id, options.patienceMs ?? PATIENCE_MS);
    if (outcome === 'done') return doneResult(run.result);
    throw new CodedError('SERVER_CLOSED', { ...coded.details, outcome }, { cause: error });
  }
}

function doneResult<T>(result: { readonly value: T } | null): T {
  // A transaction commits only after its work has resolved.
  if (result === null) throw new CodedError('INTERNAL', { reference: 'settled' });
  return result.value;
}

function isLost(error: CodedError): boolean {
  return meansOffline(error) || (error.code === 'SERVER_TIMEOUT' && error.details.afterMs !== undefined);
}

async function transactionId(client: AdminClient): Promise<string> {
  const [row] = await queryRows(client, z.object({ id: z.string() }), 'SELECT pg_current_xact_id()::text AS id');
  if (!row) throw new CodedError('INTERNAL', { reference: 'pg_current_xact_id' });
  return row.id;
}

const statusRow = z.object({ status: z.enum(['in progress', 'committed', 'aborted']).nullable() });

async function outcomeOf(runner: Runner, id: string | null, patienceMs: number): Promise<'done' | 'nothing' | 'unknown'> {
  if (id === null) return 'nothing'; // it never began
  const until = performance.now() + patienceMs;
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, 2_000)) {
    try {
      const status = await runner.transact(async (client) => {
        const [row] = await queryRows(client, statusRow, 'SELECT pg_xact_status($1::xid8) AS status', [id]);
        return row?.status ?? null;
      });
      if (status === 'committed') return 'done';
      if (status === 'aborted') return 'nothing';
    } catch (error) {
      if (!isLost(toCodedError(error)) && toCodedError(error).code !== 'SERVER_BUSY') throw error;
    }
    if (performance.now() + wait > until) return 'unknown';
    await pause(wait);
  }
}
