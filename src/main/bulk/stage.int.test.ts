/** The owner's function that makes stages: only of its shapes, only for those who may load, only until the transaction ends. */
import { type TestDatabase, testServers, Workplace } from '@main/db/migrate/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const columns = (...pairs: readonly (readonly [unknown, unknown])[]) => JSON.stringify(pairs);
const open = (number: number | null, shape: string): [string, unknown[]] => [
  'SELECT open_stage($1::integer, $2::jsonb)',
  [number, shape],
];

describe.each(testServers())('stages on $kind', ({ open: start }) => {
  let database: TestDatabase;
  let at: Workplace;
  beforeAll(async () => {
    database = await start();
    at = await Workplace.open(database);
  });
  afterAll(() => database?.close());

  it('are made of listed types and plain names only', async () => {
    const shapes: [number | null, string][] = [
      [-1, columns(['a', 'text'])],
      [1000, columns(['a', 'text'])],
      [null, columns(['a', 'text'])],
      [0, '[]'],
      [0, '{"a": "text"}'],
      [0, 'null'],
      [0, columns(['a', 'regclass'])],
      [0, columns(['a', 'text) ON COMMIT PRESERVE ROWS; DROP TABLE x; --'])],
      [0, columns(['a text); DROP SCHEMA public CASCADE; --', 'text'])],
      [0, columns(['"a"', 'text'])],
      [0, columns([null, 'text'])],
      [0, columns(['a', null])],
      [0, JSON.stringify(Array.from({ length: 201 }, (_, n) => [`c${n}`, 'text']))],
    ];
    for (const [number, shape] of shapes) {
      expect([shape, await at.attempt(at.a.people.auditor, open(number, shape))]).toEqual([shape, { refused: '22023' }]);
    }
    expect(await at.attempt(at.a.people.auditor, 'SELECT analyse_stage(7)')).toEqual({ refused: 'P0002' });
  });

  it('are for those who may write, gone with the transaction, and nobody’s else', async () => {
    const { auditor, viewer } = at.a.people;
    const shape = columns(['name', 'text']);
    expect(await at.attempt(viewer, open(0, shape))).toEqual({ refused: '42501' });
    expect(
      await at.act(
        auditor,
        open(0, shape),
        `INSERT INTO pg_temp.load_stage_0 VALUES ('x')`,
        'SELECT analyse_stage(0)',
        'SELECT name FROM pg_temp.load_stage_0',
      ),
    ).toEqual([{ name: 'x' }]);
    expect(await at.attempt(auditor, 'SELECT name FROM pg_temp.load_stage_0')).toEqual({ refused: '42P01' });
    for (const sql of [
      'DROP TABLE pg_temp.load_stage_0',
      'ALTER TABLE pg_temp.load_stage_0 ADD COLUMN b text',
      'TRUNCATE pg_temp.load_stage_0',
    ]) {
      expect([sql, await at.attempt(auditor, open(0, shape), sql)]).toEqual([sql, { refused: '42501' }]);
    }
    expect(await at.attempt(auditor, `SELECT ${at.b.schema}.open_stage(0, '[["a","text"]]')`)).toEqual({ refused: '42501' });
    expect(await at.attempt(auditor, 'CREATE TEMPORARY TABLE own (a integer)')).toEqual({ refused: '42501' });
  });

  it('never stand in the way of a table', async () => {
    // pg_temp comes last on every search path, and a stage is called by a name that no table has.
    const [row] = await at.act(
      at.a.people.auditor,
      open(0, columns(['id', 'uuid'])),
      `SELECT to_regclass('controls')::text AS name`,
    );
    expect(row?.name).not.toContain('pg_temp');
  });
});
