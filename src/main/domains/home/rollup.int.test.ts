/** The rollups against the records they are made from: after any changes, as each role, in and after transactions, by several at once. */

import type { OwnedClient } from '@main/db/migrate';
import { type TestDatabase, testServers, Workplace } from '@main/db/migrate/testing';
import type { SqlClient } from '@main/entities/context';
import { TENANT_FUNCTIONS } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rollup, readLiveRollup, readRollup } from './rollup';

/** The same numbers every time. */
function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const RESULTS = ['effective', 'partially_effective', 'ineffective', 'not_applicable'];
const some = (table: string, nth: number) =>
  `(SELECT id FROM ${table} ORDER BY id OFFSET ${nth} % (SELECT greatest(count(*), 1) FROM ${table}) LIMIT 1)`;

/** One change of many kinds, single rows and whole tables; some meet nothing, some are refused by guards. */
function change(roll: (sides: number) => number): string {
  const n = roll(1_000);
  const result = RESULTS[roll(4)];
  const set = (table: string, what: string) => `UPDATE ${table} SET ${what} WHERE id = ${some(table, n)}`;
  const archive = (table: string) => set(table, `archived_at = CASE WHEN archived_at IS NULL THEN now() END`);
  const kinds = [
    `INSERT INTO controls (name, family, key_control, status, last_result)
     SELECT 'control ' || k, 'F|' || k % 3, k % 2 = 0, 'active', '${result}' FROM generate_series(1, ${1 + roll(4)}) k`,
    set('controls', `last_result = '${result}'`),
    set('controls', `last_result = NULL, family = 'F${n % 4}'`),
    set('controls', `name = 'renamed', priority = 1`),
    `UPDATE controls SET key_control = NOT key_control`,
    set('controls', `status = CASE status WHEN 'active' THEN 'deprecated' ELSE 'to_do' END`),
    archive('controls'),
    `INSERT INTO control_requirements (control_id, requirement_id, relation, strength)
     SELECT c.id, q.id, '${n % 5 === 0 ? 'not_related' : 'equal'}', 5 FROM controls c, requirements q
     WHERE c.id = ${some('controls', n)} AND q.id = ${some('requirements', roll(50))} ON CONFLICT DO NOTHING`,
    archive('control_requirements'),
    set('control_requirements', `relation = CASE relation WHEN 'equal' THEN 'not_related' ELSE 'equal' END`),
    `DELETE FROM control_requirements WHERE id = ${some('control_requirements', n)}`,
    `INSERT INTO requirements (regulation_id, ref_id, kind, assessable, order_index, depth)
     VALUES (${some('regulations', n)}, 'RQ', 'control', ${n % 3 > 0}, ${n}, 0)`,
    set('requirements', 'assessable = NOT assessable'),
    archive('requirements'),
    set('regulations', `status = CASE status WHEN 'active' THEN 'retired' ELSE 'active' END`),
    archive('regulations'),
    `INSERT INTO control_tests (title, control_id, audit_plan_id, test_date, design_effectiveness, operating_effectiveness)
     SELECT 'test ' || k, ${some('controls', n)}, ${some('audit_plans', n)}, date '2026-01-01' + k, '${result}', '${RESULTS[n % 4]}'
     FROM generate_series(1, ${1 + roll(3)}) k`,
    set('control_tests', `operating_effectiveness = '${result}', design_effectiveness = 'effective'`),
    set('control_tests', `operating_effectiveness = NULL`),
    archive('control_tests'),
  ];
  return kinds[roll(kinds.length)] ?? '';
}

const comparable = (rollup: Rollup) => ({
  controls: rollup.controls.map((row) => `${row.family} ${row.keyControl} ${row.result} ${row.controls}`).sort(),
  requirements: rollup.requirements,
  programmes: [...rollup.programmes].map(([plan, { tests, tested }]) => `${plan} ${tests} ${tested}`).sort(),
});

