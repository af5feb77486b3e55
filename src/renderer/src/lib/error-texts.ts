/** From a coded error to words: what happened, what is safe, what to do. The sentences stand in `src/shared/error-texts.ts`. */
import type { CodedErrorData } from '@shared/errors';
import { ERROR_CODES } from '@shared/errors';

export interface ErrorWords {
  /** What happened, short. */
  readonly title: string;
  /** More of it, and what to do. */
  readonly text: string;
}

const BY_CLASS: Readonly<Record<(typeof ERROR_CODES)[keyof typeof ERROR_CODES], ErrorWords>> = {
  auth: { title: 'Signing in did not work', text: 'Check the user and the password, then try again.' },
  forbidden: { title: 'Your role does not allow this', text: 'Ask an administrator to change it or to grant the right.' },
  input: { title: 'Something in it needs a change', text: 'Change it and try again.' },
  conflict: { title: 'Somebody changed the same fields', text: 'Choose what stays.' },
  network: { title: 'The server stopped answering', text: 'Try again. The connection comes back by itself.' },
  schema: { title: 'The database does not fit this version', text: 'Ask your administrator to bring it up to date.' },
  local: { title: 'This laptop cannot do that now', text: 'Ask your administrator.' },
  internal: { title: 'Something unforeseen happened', text: 'Try again. If it stays, give the details to support.' },
};

export function errorWords(error: CodedErrorData): ErrorWords {
  return BY_CLASS[ERROR_CODES[error.code]];
}
