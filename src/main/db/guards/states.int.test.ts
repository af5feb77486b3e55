/** State machines in the database: the very same as in the definitions, and every pair of states tried by raw SQL as each writer. */
import { randomUUID } from 'node:crypto';
import { checkLocked, checkStep } from '@main/entities/states';
import { columnName, type StateMachine } from '@shared/entities/define';
import { STATE_MACHINES } from '@shared/entities/machines';
import { ENTITIES, entityOf } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import { TENANT_FUNCTIONS } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWN_SQLSTATES } from '../errors';
import { type TestDatabase, testServers, Workplace } from '../migrate/testing';
import { guardedMachine } from './machines';
import { insertSql, MINIMAL, tryEach, writerOf } from './testing';

/** The SQLSTATE that means what the service says. */
function expected(run: () => void): string {
  try {
    run();
    return 'ok';
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return Object.entries(OWN_SQLSTATES).find(([, code]) => code === error.code)?.[0] ?? error.code;
  }
}

/** States that are reached with an approval, or by a command alone: the step is refused all the same, for that reason or another. */
const APPROVED = new Map(
  Object.values(ENTITIES).map((entity): [string, readonly string[]] => [
    entity.table,
    (entityOf(entity.name).approval ?? []).map(({ to }) => to),
  ]),
);
const refusedLater = (table: string, to: string, outcome: string) =>
  (APPROVED.get(table) ?? []).includes(to) && ['KP065', 'KP110'].includes(outcome);

/** Their rows stand on approved texts of other rows and move with them: tried step by step in domains/regops/policies.int.test.ts. */
const TRIED_ELSEWHERE = ['policies', 'policy_versions', 'policy_rounds', 'policy_acknowledgements'];
const tables = Object.entries(STATE_MACHINES).map(([table, machine]) => ({ table, machine }));