describe.each(testServers(['embedded', 'server']))('rollups on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    await inSchema(database.admin, [
      `INSERT INTO regulations (name, status) VALUES ('one', 'active'), ('two', 'active'), ('three', 'active')`,
      `INSERT INTO requirements (regulation_id, ref_id, kind, assessable, order_index, depth)
       SELECT g.id, 'RQ-' || k, 'control', true, k, 0 FROM regulations g, generate_series(1, 6) k`,
      `INSERT INTO audit_plans (audit_name) VALUES ('first'), ('second')`,
      `INSERT INTO controls (name, family, status, last_result)
       SELECT 'control ' || k, 'F', 'active', CASE WHEN k % 4 > 0 THEN 'effective' END FROM generate_series(1, 12) k`,
      `INSERT INTO control_requirements (control_id, requirement_id, relation, strength)
       SELECT c.id, q.id, 'equal', 5 FROM (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM controls) c
       JOIN (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM requirements) q ON q.nth % 12 = c.nth - 1`,
    ]);
  });
  afterAll(() => database?.close());

  /** Past the guards of persons, in the tenant's schema, one transaction; `end` says how it ends. */
  async function inSchema(client: OwnedClient, statements: readonly string[], end = 'COMMIT', begin = 'BEGIN'): Promise<void> {
    await client.query(`${begin}; SET LOCAL search_path TO ${at.a.schema}, public, pg_temp`);
    for (const [nth, statement] of statements.entries()) {
      await client.query(`SAVEPOINT s${nth}`);
      try {
        await client.query(statement);
      } catch {
        // Refused by a guard: taken back, as if it had not been tried.
        await client.query(`ROLLBACK TO SAVEPOINT s${nth}`);
      }
    }
    await client.query(end);
  }

  const met = new Set<number>();

  async function expectEqual(fn: (typeof TENANT_FUNCTIONS)[number] = 'auditor'): Promise<void> {
    const client: SqlClient = {
      query: async <Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) => {
        const rows = (await at.act(at.a.people[fn], [text, [...values]])) as readonly Row[];
        return { rows: [...rows], rowCount: rows.length };
      },
    };
    const rollup = await readRollup(client, '2000-01-01');
    expect(rollup.stale).toBe(false);
    met.add(rollup.requirements.met);
    // One after another: the person has one connection.
    let last: Promise<unknown> = Promise.resolve();
    const oneByOne: SqlClient = {
      query: <Row extends Record<string, unknown>>(text: string, values?: readonly unknown[]) => {
        const next = last.then(() => client.query<Row>(text, values));
        last = next;
        return next;
      },
    };
    expect(comparable(rollup)).toEqual(comparable(await readLiveRollup(oneByOne)));
  }

  it('equal the live figures after random changes, taken back or not, as each role', { timeout: 240_000 }, async () => {
    const roll = dice(20_260_601);
    for (let round = 0; round < 40; round++) {
      const statements = Array.from({ length: 1 + roll(5) }, () => change(roll));
      await inSchema(database.admin, statements, roll(4) === 0 ? 'ROLLBACK' : 'COMMIT');
      if (roll(6) === 0) await database.admin.query(`SELECT ${at.a.schema}.fold_rollups()`);
      await expectEqual(TENANT_FUNCTIONS[round % TENANT_FUNCTIONS.length]);
    }
    await database.admin.query(`SELECT ${at.a.schema}.rebuild_rollups()`);
    for (const fn of TENANT_FUNCTIONS) await expectEqual(fn);
    // The changes did something: requirements were met and ceased to be.
    expect(met.size).toBeGreaterThan(2);
  });

  it('are nobody’s to write', async () => {
    for (const statement of [
      `INSERT INTO rollup_deltas (measure, key, n) VALUES ('controls', 'k|effective|F', 99)`,
      `UPDATE rollups SET n = 0`,
      `SELECT fold_rollups()`,
      `SELECT rebuild_rollups()`,
      `SELECT * FROM rollups`,
      `SELECT * FROM current_rollups`,
    ])
      expect(await at.attempt(at.a.people.admin, statement)).toEqual({ refused: '42501' });
  });

  it('say that they are unsure after a transaction that could not see the others, and are mended', async () => {
    const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ';
    await inSchema(
      database.admin,
      [`UPDATE controls SET last_result = 'ineffective' WHERE archived_at IS NULL`],
      'COMMIT',
      begin,
    );
    const stale = () => at.look(`SELECT n FROM ${at.a.schema}.current_rollups WHERE measure = 'stale'`);
    expect(await stale()).toHaveLength(1);
    await database.admin.query(`SELECT ${at.a.schema}.rebuild_rollups()`);
    expect(await stale()).toEqual([]);
    await expectEqual();
  });

  it.skipIf(kind === 'embedded')(
    'equal them after eight writers at once, with folds between them',
    { timeout: 240_000 },
    async () => {
      const writers = await Promise.all(Array.from({ length: 8 }, () => database.connect()));
      await Promise.all(
        writers.map(async (client, nth) => {
          const roll = dice(nth + 1);
          for (let round = 0; round < 25; round++) {
            try {
              await inSchema(client, [change(roll), change(roll)], roll(5) === 0 ? 'ROLLBACK' : 'COMMIT');
            } catch {
              await client.query('ROLLBACK'); // a deadlock's victim
            }
            if (roll(8) === 0) await client.query(`SELECT ${at.a.schema}.fold_rollups()`);
          }
        }),
      );
      await expectEqual();
    },
  );
});
