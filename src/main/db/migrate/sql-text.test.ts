/** Where statements end, and which steps are cheap enough to share a transaction. */
import { describe, expect, it } from 'vitest';
import { alterSubcommands, isCheap, statementsOf } from './sql-text';

describe('statements', () => {
  it('end at semicolons outside of quotes, dollar quotes and comments', () => {
    const sql = `-- first; not
      SELECT 'a;b''c', "odd;name", E'it\\'s; fine'; /* a /* nested; */ one; */
      CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $body$ BEGIN PERFORM 1; END $body$;
      DO $$ BEGIN NULL; END $$`;
    expect(statementsOf(sql)).toEqual([
      `SELECT 'a;b''c', "odd;name", E'it\\'s; fine'`,
      'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $body$ BEGIN PERFORM 1; END $body$',
      'DO $$ BEGIN NULL; END $$',
    ]);
  });

  it('give their subcommands where they alter', () => {
    expect(alterSubcommands('ALTER TABLE s.t ADD COLUMN a numeric(10, 2), ALTER a SET DEFAULT 1')).toEqual([
      'ADD COLUMN a numeric(10, 2)',
      'ALTER a SET DEFAULT 1',
    ]);
    expect(alterSubcommands('SELECT 1, 2')).toBeNull();
  });
});

describe('cheap steps', () => {
  it.each([
    'ALTER TABLE {{schema}}.findings ADD COLUMN weight numeric(10, 2);',
    "ALTER TABLE {{schema}}.findings ADD COLUMN a text; ALTER TABLE {{schema}}.findings ALTER COLUMN a SET DEFAULT 'x';",
    "COMMENT ON TABLE {{schema}}.findings IS 'a;b'; GRANT SELECT ON {{schema}}.findings TO {{role}}_viewer;",
  ])('%s', (sql) => expect(isCheap(sql)).toBe(true));

  it.each([
    'ALTER TABLE t ADD COLUMN a text DEFAULT 1;',
    'ALTER TABLE t ADD COLUMN a text NOT NULL;',
    'ALTER TABLE t ADD COLUMN a uuid REFERENCES u (id);',
    'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);',
    'ALTER TABLE t ALTER COLUMN a TYPE bigint;',
    'ALTER TABLE t DROP COLUMN a;',
    'CREATE INDEX i ON t (a);',
    'UPDATE t SET a = 1;',
    'ALTER TABLE t ADD COLUMN a text; DELETE FROM t;',
    '',
  ])('not: %s', (sql) => expect(isCheap(sql)).toBe(false));
});
