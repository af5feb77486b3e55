/**
 * The log: JSON lines in `<userData>/logs/main.log`, redacted, rotated by size. Writing is synchronous and small, so that the
 * last line before a crash is there; a log that cannot be written is no reason to stop work, so its failure is counted and
 * told once on stderr.
 */
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { redact, redactText } from './redact';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogOptions {
  readonly folder: string;
  readonly now: () => Date;
  /** Bytes after which a file is put aside; `keep` of them stay. */
  readonly maxBytes?: number;
  readonly keep?: number;
  readonly level?: LogLevel;
}

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const FILE = 'main.log';

export function createLogger({ folder, now, maxBytes = 2_000_000, keep = 5, level = 'info' }: LogOptions): Logger {
  const path = join(folder, FILE);
  let size = -1;
  let broken = false;

  function open(): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  function rotate(): void {
    rmSync(`${path}.${keep}`, { force: true });
    for (let index = keep - 1; index >= 1; index--) moveIfThere(`${path}.${index}`, `${path}.${index + 1}`);
    moveIfThere(path, `${path}.1`);
    size = 0;
  }

  function write(at: LogLevel, message: string, fields: LogFields = {}): void {
    if (ORDER.indexOf(at) < ORDER.indexOf(level)) return;
    const line = `${JSON.stringify({ at: now().toISOString(), level: at, message: redactText(message), ...Object(redact(fields)) })}\n`;
    try {
      if (size < 0) open();
      if (size > 0 && size + line.length > maxBytes) rotate();
      appendFileSync(path, line, { mode: 0o600 });
      size += Buffer.byteLength(line);
    } catch (error) {
      size = -1;
      if (!broken) process.stderr.write(`the log cannot be written (${codeOf(error)})\n`);
      broken = true;
    }
  }

  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false })) renameSync(from, to);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown reason';
}

/** For tests and for tools that keep no log. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
