/**
 * Runs one piece of work in one scoped transaction on one client, in as few round trips as can be: BEGIN and the scope leave in
 * the same flush as the work's first statements, and COMMIT too where a read is one statement and nothing more.
 *
 * Promises: work runs under its scope or fails; a transaction that did not commit is reported, never taken for one that did; a
 * client goes back to the pool only when it is proven to be outside of any transaction, else it is destroyed.
 */
import { CodedError } from '@shared/errors';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import { drizzle, type PgRemoteDatabase } from 'drizzle-orm/pg-proxy';
import type { PoolClient, QueryResult, QueryResultRow } from 'pg';
import { type ErrorContext, fromClient } from './errors';

/** What work is given. Both ends speak to the same transaction; neither may be used after the work has settled. */
export interface Transaction {
  /** One parameterised, unnamed statement. Values never stand in the text. Rejects with a CodedError. */
  query<Row extends QueryResultRow = QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
  /**
   * A part that may fail for itself: where it rejects, what it wrote is undone and the transaction goes on. One after another, never
   * one inside another.
   */
  attempt<T>(part: () => Promise<T>): Promise<T>;
  /** Drizzle over the same transaction; tables are found by search_path. */
  readonly db: PgRemoteDatabase;
}

export interface TransactionOptions {
  /** The message that begins the transaction and sets its scope. */
  readonly opening: string;
  readonly readOnly: boolean;
  /** Longest silence of the server before the connection counts as lost, milliseconds. */
  readonly silenceMs: number;
}

class ScopedTransaction implements Transaction {
  readonly #client: PoolClient;
  readonly #watch: SilenceWatch;
  readonly #context: ErrorContext;
  #open = true;
  #db: PgRemoteDatabase | undefined;
  readonly #failures = new WeakSet<CodedError>();
  #sent = 0;
  #latest: Promise<unknown> | null = null;
  /** The first statement that failed; the transaction is lost from there on, even if work goes on. */
  failure: CodedError | null = null;

  constructor(client: PoolClient, watch: SilenceWatch, context: ErrorContext) {
    this.#client = client;
    this.#watch = watch;
    this.#context = context;
  }

  /** A property, so that work may take it apart. */
  readonly query = <Row extends QueryResultRow = QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<Row>> => {
    if (!this.#open) return Promise.reject(new CodedError('INTERNAL', { reason: 'transaction is over' }));
    return this.#send<QueryResult<Row>>(this.#client.query<Row>({ text, values: [...values] }));
  };

  /** A property, as `query`. */
  readonly attempt = async <T>(part: () => Promise<T>): Promise<T> => {
    await this.query('SAVEPOINT attempt');
    try {
      const result = await part();
      await this.query('RELEASE SAVEPOINT attempt');
      return result;
    } catch (error) {
      const cause = this.causeOf(unwrap(error));
      // fails where the connection is lost; the transaction is then lost with it
      await this.query('ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt');
      this.failure = null;
      throw cause;
    }
  };

  get db(): PgRemoteDatabase {
    this.#db ??= drizzle(async (text, values, method) => {
      if (!this.#open) throw new CodedError('INTERNAL', { reason: 'transaction is over' });
      if (method === 'execute') return await this.query(text, values);
      const { rows } = await this.#send(this.#client.query<unknown[]>({ text, values, rowMode: 'array' }));
      return { rows };
    });
    return this.#db;
  }

  close(): void {
    this.#open = false;
  }

  /** True where this is the very answer of the one statement that was sent: who gives that back has nothing more to ask. */
  isOnlyAnswer(given: unknown): boolean {
    return this.#sent === 1 && given === this.#latest;
  }

  /** The first failure, if `error` came from one of this transaction's statements; else the error itself. */
  causeOf(error: unknown): unknown {
    return error instanceof CodedError && this.#failures.has(error) ? this.failure : error;
  }

  #send<Result>(sent: Promise<Result>): Promise<Result> {
    this.#watch.heard();
    const answer = sent.then(
      (result) => {
        this.#watch.heard();
        return result;
      },
      (error: unknown) => this.#fail(error),
    );
    // Pipelined statements fail together; work may await only the first of them.
    answer.catch(() => undefined);
    this.#sent += 1;
    this.#latest = answer;
    return answer;
  }

  #fail(error: unknown): never {
    const coded = fromClient(error, this.#context);
    this.failure ??= coded;
    this.#failures.add(coded);
    throw coded;
  }
}

