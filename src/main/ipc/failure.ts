/**
 * From anything thrown to the coded error that may cross IPC. What is not a coded error or a refused input becomes INTERNAL
 * with a reference; the log gets the reference with the kind and place of the error, never its message or its stack, for
 * both may hold what people typed.
 */
import { CodedError, type CodedErrorData, type FieldFault } from '@shared/errors';
import type { Logger } from '../platform/logger';

const MAX_FAULTS = 50;

interface Issue {
  readonly path?: readonly unknown[];
  readonly message: string;
}

export interface FailureContext {
  readonly log: Logger;
  readonly newReference: () => string;
  /** What was being done, for the log: a tRPC path or a step. */
  readonly during: string;
}

export function toFailure(thrown: unknown, context: FailureContext): CodedErrorData {
  const error = innermost(thrown);
  if (error instanceof CodedError) {
    if (error.code === 'INTERNAL') context.log.error('internal error', { during: context.during, details: error.details });
    return error.toData();
  }
  const issues = issuesOf(error);
  if (issues) return { code: 'INPUT_INVALID', details: {}, faults: issues.slice(0, MAX_FAULTS).map(toFault) };
  const reference = context.newReference();
  context.log.error('internal error', { reference, during: context.during, ...kindOf(error) });
  return { code: 'INTERNAL', details: { reference }, faults: [] };
}

/** tRPC wraps what a procedure throws; the cause at the bottom is what happened. A coded error ends the search. */
function innermost(thrown: unknown): unknown {
  let error = thrown;
  for (let depth = 0; depth < 8; depth++) {
    if (error instanceof CodedError || issuesOf(error)) return error;
    if (!(error instanceof Error) || error.cause === undefined) return error;
    error = error.cause;
  }
  return error;
}

/** The issues of a zod error, recognised by shape because packages may bring a zod of their own. */
function issuesOf(error: unknown): readonly Issue[] | null {
  if (typeof error !== 'object' || error === null || !('issues' in error) || !Array.isArray(error.issues)) return null;
  return error.issues.every(isIssue) ? error.issues : null;
}

function isIssue(value: unknown): value is Issue {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}

function toFault(issue: Issue): FieldFault {
  const path = (issue.path ?? []).reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
  return { path, message: issue.message };
}

/** Kind, code and place of an unforeseen error: enough to find it, nothing that a person typed. */
export function kindOf(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { kind: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code.slice(0, 40) : '';
  const place = /([^\\/\s()]+:\d+:\d+)\)?$/m.exec(error.stack ?? '')?.[1] ?? '';
  return { kind: error.name, ...(code ? { errorCode: code } : {}), ...(place ? { place } : {}) };
}
