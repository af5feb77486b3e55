/** Reading the command line by the table of commands, and explaining it. */
import { parseArgs } from 'node:util';
import type { Command, OptionSpec, Values } from './command';

/** The command line itself was wrong: exit code 2. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly command: Command | null = null,
  ) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Options that every command takes. */
const COMMON: Readonly<Record<string, OptionSpec>> = {
  database: { type: 'string', value: 'URL', help: 'postgres://user:password@host:port/database?sslmode=…&sslrootcert=…' },
  'data-dir': { type: 'string', value: 'DIR', help: 'folder of the embedded workspace, where no database is given' },
  json: { type: 'boolean', help: 'print one JSON document and nothing else' },
  help: { type: 'boolean', help: 'explain and stop' },
};

export interface Invocation {
  readonly command: Command;
  readonly values: Values;
  readonly positionals: readonly string[];
  readonly common: { readonly database?: string; readonly dataDir?: string; readonly json: boolean };
}

export type Parsed = Invocation | { readonly help: Command | null } | { readonly version: true };

/** Reads the arguments after the program's name. Throws UsageError with a sentence. */
export function parseCommandLine(args: readonly string[], commands: readonly Command[]): Parsed {
  if (args.includes('--version') && !args.some((arg) => !arg.startsWith('-'))) return { version: true };
  const command = findCommand(args, commands);
  if (command === null) {
    const asksHelp = args.length === 0 || args.includes('--help') || args[0] === 'help';
    if (asksHelp) return { help: null };
    throw new UsageError(unknownCommand(args, commands));
  }
  const specs = { ...COMMON, ...command.options };
  const { values, positionals } = readOptions(args, specs, command);
  if (values.help === true) return { help: command };
  const own = positionals.slice(command.words.length);
  const needed = command.positionals.filter((one) => !one.startsWith('[')).length;
  if (own.length < needed) {
    throw new UsageError(`${command.positionals[own.length]} is missing`, command);
  }
  // A last one that ends in “…” may be given several times.
  if (own.length > command.positionals.length && !/…\]?$/.test(command.positionals.at(-1) ?? '')) {
    throw new UsageError(`“${own[command.positionals.length]}” is one argument too many`, command);
  }
  for (const [name, spec] of Object.entries(command.options)) {
    if (spec.required && values[name] === undefined) throw new UsageError(`--${name} is missing`, command);
  }
  const optional = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const all = (name: string): readonly string[] => {
    const value = values[name];
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  };
  return {
    command,
    positionals: own,
    values: { optional, flag: (name) => values[name] === true, text: (name) => optional(name) ?? '', all },
    common: { database: optional('database'), dataDir: optional('data-dir'), json: values.json === true },
  };
}

/** The command whose words stand first among the words of the line, options between them left out. */
function findCommand(args: readonly string[], commands: readonly Command[]): Command | null {
  const words = wordsOf(args, commands);
  return commands.find((command) => command.words.every((word, at) => words[at] === word)) ?? null;
}

/** The arguments that are neither options nor values of options. */
function wordsOf(args: readonly string[], commands: readonly Command[]): string[] {
  const takesValue = new Set(
    [COMMON, ...commands.map((command) => command.options)].flatMap((options) =>
      Object.entries(options).flatMap(([name, spec]) => (spec.type === 'string' ? [`--${name}`] : [])),
    ),
  );
  const words: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    if (!argument.startsWith('-')) words.push(argument);
    else if (takesValue.has(argument)) at += 1;
  }
  return words;
}

function readOptions(args: readonly string[], specs: Readonly<Record<string, OptionSpec>>, command: Command) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, { type: spec.type, multiple: spec.multiple === true }]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's own words, without its advice about "--".
    throw new UsageError(error.message.split(/\. To specify|\.$|\n/)[0] ?? error.message, command);
  }
}

function unknownCommand(args: readonly string[], commands: readonly Command[]): string {
  const words = wordsOf(args, commands);
  const first = commands.filter((command) => command.words[0] === words[0]);
  if (first.length === 0) return `there is no command “${words[0] ?? args[0]}”`;
  return `“${words[0]}” needs one of: ${first.map((command) => command.words.slice(1).join(' ')).join(', ')}`;
}

function signature(command: Command): string {
  const options = Object.entries(command.options).map(([name, spec]) => {
    const text = `--${name}${spec.value ? ` ${spec.value}` : ''}`;
    if (spec.multiple) return `[${text}]…`;
    return spec.required ? text : `[${text}]`;
  });
  return [...command.words, ...options, ...command.positionals].join(' ');
}

function table(options: Readonly<Record<string, OptionSpec>>): string[] {
  return Object.entries(options).map(
    ([name, spec]) => `  ${`--${name}${spec.value ? ` ${spec.value}` : ''}`.padEnd(24)} ${spec.help}`,
  );
}

/** The usage of one command, or of all. */
export function usageText(commands: readonly Command[], command: Command | null): string {
  const common = ['', 'Every command takes', ...table(COMMON)];
  if (command) {
    const own = Object.keys(command.options).length > 0 ? ['', ...table(command.options)] : [];
    return [`usage: kompl ${signature(command)}`, '', command.summary, ...own, ...common, ''].join('\n');
  }
  return [
    'usage: kompl COMMAND [OPTIONS]',
    '',
    ...commands.map((one) => `  ${signature(one)}\n      ${one.summary}`),
    ...common,
    '',
    'Without --database or KOMPL_DATABASE_URL the embedded workspace is used. A person’s password comes from',
    'KOMPL_PASSWORD or is asked for; over an administrator’s connection --as needs none.',
    'Exit codes: 0 done, 1 refused (the reason is on stderr), 2 usage, 3 somebody else changed the same.',
    '',
  ].join('\n');
}