describe.each(testServers())('state machines on $kind', ({ open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
  });
  afterAll(() => database?.close());

  it('every table with states in the catalogue has its machine, word for word', async () => {
    const rows = await at.look(
      `SELECT c.relname AS table, t.tgname AS name, encode(t.tgargs, 'base64') AS arguments
       FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       WHERE c.relnamespace = $1::regnamespace AND t.tgname IN ('guard_state_insert', 'guard_state_update')`.replace(
        "convert_from(t.tgargs, 'UTF8')",
        "encode(t.tgargs, 'base64')",
      ),
      [at.a.schema],
    );
    const found = rows.map((row) => {
      const [table, machine] = Buffer.from(String(row.arguments), 'base64').toString('utf8').split('\0');
      expect(table).toBe(row.table);
      return [String(row.table), JSON.parse(machine ?? '')] as const;
    });
    expect(found.length).toBe(2 * tables.length);
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(tables.map(({ table, machine }) => [table, guardedMachine(machine)])),
    );
    // A state that the column does not know, or that the machine does not, would be a dead end.
    for (const { table, machine } of tables) {
      const [check] = await at.look(
        `SELECT pg_get_constraintdef(k.oid) AS body FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
         WHERE k.contype = 'c' AND cardinality(k.conkey) = 1 AND k.conrelid = $1::regclass AND a.attname = $2`,
        [`${at.a.schema}.${table}`, columnName(machine.field)],
      );
      const states = [...String(check?.body).matchAll(/'([^']*)'/g)].map(([, state]) => state);
      expect([table, states.sort()]).toEqual([table, Object.keys(machine.steps).sort()]);
    }
  });

  describe.each(tables.filter(({ table }) => !TRIED_ELSEWHERE.includes(table)))(
    '$table',
    ({ table, machine }: { table: string; machine: StateMachine }) => {
      const states = Object.keys(machine.steps);
      const column = columnName(machine.field);
      const reasons = ['', ' \t\n', 'because'];
      const writer = () => at.a.people[writerOf(table)];

      it('a new row starts where the service lets it start', async () => {
        const wanted: string[] = [];
        const tried = states.flatMap((to) =>
          reasons.map((reason) => {
            wanted.push(`${to} ${reason.trim()} ${expected(() => checkStep(machine, null, to, reason))}`);
            return { sql: insertSql(table, randomUUID(), { [column]: to }), reason };
          }),
        );
        const outcomes = await tryEach(at, writer(), tried);
        expect(
          outcomes.map((outcome, nth) =>
            refusedLater(table, wanted[nth]?.split(' ')[0] ?? '', outcome) ? wanted[nth] : wanted[nth]?.replace(/\S+$/, outcome),
          ),
        ).toEqual(wanted);
      });

      it('every pair of states, with and without a reason', async () => {
        const cases = states.flatMap((from) =>
          states.flatMap((to) => reasons.map((reason) => ({ id: randomUUID(), from, to, reason }))),
        );
        await database.admin.query(
          cases.map(({ id, from }) => insertSql(table, id, { [column]: from }, `${at.a.schema}.`)).join(';\n'),
        );
        const outcomes = await tryEach(
          at,
          writer(),
          cases.map(({ id, to, reason }) => ({ sql: `UPDATE ${table} SET ${column} = '${to}' WHERE id = '${id}'`, reason })),
        );
        const line = ({ from, to, reason }: (typeof cases)[number], outcome: string) =>
          `${from} ${to} '${reason.trim()}' ${outcome}`;
        const met = (one: (typeof cases)[number], outcome: string) =>
          one.from !== one.to && refusedLater(table, one.to, outcome)
            ? expected(() => checkStep(machine, one.from, one.to, one.reason))
            : outcome;
        expect(cases.map((one, nth) => line(one, met(one, outcomes[nth] ?? '')))).toEqual(
          cases.map((one) =>
            line(
              one,
              expected(() => checkStep(machine, one.from, one.to, one.reason)),
            ),
          ),
        );
      });

      it('other fields change where the service lets them', async () => {
        const [field = ''] = Object.keys(MINIMAL[table] ?? {}).filter((key) => !/date|kind|request_type/.test(key));
        const free = field === '' ? (table === 'dsr_requests' ? 'fulfillment_status' : 'score') : field;
        const value = free === 'score' ? '7' : 'Other';
        const cases = states.map((state) => ({ id: randomUUID(), state }));
        await database.admin.query(
          cases.map(({ id, state }) => insertSql(table, id, { [column]: state }, `${at.a.schema}.`)).join(';\n'),
        );
        const outcomes = await tryEach(
          at,
          writer(),
          cases.map(({ id }) => ({ sql: `UPDATE ${table} SET ${free} = '${value}' WHERE id = '${id}'` })),
        );
        expect(cases.map(({ state }, nth) => [state, outcomes[nth]])).toEqual(
          cases.map(({ state }) => [state, expected(() => checkLocked(machine, { [machine.field]: state }, { other: value }))]),
        );
        // Archived rows are restored first, whatever their state.
        const id = randomUUID();
        await database.admin.query(insertSql(table, id, { archived_at: '2026-07-01' }, `${at.a.schema}.`));
        const archived = await tryEach(at, writer(), [{ sql: `UPDATE ${table} SET ${free} = '${value}' WHERE id = '${id}'` }]);
        expect(archived).toEqual(['KP001']);
      });

      it('a function that may not write the table takes no step at all', async () => {
        const id = randomUUID();
        await database.admin.query(insertSql(table, id, { [column]: machine.initial }, `${at.a.schema}.`));
        const [to = ''] = machine.steps[machine.initial] ?? [];
        const sql = `UPDATE ${table} SET ${column} = '${to}' WHERE id = '${id}'`;
        for (const fn of TENANT_FUNCTIONS) {
          const [may] = await at.look('SELECT has_column_privilege($1, $2, $3, $4) AS may', [
            `${at.a.schema}_${fn}`,
            `${at.a.schema}.${table}`,
            column,
            'UPDATE',
          ]);
          if (may?.may === true) continue;
          expect([fn, await tryEach(at, at.a.people[fn], [{ sql, reason: 'because' }])]).toEqual([fn, ['42501']]);
        }
      });
    },
  );
});
