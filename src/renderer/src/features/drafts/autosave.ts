/**
 * Keeps one record in step with what a person types: every change becomes an operation, one after the other, and the word
 * "Saved" appears only after the server's commit. A failed one is kept with its operation id and sent again as it is, so
 * that a lost reply never writes twice.
 */
import type { Operation, OperationResult } from '@shared/operations';

export type SaveState =
  | { readonly kind: 'clean' }
  | { readonly kind: 'dirty' }
  | { readonly kind: 'saving' }
  | { readonly kind: 'saved'; readonly at: Date }
  | { readonly kind: 'conflict'; readonly result: Extract<OperationResult, { status: 'conflict' }>; readonly sent: Operation }
  | { readonly kind: 'failed'; readonly error: unknown };

export type Values = Record<string, Operation['patch'][string]>;
/** How a person settles a conflict: one side in all its fields, or a value for each. */
export type Settling = 'mine' | 'theirs' | Values;
type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly rowVersion: number };

export interface AutosaveOptions {
  readonly entity: Operation['entity'];
  readonly row: Row;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly send: (operation: Operation) => Promise<OperationResult>;
  readonly onState: (state: SaveState) => void;
  /** After a commit: what the record now says in the fields that were sent. */
  readonly onSaved: (values: Values, result: OperationResult) => void;
}

/** One record's queue. `change` collects, `flush` sends; nothing is sent while another operation is on its way. */
export class Autosave {
  #options: AutosaveOptions;
  #row: Row;
  #pending: Values = {};
  #failed: Operation | null = null;
  #running: Promise<void> | null = null;
  #conflict: Extract<SaveState, { kind: 'conflict' }> | null = null;

  constructor(options: AutosaveOptions) {
    this.#options = options;
    this.#row = options.row;
  }

  /** True while something typed is not yet committed. */
  get unsaved(): boolean {
    return this.#running !== null || this.#failed !== null || this.#conflict !== null || Object.keys(this.#pending).length > 0;
  }

  /** The record as the server gave it anew; taken only where nothing of ours waits, and never backwards. */
  refresh(row: Row): void {
    if (!this.unsaved && row.rowVersion >= this.#row.rowVersion) this.#row = row;
  }

  change(values: Values): void {
    this.#pending = { ...this.#pending, ...values };
    if (this.#running === null && this.#conflict === null) this.#options.onState({ kind: 'dirty' });
  }

  /** Sends what waits, and what comes meanwhile; resolves when all is committed or something needs the person. */
  flush(): Promise<void> {
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #drain(): Promise<void> {
    for (;;) {
      // what collides waits for the person's choice, and what was typed since waits with it
      if (this.#conflict !== null) return;
      const operation = this.#failed ?? this.#next();
      if (operation === null) return;
      this.#options.onState({ kind: 'saving' });
      let result: OperationResult;
      try {
        result = await this.#options.send(operation);
      } catch (error) {
        this.#failed = operation;
        this.#options.onState({ kind: 'failed', error });
        return;
      }
      this.#failed = null;
      if (result.status === 'conflict') {
        this.#conflict = { kind: 'conflict', result, sent: operation };
        this.#options.onState(this.#conflict);
        return;
      }
      this.#row = { ...this.#row, ...operation.patch, rowVersion: result.rowVersion };
      this.#options.onSaved(operation.patch, result);
      this.#options.onState({ kind: 'saved', at: this.#options.now() });
    }
  }

  /** The next operation, or null; values that equal what the record says already are no change. */
  #next(): Operation | null {
    const patch = Object.fromEntries(
      Object.entries(this.#pending).filter(([field, value]) => (this.#row[field] ?? null) !== value),
    );
    this.#pending = {};
    if (Object.keys(patch).length === 0) return null;
    const base = Object.fromEntries(
      Object.keys(patch).map((field) => [field, (this.#row[field] ?? null) as Operation['base'][string]]),
    );
    return {
      opId: this.#options.newId(),
      entity: this.#options.entity,
      entityId: this.#row.id,
      kind: 'update',
      baseVersion: this.#row.rowVersion,
      base,
      patch,
    };
  }

  /**
   * The person's choice where somebody else changed the same fields: `mine` writes over theirs, knowing them; `theirs` leaves those
   * fields as they are; values by field were chosen with what was typed until now before the person's eyes, so they stand for it. What was
   * sent beside them is sent again in any case, for a conflict writes nothing.
   */
  settle(choice: Settling): Promise<void> {
    const conflict = this.#conflict;
    if (conflict === null) return this.flush();
    this.#conflict = null;
    const theirs = Object.fromEntries(conflict.result.conflicts.map((one) => [one.field, one.theirs]));
    const again = Object.fromEntries(
      Object.entries(conflict.sent.patch).filter(([field]) => choice === 'mine' || !Object.hasOwn(theirs, field)),
    );
    const chosen = typeof choice === 'string' ? {} : choice;
    // The version stays the old one, so that fields that merge are merged still; only what was seen now is a new base.
    this.#row = { ...this.#row, ...theirs };
    this.#pending = { ...again, ...this.#pending, ...chosen };
    if (Object.keys(this.#pending).length === 0) this.#options.onState({ kind: 'clean' });
    return this.flush();
  }

  /** Gives up an operation that the server refused for good, after the person said so. */
  discard(): void {
    this.#failed = null;
    this.#conflict = null;
    this.#pending = {};
    this.#options.onState({ kind: 'clean' });
  }
}
