/**
 * Runs one piece of work in one scoped transaction on one client, in as few round trips as can be: BEGIN and the scope leave in
 * the same flush as the work's first statements.
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
  readonly #context: ErrorContext;
  #open = true;
  #db: PgRemoteDatabase | undefined;
  readonly #failures = new WeakSet<CodedError>();
  /** The first statement that failed; the transaction is lost from there on, even if work goes on. */
  failure: CodedError | null = null;

  constructor(client: PoolClient, context: ErrorContext) {
    this.#client = client;
    this.#context = context;
  }

  /** A property, so that work may take it apart. */
  readonly query = <Row extends QueryResultRow = QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<Row>> => {
    if (!this.#open) return Promise.reject(new CodedError('INTERNAL', { reason: 'transaction is over' }));
    const answer = this.#client.query<Row>({ text, values: [...values] }).catch((error: unknown) => this.#fail(error));
    // Pipelined statements fail together; work may await only the first of them.
    answer.catch(() => undefined);
    return answer;
  };

  get db(): PgRemoteDatabase {
    this.#db ??= drizzle(async (text, values, method) => {
      if (!this.#open) throw new CodedError('INTERNAL', { reason: 'transaction is over' });
      if (method === 'execute') return await this.query(text, values);
      const answer = this.#client.query<unknown[]>({ text, values, rowMode: 'array' });
      const { rows } = await answer.catch((error: unknown) => this.#fail(error));
      return { rows };
    });
    return this.#db;
  }

  close(): void {
    this.#open = false;
  }

  /** The first failure, if `error` came from one of this transaction's statements; else the error itself. */
  causeOf(error: unknown): unknown {
    return error instanceof CodedError && this.#failures.has(error) ? this.failure : error;
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

/** Ends the connection when the server stays silent for too long, so that nobody waits for ever on a dead network. */
class SilenceWatch {
  readonly #client: PoolClient;
  readonly #timer: NodeJS.Timeout;

  constructor(client: PoolClient, silenceMs: number) {
    this.#client = client;
    this.#timer = setTimeout(() => destroyClient(client, new CodedError('SERVER_TIMEOUT', { afterMs: silenceMs })), silenceMs);
    client.connection.stream.on('data', this.#heard);
  }

  readonly #heard = () => {
    this.#timer.refresh();
  };

  stop(): void {
    clearTimeout(this.#timer);
    this.#client.connection.stream.off('data', this.#heard);
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

  const transaction = new ScopedTransaction(client, { readOnly: options.readOnly });
  const stream = client.connection.stream;
  stream.cork();
  const opened = client.query(options.opening).then(
    () => null,
    (error: unknown) => fromClient(error),
  );
  const outcome = (async () => work(transaction))();
  stream.uncork();

  let result: T;
  try {
    result = await outcome;
  } catch (error) {
    transaction.close();
    const rolledBack = rollBack(client);
    const scopeFailure = await opened;
    release(await rolledBack);
    // Whatever failed after a refused scope, or after a first failed statement (25P02), failed because of it.
    throw scopeFailure ?? transaction.causeOf(unwrap(error));
  }
  transaction.close();
  const refused = (await opened) ?? transaction.failure;
  if (refused !== null) {
    release(await rollBack(client));
    throw refused;
  }
  const committed = client.query('COMMIT').then(
    ({ command }) => (command === 'COMMIT' ? null : new CodedError('INTERNAL', { reason: 'transaction was rolled back' })),
    (error: unknown) => fromClient(error),
  );
  if (options.readOnly) {
    // Nothing was written: the answer is whole, and the next reader of this client waits for the COMMIT anyway.
    void committed.then((failure) => release(failure === null && isOutside(client)));
    return result;
  }
  const failure = await committed;
  release(failure === null && isOutside(client));
  if (failure !== null) throw failure;
  return result;
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
