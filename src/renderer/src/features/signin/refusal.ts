/** What a refused sign-in says, and how long it asks a person to wait. */
import type { ErrorCode } from '@shared/errors';
import { errorWords } from '../../lib/error-texts';
import { toErrorData } from '../../lib/errors';

export interface Refusal {
  readonly code: ErrorCode;
  readonly title: string;
  readonly text: string;
}

export function signInWords(error: unknown): Refusal {
  const data = toErrorData(error);
  // The form has two fields, and only the address has a shape: zod's own words would help nobody here.
  if (data.code === 'INPUT_INVALID')
    return { code: data.code, title: 'That is no e-mail address', text: 'Give it in full, like name@company.example.' };
  const words = errorWords(data);
  return { code: data.code, title: words.title.replace(/\.$/, ''), text: words.text };
}

/** When the next try is allowed, in milliseconds since 1970; null where at once. */
export function waitUntil(error: unknown, now: number): number | null {
  const { code, details } = toErrorData(error);
  if (code !== 'SIGN_IN_SLOWED') return null;
  const seconds = details.retryAfterSeconds ?? details.seconds;
  if (typeof seconds === 'number' && seconds > 0) return now + seconds * 1000;
  const until = typeof details.until === 'string' ? Date.parse(details.until) : Number.NaN;
  return until > now ? until : null;
}
