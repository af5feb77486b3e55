/** Errors as the renderer meets them: always coded, so that a sentence can be found for each. */

import type { AppRouter } from '@main/ipc/router';
import { CodedError, type CodedErrorData, ERROR_CODES, type ErrorClass, type ErrorCode, isCodedErrorData } from '@shared/errors';
import { TRPCClientError } from '@trpc/client';

/** What every failed call throws: code, safe details and faults of fields, as main sent them. */
export class CodedClientError extends TRPCClientError<AppRouter> {
  readonly code: ErrorCode;
  readonly details: CodedErrorData['details'];
  readonly faults: CodedErrorData['faults'];
  /** True where the answer belonged to another session or was no longer wanted; nobody needs to hear of it. */
  readonly dropped: boolean;

  constructor(data: CodedErrorData, options: { readonly dropped?: boolean } = {}) {
    super(data.code);
    // the base class resets the prototype to its own
    Object.setPrototypeOf(this, CodedClientError.prototype);
    this.name = 'CodedClientError';
    this.code = data.code;
    this.details = data.details;
    this.faults = data.faults;
    this.dropped = options.dropped ?? false;
  }

  get class(): ErrorClass {
    return ERROR_CODES[this.code];
  }

  toData(): CodedErrorData {
    return { code: this.code, details: this.details, faults: this.faults };
  }
}

/** Anything thrown, as coded data; what has no code is a mistake of ours and says INTERNAL. */
export function toErrorData(error: unknown): CodedErrorData {
  if (error instanceof CodedClientError || error instanceof CodedError) return error.toData();
  if (isCodedErrorData(error)) return error;
  return { code: 'INTERNAL', details: {}, faults: [] };
}

/** The class of anything thrown: retry for `network`, choose for `conflict`, and so on. */
export function errorClass(error: unknown): ErrorClass {
  return ERROR_CODES[toErrorData(error).code];
}

/** True where nobody needs to hear of it: aborted, or meant for a session that is over. */
export function isDropped(error: unknown): boolean {
  return error instanceof CodedClientError && error.dropped;
}
