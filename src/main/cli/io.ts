/** Where the command line reads and writes; tests and the real process differ only here. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CodedError } from '@shared/errors';

export interface CommandIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All of standard input, as text. */
  readStdin(): Promise<string>;
  /** Asks for a password without showing it; null where nobody is there to ask. */
  askPassword(question: string): Promise<string | null>;
  readonly now: () => Date;
}

const MAX_STDIN = 64 * 1024;

async function readAll(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_STDIN) throw new CodedError('INPUT_TOO_LARGE', { limit: MAX_STDIN });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function askSilently(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string | null>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(null));
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** The process's own. */
export const processIo: CommandIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  readStdin: () => readAll(process.stdin),
  askPassword: askSilently,
  now: () => new Date(),
};
