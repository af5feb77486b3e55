/**
 * Runs one command line: reads it, opens the database, runs the command, prints, closes. Exit codes: 0 done, 1 refused with a
 * sentence on stderr, 2 usage, 3 somebody else changed the same. Promises never to print a stack, a password or a URL.
 */
import { isAbsolute, resolve } from 'node:path';
import type { EmbeddedTransport } from '@main/db/embedded/transport';
import { toCodedError } from '@main/db/errors';
import { errorSentence } from '@shared/error-texts';
import { CodedError } from '@shared/errors';
import type { Answer, Command, CommandCall } from './command';
import { COMMANDS } from './commands';
import type { CommandIo } from './io';
import { contextOf, findPerson, type Opened, openTarget, readingContextOf } from './login';
import { chooseTarget } from './target';
import { type Invocation, parseCommandLine, UsageError, usageText } from './usage';
import { VERSION } from './version';

export interface Surroundings {
  readonly io: CommandIo;
  /** Starts the embedded server. */
  readonly embedded: EmbeddedTransport;
  /** The folder that relative paths are meant from. */
  readonly folder: string;
  readonly commands?: readonly Command[];
}

export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2 | 3> {
  const { io, commands = COMMANDS } = surroundings;
  try {
    const parsed = parseCommandLine(args, commands);
    if ('version' in parsed) io.out(`kompl ${VERSION}\n`);
    else if ('help' in parsed) io.out(usageText(commands, parsed.help));
    else return await runCommand(parsed, surroundings);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      const help = error.command ? `kompl ${error.command.words.join(' ')} --help` : 'kompl --help';
      io.err(`kompl: ${error.message}\nSee ${help}.\n`);
      return 2;
    }
    const coded = toCodedError(error);
    io.err(`kompl: ${errorSentence(coded.toData())}\n`);
    for (const fault of coded.code === 'CATALOG_INVALID' ? coded.faults.slice(1) : [])
      io.err(`  ${fault.path} ${fault.message}\n`);
    if (io.env.KOMPL_DEBUG && error instanceof Error) io.err(`${debugText(error)}\n`);
    return 1;
  }
}

async function runCommand(invocation: Invocation, { io, embedded, folder }: Surroundings): Promise<0 | 1 | 3> {
  const { command, common, values, positionals } = invocation;
  const say = (answer: Answer): 0 | 1 | 3 => {
    if (answer.raw !== undefined) io.out(answer.raw);
    else io.out(common.json ? `${JSON.stringify(answer.json)}\n` : `${answer.text.join('\n')}\n`);
    if (answer.conflict) return 3;
    return answer.failed ? 1 : 0;
  };
  const path = (given: string) => (isAbsolute(given) ? given : resolve(folder, given));
  const offline = command.offline?.({ io, path, values, positionals }) ?? null;
  if (offline !== null) return say(await offline);
  const as = values.optional('as');
  const chosen = chooseTarget({ database: common.database, dataDir: common.dataDir, env: io.env, embedded, path });
  const opened = await openTarget(chosen, as, io);
  try {
    return say(await command.run(callOf(invocation, opened, { io, as, path, values, positionals })));
  } finally {
    await opened.database.close();
  }
}

type CallParts = Pick<CommandCall, 'io' | 'path' | 'values' | 'positionals'> & { readonly as: string | undefined };

function callOf({ command }: Invocation, opened: Opened, { as, ...parts }: CallParts): CommandCall {
  const person = () => findPerson(opened, as);
  const tenant = () => parts.values.text('tenant');
  return {
    ...parts,
    ...opened,
    person,
    async context() {
      const found = await person();
      if (found === null) throw new UsageError('this is an administrator’s connection: say for whom by --as EMAIL', command);
      return contextOf(opened, found, tenant(), parts.io);
    },
    async readingContext() {
      const found = await person();
      return found === null ? readingContextOf(opened.database, tenant()) : contextOf(opened, found, tenant(), parts.io);
    },
  };
}

/** For those who mend the program: only where KOMPL_DEBUG is set. */
function debugText(error: Error): string {
  const cause = error instanceof CodedError && error.cause instanceof Error ? error.cause : error;
  return cause.stack ?? cause.message;
}
