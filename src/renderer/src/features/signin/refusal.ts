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
