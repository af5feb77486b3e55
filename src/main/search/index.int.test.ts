/** The search by index: over the fields that the definitions name, really by index, and never past what a person may see. */
import { type TestDatabase, testServers, Workplace } from '@main/db/migrate/testing';
import { SEARCHED_TABLES } from '@main/entities/candidates';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { listRecords } from '@main/entities/read';
import { columnName } from '@shared/entities/define';
import { ENTITY_NAMES, entityOf } from '@shared/entities/registry';
import type { ListQuery } from '@shared/listing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The person has one connection: a statement waits for the one before. */
function oneByOne(client: SqlClient): SqlClient {
  let last: Promise<unknown> = Promise.resolve();
  return {
    query: <Row extends Record<string, unknown>>(text: string, values?: readonly unknown[]) => {
      const next = last.then(() => client.query<Row>(text, values));
      last = next;
      return next;
    },
  };
}

describe.each(testServers(['embedded', 'server']))('search by index on $kind', ({ open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    await at.look(`INSERT INTO ${at.a.schema}.findings (title, kind, severity) VALUES ('Unlocked door', 'observation', 'low')`);
    await at.look(`INSERT INTO ${at.b.schema}.findings (title, kind, severity) VALUES ('Unlocked gate', 'observation', 'low')`);
  });
  afterAll(() => database?.close());

  const find = (words: string) => [`SELECT find_records('findings', $1::text[]) AS id`, [words]] as const;

  it.each(ENTITY_NAMES)('looks into the fields of %s that its list is searched by', async (name) => {
    const { table, list, internal = false } = entityOf(name);
    expect(SEARCHED_TABLES.has(table)).toBe(!internal);
    if (internal) return;
    const [row] = await at.look(`SELECT ${at.a.schema}.searched($1) -> 1 AS columns`, [table]);
    expect(row?.columns).toEqual(list.search.map(columnName));
  });

  it('uses the index, although row security is forced', async () => {
    await database.admin.query('BEGIN; SET LOCAL ROLE kompl_owner; SET LOCAL enable_seqscan = off');
    const fields = ['ref', 'title', 'condition', 'recommendation'].map((field) => `coalesce(${field}, '')`);
    const { rows } = await database.admin.query(
      `EXPLAIN SELECT id FROM ${at.a.schema}.findings WHERE (${fields.join(" || E'\\n' || ")}) ILIKE '%unlocked%'`,
    );
    await database.admin.query('ROLLBACK');
    const plan = JSON.stringify(rows);
    expect(plan).toContain('findings_search_idx');
  });

  it('finds anywhere in a word, in the own tenant only, as every role', async () => {
    for (const person of Object.values(at.a.people)) {
      const [text, values] = find('{nlock}');
      expect(await at.act(person, [text, [...values]])).toHaveLength(1);
    }
    const [text, values] = find('{gate}');
    expect(await at.act(at.a.people.auditor, [text, [...values]])).toEqual([]);
  });

  it('refuses what no list asks', async () => {
    const { auditor } = at.a.people;
    expect(await at.attempt(auditor, `SELECT find_records('audit_log', '{abc}')`)).toEqual({ refused: '22023' });
    expect(await at.attempt(auditor, `SELECT find_records('findings', '{}')`)).toEqual({ refused: '22023' });
    expect(await at.attempt(auditor, `SELECT find_records('findings" WHERE true --', '{abc}')`)).toEqual({ refused: '22023' });
    expect(await at.attempt(auditor, `SELECT ${at.b.schema}.find_records('findings', '{gate}')`)).toEqual({ refused: '42501' });
    expect(await at.attempt(auditor, `SELECT find_names('findings', 'x', '{abc}', 0)`)).toEqual({ refused: '22023' });
    // Quotes, wildcards and backslashes are letters.
    for (const word of [`';--`, '%%%', '___', '\\\\\\'])
      expect(await at.act(auditor, [`SELECT find_records('findings', ARRAY[$1::text])`, [word]])).toEqual([]);
  });

  it('counts a broad search so far ahead of its rows, says that there are more, and all of them in the end', async () => {
    // Many small records, past the triggers, so that it takes no time.
    await database.admin.query(`SET session_replication_role = replica;
      INSERT INTO ${at.a.schema}.control_sets (name) SELECT 'Turnstile ' || n FROM generate_series(1, 12000) n;
      RESET session_replication_role`);
    const { auditor } = at.a.people;
    const tx: SqlClient = {
      query: async <Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) => {
        const rows = (await at.act(auditor, [text, [...values]])) as readonly Row[];
        return { rows: [...rows], rowCount: rows.length };
      },
    };
    const ctx: EntityContext = {
      database: { withTenant: (_scope, work) => work(oneByOne(tx)) },
      session: { personId: auditor.id, tenantId: at.a.id, functions: ['auditor'] },
      device: { id: 'test', nextSeq: () => 1 },
      clock: { now: () => new Date('2026-06-01T12:00:00Z'), today: () => '2026-06-01' },
      source: 'test/0.1.0',
    };
    const page = (query: ListQuery) => listRecords(ctx, 'controlSets', { search: 'turnstile', limit: 2, ...query });
    expect(await page({})).toMatchObject({ total: 10_000, more: true });
    expect(await page({ offset: 4_999 })).toMatchObject({ total: 10_000, more: true });
    const further = await page({ offset: 5_000 });
    expect(further.total).toBe(12_000);
    expect(further.more).toBeUndefined();
    expect(further.rows).toHaveLength(2);
    // A narrower one is counted out.
    expect(await page({ search: 'turnstile 1199' })).toMatchObject({ total: 12 });
  });

  it('never says that a restricted record holds a word to who may not see it', async () => {
    const [row] = await at.act(
      at.a.people.auditor,
      `INSERT INTO findings (title, kind, severity) VALUES ('Whistleblower report', 'observation', 'low') RETURNING id`,
    );
    await at.act(at.a.people.auditor, [
      `SELECT restrict_record('findings', $1::uuid, ARRAY[$2::uuid], 'confidential')`,
      [row?.id, at.a.people.auditor.id],
    ]);
    const [text, values] = find('{whistle}');
    expect(await at.act(at.a.people.auditor, [text, [...values]])).toHaveLength(1);
    expect(await at.act(at.a.people.compliance, [text, [...values]])).toEqual([]);
    expect(await at.act(at.a.people.admin, `SELECT find_names('findings', 'F-', '{whistle}', 10)`)).toHaveLength(1); // the open one, by its reference
  });
});
