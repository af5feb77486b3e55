/** The command line as people type it: what is understood, what is refused, and with which sentence. */
import { describe, expect, it } from 'vitest';
import { COMMANDS } from './commands';
import { entityNamed } from './names';
import { readDatabaseUrl } from './target';
import { type Invocation, parseCommandLine, UsageError, usageText } from './usage';

function invocation(line: string): Invocation {
  const parsed = parseCommandLine(line.split(' ').filter(Boolean), COMMANDS);
  if (!('values' in parsed)) throw new Error('no command');
  return parsed;
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('parseCommandLine', () => {
  it('finds the command with options before, between and after its words', () => {
    for (const line of [
      'import oscal --tenant T --as a@b.example file.json --json',
      '--json import --tenant T oscal --as a@b.example file.json',
      '--database postgres://h/d import oscal file.json --tenant=T --as=a@b.example --json',
    ]) {
      const { command, values, positionals, common } = invocation(line);
      expect(command.words).toEqual(['import', 'oscal']);
      expect([values.text('tenant'), values.text('as'), positionals, common.json]).toEqual([
        'T',
        'a@b.example',
        ['file.json'],
        true,
      ]);
    }
  });

  it('keeps a file whose name is a command or looks like an option', () => {
    expect(invocation('import oscal --tenant T oscal').positionals).toEqual(['oscal']);
    expect(invocation('import oscal --tenant T -- --odd.json').positionals).toEqual(['--odd.json']);
  });

  it.each([
    ['fly', 'there is no command “fly”'],
    ['--json', 'there is no command “--json”'],
    ['db', expect.stringMatching(/^“db” needs one of: migrate, status/)],
    ['tenant create --name N', '--domain is missing'],
    ['import oscal --tenant T', 'FILE is missing'],
    ['import oscal --tenant T a b', '“b” is one argument too many'],
    ['db migrate --force', "Unknown option '--force'"],
    ['user create --tenant T --email e --role auditor', '--password-stdin is missing'],
  ])('refuses “%s”', (line, sentence) => {
    expect(refusal(() => invocation(line))).toEqual(sentence);
  });

  it('explains one command or all of them', () => {
    expect(parseCommandLine(['import', 'oscal', '--help'], COMMANDS)).toMatchObject({ help: { words: ['import', 'oscal'] } });
    expect(parseCommandLine([], COMMANDS)).toEqual({ help: null });
    expect(parseCommandLine(['--version'], COMMANDS)).toEqual({ version: true });
    const text = usageText(COMMANDS, null);
    for (const command of COMMANDS) expect(text).toContain(`  ${command.words.join(' ')}`);
  });
});

describe('entityNamed', () => {
  it.each([
    ['auditPlans', 'auditPlans'],
    ['audit-plans', 'auditPlans'],
    ['audit_plans', 'auditPlans'],
    ['control_tests', 'controlTests'],
    ['audit-evidence', 'auditEvidence'],
    ['regulations', 'regulations'],
  ])('knows %s', (given, name) => {
    expect(entityNamed(given)).toBe(name);
  });

  it('names what there is', () => {
    expect(refusal(() => entityNamed('users'))).toContain('control-requirements');
  });
});

describe('readDatabaseUrl', () => {
  const read = (url: string) => readDatabaseUrl(url, (given) => `/at/${given}`);

  it('reads user, password, host, port, database and TLS', () => {
    expect(read('postgres://kate:p%40ss@db.example:6432/grc?sslmode=verify-ca&sslrootcert=ca.pem')).toEqual({
      kind: 'server',
      server: {
        kind: 'server',
        host: 'db.example',
        port: 6432,
        database: 'grc',
        tls: { mode: 'verify-ca', caFile: '/at/ca.pem' },
        poolSize: 2,
      },
      user: 'kate',
      password: 'p@ss',
    });
  });

  it('takes an e-mail as the user, an IPv6 address and a socket folder as the host', () => {
    expect(read('postgres://Ana%40x.example@localhost/grc')).toMatchObject({ user: expect.stringMatching(/^u_[0-9a-f]{32}$/) });
    expect(read('postgresql://[::1]:5433/grc')).toMatchObject({ server: { host: '::1', port: 5433 } });
    expect(read('postgres:///grc?host=/var/run/postgresql')).toMatchObject({
      server: { host: '/var/run/postgresql', tls: { mode: 'disable' } },
    });
  });

  it('takes several places of one database, with one port for all or one for each', () => {
    expect(read('postgres:///grc?user=kate&host=a.example,b.example&port=5433')).toMatchObject({
      server: { host: 'a.example', port: 5433, also: [{ host: 'b.example', port: 5433 }], tls: { mode: 'verify-full' } },
    });
    expect(read('postgres:///grc?host=127.0.0.1,localhost&port=1,2')).toMatchObject({
      server: { port: 1, also: [{ host: 'localhost', port: 2 }], tls: { mode: 'disable' } },
    });
    expect(refusal(() => read('postgres:///grc?host=a,b&port=1,2,3'))).toContain('a port is a number');
    expect(refusal(() => read('postgres:///grc?host=a,,b'))).toContain('the host is missing');
  });

  it('asks for the full check of the certificate on any other machine', () => {
    expect(read('postgres://kate@db.example/grc')).toMatchObject({ server: { tls: { mode: 'verify-full' } } });
    expect(read('postgres://kate@127.0.0.1/grc')).toMatchObject({ server: { tls: { mode: 'disable' } } });
  });

  it.each([
    ['mysql://x/y', 'it begins with postgres://'],
    ['nonsense', 'it is no URL'],
    ['postgres://h', 'the name of the database is missing'],
    ['postgres://h/d?sslmode=prefer', 'sslmode is one of verify-full, verify-ca, require, disable'],
    ['postgres://h/d?options=-c', 'it does not know “options”'],
    ['postgres://h/d%zz', 'a % in it is not followed by two hex digits'],
  ])('refuses %s', (url, reason) => {
    expect(refusal(() => read(url))).toBe(`the database URL cannot be used: ${reason}`);
  });

  it('never repeats the URL, which may hold a password', () => {
    expect(refusal(() => read('postgres://kate:secret@h'))).not.toContain('secret');
  });
});
