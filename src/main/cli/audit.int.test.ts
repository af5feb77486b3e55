/** `kompl audit …` from end to end: make a key, seal, list, export, prove on the server and from the file, find what was changed. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcessTransport } from '@main/db/embedded/transport';
import { createTestDatabase, embeddedFolder, testKinds } from '@main/db/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settled } from '../trail/testing';
import { runCommandLine } from './run';

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('kompl audit on %s', (kind) => {
  let folder: string;
  let where: string[];
  let drop: () => Promise<void> = async () => undefined;
  let tenant: string;
  const serial = `${process.pid}-${Date.now().toString(36)}`;
  const admin = `adam.${serial}@audit.example`;
  const viewer = `vera.${serial}@audit.example`;
  let change: (sql: string) => Promise<void>;

  /** What other databases of the same server are at holds the sealer back, too. */
  let settle: () => Promise<void> = async () => undefined;

  async function run(line: string, env: Record<string, string> = {}) {
    if (line.startsWith('audit seal')) await settle();
    let out = '';
    let err = '';
    const code = await runCommandLine([...line.split(' ').filter(Boolean), ...(line.includes('--export') ? [] : where)], {
      io: {
        out: (text) => {
          out += text;
        },
        err: (text) => {
          err += text;
        },
        env: { KOMPL_NEW_PASSWORD: 'a long enough password', ...env },
        readStdin: async () => 'a long enough password\n',
        askPassword: async () => null,
        now: () => new Date(),
      },
      embedded: inProcessTransport(),
      folder,
    });
    return { code, out, err };
  }
  const json = async (line: string) => {
    const outcome = await run(`${line} --json`);
    expect([line, outcome.code, outcome.err]).toEqual([line, 0, expect.any(String)]);
    return JSON.parse(outcome.out);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kompl-audit-'));
    if (kind === 'embedded') {
      const data = await embeddedFolder();
      where = ['--data-dir', data];
      drop = () => rm(data, { recursive: true, force: true });
    } else {
      const place = await createTestDatabase(kind);
      const { target } = place;
      if (target.kind !== 'server') throw new Error('no server');
      const url = `postgres://${target.user}:${encodeURIComponent(target.password)}@${target.host}:${target.port}/${target.database}?sslmode=disable`;
      where = ['--database', url];
      drop = () => place.drop();
      const using = async (work: (client: pg.Client) => Promise<unknown>) => {
        const client = new pg.Client({ connectionString: url.replace('?sslmode=disable', '') });
        await client.connect();
        await work(client);
        await client.end();
      };
      change = (sql) => using((client) => client.query(sql));
      settle = () => using(settled);
    }
    await json('db migrate');
    tenant = (await json(`tenant create --name Bank --domain bank-${serial}.example`)).id;
    await json(`user create --tenant ${tenant} --email ${admin} --role admin --password-stdin`);
    await json(`user create --tenant ${tenant} --email ${viewer} --role viewer --password-stdin`);
  });
  afterAll(async () => {
    await drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('makes a key that only its owner reads, and never a second one over it', async () => {
    const made = await json('audit key create seal.pem --label bench');
    expect(made.key).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(join(folder, 'seal.pem'))).mode & 0o077).toBe(0);
    expect(await readFile(join(folder, 'seal.pem.pub'), 'utf8')).toContain('BEGIN PUBLIC KEY');
    expect((await run('audit key create seal.pem')).code).toBe(1);
    const locked = await run('audit key create locked.pem', { KOMPL_KEY_PASSPHRASE: 'secret words' });
    expect(locked.code).toBe(0);
    expect((await run('audit seal --key locked.pem')).err).toContain('passphrase');
    expect((await run('audit seal --key locked.pem', { KOMPL_KEY_PASSPHRASE: 'secret words' })).code).toBe(0);
    expect((await run('audit seal --key seal.pem.pub')).code).toBe(1);
  });

  it('seals, lists and proves', async () => {
    expect((await json('audit seal --key seal.pem')).rows).toBeGreaterThanOrEqual(0);
    const { entries } = await json(`audit list --tenant ${tenant} --limit 200`);
    expect(entries.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['person.create', 'tenant.create']),
    );
    expect((await run(`audit list --tenant ${tenant} --limit 9999`)).code).toBe(1);
    const proof = await json('audit verify');
    expect(proof).toMatchObject({ ok: true, keysPinned: false });
    expect(proof.chains).toHaveLength(2);
    const pinned = await run(`audit verify --tenant ${tenant} --key seal.pem.pub --json`);
    // The first seals were made with the other key.
    expect(JSON.parse(pinned.out).chains[0].faults.every(({ kind: fault }: { kind: string }) => fault === 'seal_key')).toBe(true);
    expect(
      (await run(`audit verify --tenant ${tenant} --key seal.pem.pub,locked.pem.pub --heads locked.pem.heads.json`)).code,
    ).toBe(0);
  });

  it('exports files that prove themselves without a database, and never over another file', async () => {
    // An export stands in the tenant's own trail; what no running transaction can precede any more is sealed.
    expect((await run(`audit export --tenant ${tenant} --format cef --out -`)).code).toBe(0);
    for (let sealed = 0, tries = 0; sealed === 0 && tries < 100; tries += 1) {
      sealed = (await json(`audit seal --key seal.pem --tenant ${tenant}`)).rows;
    }
    const exported = await json(`audit export --tenant ${tenant} --out trail.jsonl`);
    expect(exported).toMatchObject({ format: 'jsonl', faults: [] });
    expect((await run(`audit export --tenant ${tenant} --out trail.jsonl`)).code).toBe(1);
    const report = JSON.parse((await run('audit verify --export trail.jsonl --json')).out);
    expect(report).toMatchObject({ ok: true, rows: exported.rows, seals: exported.seals, head: exported.head });
    const head = `${exported.head.seq}:${exported.head.hash}`;
    expect((await run(`audit verify --export trail.jsonl --head ${head} --key locked.pem.pub,seal.pem.pub`)).code).toBe(0);
    expect((await run(`audit verify --export trail.jsonl --head ${exported.head.seq + 1}:${exported.head.hash}`)).code).toBe(1);
    const content = await readFile(join(folder, 'trail.jsonl'), 'utf8');
    await writeFile(join(folder, 'bad.jsonl'), content.replace('"export"', '"expert"'));
    const bad = await run('audit verify --export bad.jsonl');
    expect(bad.code).toBe(1);
    expect(bad.out).toMatch(/row_changed\s+row \d+, \d{4}-/);
    const piped = await run(`audit export --tenant ${tenant} --format cef --out -`);
    expect(piped.code).toBe(0);
    for (const line of piped.out.trim().split('\n')) expect(line).toMatch(/^CEF:0\|KOMPL\.AI\|/);
    const noted = await json(`audit list --tenant ${tenant} --action export`);
    expect(noted.entries.length).toBeGreaterThanOrEqual(2);
    expect(noted.entries[0]).toMatchObject({ source: expect.stringContaining('kompl-cli/') });
    expect((await run('audit export --tenant platform --out platform.jsonl')).code).toBe(0);
    expect((await run('audit verify --export platform.jsonl')).code).toBe(0);
  });

  it('withholds from the tenant’s administrator what they may not read, and everything from others', async () => {
    expect((await run(`audit export --tenant ${tenant} --as ${viewer} --out viewer.jsonl`)).code).toBe(1);
    expect((await run(`audit export --tenant ${tenant} --as ${admin} --out admin.jsonl`)).code).toBe(0);
    expect((await run('audit verify --export admin.jsonl')).code).toBe(0);
    const env = { KOMPL_PASSWORD: 'a long enough password' };
    if (kind === 'embedded') return;
    const own = where;
    where = [where[0] ?? '', (where[1] ?? '').replace(/\/\/[^@]*@/, '//')];
    try {
      expect((await run(`audit verify --tenant ${tenant} --as ${viewer}`, env)).code).toBe(1);
      expect((await run(`audit export --tenant ${tenant} --as ${viewer} --out mine.jsonl`, env)).code).toBe(1);
      expect((await run(`audit verify --tenant ${tenant} --as ${admin}`, env)).code).toBe(0);
      expect((await run(`audit export --tenant ${tenant} --as ${admin} --out mine.jsonl`, env)).code).toBe(0);
      expect((await run('audit verify --export mine.jsonl')).code).toBe(0);
    } finally {
      where = own;
    }
  });

  it.skipIf(kind === 'embedded')('names what somebody changed on the server', async () => {
    await run('audit seal --key seal.pem');
    await change(
      `ALTER TABLE private.audit_logs DISABLE TRIGGER USER; UPDATE private.audit_logs SET login = 'nobody' WHERE tenant_id = '${tenant}' AND origin = 'tenant' AND trail_id = 2`,
    );
    const outcome = await run('audit verify --json');
    expect(outcome.code).toBe(1);
    const faults = JSON.parse(outcome.out).chains.flatMap((chain: { faults: unknown[] }) => chain.faults);
    expect(faults).toEqual([expect.objectContaining({ kind: 'row_changed', chain: tenant, row: '2', at: expect.any(String) })]);
  });
});
