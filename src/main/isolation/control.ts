/**
 * The negative control: somebody who is given too much on purpose, in objects made for it. Every attempt here must get through
 * and be seen to get through, by the same session and the same judgement as the real ones; otherwise the proof proves nothing.
 */
import { type AdminClient, inTransaction } from '@main/db/migrate/client';
import type { Cast } from './cast';
import { scratchOf } from './cast';
import { judge } from './judge';
import type { ProbeSession } from './session';
import type { Attempt, Verdict } from './types';

export interface ControlResult {
  readonly statement: string;
  readonly must: Exclude<Verdict, 'denied'>;
  readonly verdict: Verdict;
  readonly answer: string;
  readonly caught: boolean;
}

interface Trap extends Attempt {
  readonly must: 'open' | 'unclear';
}

const SECRET = 'what only the other tenant knows';

async function furnish(client: AdminClient, run: string, control: string, other: string | null): Promise<void> {
  const scratch = scratchOf(run);
  const excess = `${scratch}_excess`;
  await inTransaction(client, async () => {
    await client.query(`
      CREATE SCHEMA ${scratch};
      CREATE ROLE ${excess} NOLOGIN;
      CREATE TABLE ${scratch}.secrets (n integer, secret text);
      INSERT INTO ${scratch}.secrets VALUES (1, '${SECRET}');
      CREATE FUNCTION ${scratch}.tell() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS 'SELECT secret FROM ${scratch}.secrets';
      CREATE FUNCTION ${scratch}.shout() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS $$ BEGIN RAISE EXCEPTION 'not %', (SELECT secret FROM ${scratch}.secrets) USING ERRCODE = '42501'; END $$;
      CREATE FUNCTION ${scratch}.find(integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS $$ BEGIN
          IF EXISTS (SELECT FROM ${scratch}.secrets WHERE n = $1) THEN RAISE EXCEPTION 'taken' USING ERRCODE = '23505'; END IF;
          RETURN true;
        END $$;
      GRANT USAGE ON SCHEMA ${scratch} TO ${excess};
      GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ${scratch}.secrets TO ${excess};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${scratch} TO ${excess};
      GRANT ${excess} TO ${control};
      ${other === null ? '' : `GRANT ${other} TO ${control};`}`);
  });
}

function traps(cast: Cast, run: string): Trap[] {
  const scratch = scratchOf(run);
  const [, other] = cast.tenants;
  const excess = `SET LOCAL ROLE ${scratch}_excess`;
  const open = (expect: Attempt['expect'], ...statements: string[]): Trap => ({
    group: 'rows',
    expect,
    statements: [excess, ...statements],
    must: 'open',
  });
  return [
    open({ kind: 'refused' }, `SELECT * FROM ${scratch}.secrets`),
    open({ kind: 'refused' }, `COPY ${scratch}.secrets TO STDOUT`),
    open({ kind: 'refused' }, `INSERT INTO ${scratch}.secrets DEFAULT VALUES`),
    open({ kind: 'refused' }, `UPDATE ${scratch}.secrets SET n = n`),
    open({ kind: 'refused' }, `DELETE FROM ${scratch}.secrets`),
    open({ kind: 'refused' }, `TRUNCATE ${scratch}.secrets`),
    open({ kind: 'refused', states: ['42P01'] }, `SET LOCAL search_path = ${scratch}`, 'SELECT n FROM secrets'),
    open({ kind: 'refused' }),
    open({ kind: 'nothing' }, `SELECT n FROM ${scratch}.secrets`),
    open({ kind: 'no' }, `SELECT count(*) > 0 AS answer FROM ${scratch}.secrets`),
    open({ kind: 'only', rows: [{ id: cast.control.personId }] }, "SELECT '00000000-0000-0000-0000-000000000000'::text AS id"),
    open({ kind: 'silent' }, `SELECT ${scratch}.tell()`),
    open({ kind: 'refused' }, `SELECT ${scratch}.shout()`),
    open({ kind: 'same', twin: [excess, `SELECT ${scratch}.find(2)`] }, `SELECT ${scratch}.find(1)`),
    ...(cast.given
      ? []
      : [
          {
            ...open({ kind: 'refused' }),
            statements: [`SET LOCAL ROLE ${other.schema}_viewer`, `SELECT * FROM ${other.schema}.controls`],
          },
          {
            ...open({ kind: 'silent' }),
            statements: [`SET LOCAL ROLE ${other.schema}_viewer`, `SELECT * FROM ${other.schema}.people`],
          },
        ]),
    // An error that is not the refusal proves nothing and must not count as one.
    { group: 'rows', expect: { kind: 'refused' }, statements: [`SELECT * FROM ${scratch}.misspelt WHERE`], must: 'unclear' },
    { group: 'rows', expect: { kind: 'nothing' }, statements: ['SELECT 1 / 0'], must: 'unclear' },
  ];
}

/** Makes the too-much, tries it, and says for each whether it was caught. */
export async function runControl(
  client: AdminClient,
  session: ProbeSession,
  cast: Cast,
  run: string,
): Promise<readonly ControlResult[]> {
  await furnish(client, run, session.prober.login, cast.given ? null : `${cast.tenants[1].schema}_viewer`);
  const results: ControlResult[] = [];
  for (const trap of traps(cast, run)) {
    const outcome = await session.attempt(trap.statements);
    const twin = trap.expect.kind === 'same' ? await session.attempt(trap.expect.twin) : undefined;
    const { verdict, answer } = judge(trap.expect, outcome, [SECRET, ...cast.secrets.B], twin);
    results.push({ statement: trap.statements.join('; '), must: trap.must, verdict, answer, caught: verdict === trap.must });
  }
  return results;
}