/** Ends a connection at once; every statement on it fails with `reason`. */
export function destroyClient(client: PoolClient, reason: Error): void {
  client.connection.stream.destroy(reason);
}

/** Ends the connection when a statement stays unanswered for too long, so that nobody waits for ever on a dead network. */
class SilenceWatch {
  readonly #timer: NodeJS.Timeout;

  constructor(client: PoolClient, silenceMs: number) {
    this.#timer = setTimeout(() => destroyClient(client, new CodedError('SERVER_TIMEOUT', { afterMs: silenceMs })), silenceMs);
  }

  /** A statement was sent or answered. */
  heard(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Drizzle wraps what our own query threw; work's other errors are its own and stay as they are. */
function unwrap(error: unknown): unknown {
  return error instanceof DrizzleQueryError && error.cause instanceof CodedError ? error.cause : error;
}

/**
 * Runs `work` on a checked-out client and gives the client back. Rejects with the CodedError of the first database failure, or
 * with whatever work itself threw.
 */
export async function runTransaction<T>(
  client: PoolClient,
  options: TransactionOptions,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const watch = new SilenceWatch(client, options.silenceMs);
  let lost: Error | null = null;
  const onError = (error: Error) => {
    lost = error;
  };
  client.on('error', onError);
  const release = (clean: boolean) => {
    watch.stop();
    client.removeListener('error', onError);
    client.release(clean && lost === null ? undefined : (lost ?? true));
  };

  const transaction = new ScopedTransaction(client, watch, { readOnly: options.readOnly });
  const stream = client.connection.stream;
  stream.cork();
  const opened = client.query(options.opening).then(
    () => null,
    (error: unknown) => fromClient(error),
  );
  const outcome = started(() => work(transaction));
  let ended: Promise<boolean> | null = null;
  if (options.readOnly && transaction.isOnlyAnswer(outcome)) {
    // Closed first: what is sent behind a COMMIT would run without any scope.
    transaction.close();
    ended = end(client);
  }
  stream.uncork();

  let result: T;
  try {
    result = await outcome;
  } catch (error) {
    transaction.close();
    const clean = ended ?? rollBack(client);
    const scopeFailure = await opened;
    release(await clean);
    // Whatever failed after a refused scope, or after a first failed statement (25P02), failed because of it.
    throw scopeFailure ?? transaction.causeOf(unwrap(error));
  }
  transaction.close();
  const refused = (await opened) ?? transaction.failure;
  if (refused !== null) {
    release(await (ended ?? rollBack(client)));
    throw refused;
  }
  if (options.readOnly) {
    // Nothing was written, so the answer is whole: it goes to its reader first, the COMMIT behind it.
    process.nextTick(async () => release(await (ended ?? end(client))));
    return result;
  }
  const failure = await commit(client);
  release(failure === null && isOutside(client));
  if (failure !== null) throw failure;
  return result;
}

/** What work gives back, as it is; a rejection where it throws at once. */
function started<T>(work: () => Promise<T>): Promise<T> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Ends a transaction that only read, failed or not, by COMMIT; true when the client is proven to be clean. */
async function end(client: PoolClient): Promise<boolean> {
  try {
    await client.query('COMMIT');
    return isOutside(client);
  } catch {
    return false;
  }
}

/**
 * Null when the transaction is committed; PostgreSQL answers COMMIT of a failed one with ROLLBACK and no error. A COMMIT that
 * waited for a synchronous standby in vain until its time was up is answered with COMMIT and a warning: it stands on this server
 * only and may be lost with it, so it is not taken for done. Whoever sends the operation again finds it, or does it.
 */
async function commit(client: PoolClient): Promise<CodedError | null> {
  let warned = false;
  const onNotice = ({ severity }: { readonly severity?: string | undefined }) => {
    warned ||= severity === 'WARNING';
  };
  client.on('notice', onNotice);
  try {
    const { command } = await client.query('COMMIT');
    if (warned) return new CodedError('SERVER_CLOSED', { reason: 'not replicated in time' });
    return command === 'COMMIT' ? null : new CodedError('INTERNAL', { reason: 'transaction was rolled back' });
  } catch (error) {
    return fromClient(error);
  } finally {
    client.removeListener('notice', onNotice);
  }
}

function isOutside(client: PoolClient): boolean {
  return client.getTransactionStatus() === 'I';
}

/** Rolls back; true when the client is proven to be clean. */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return isOutside(client);
  } catch {
    return false;
  }
}
