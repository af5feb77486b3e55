/**
 * Policies under attack: what was approved stays, only an approved version comes into force, the one before ends with it, and nobody
 * acknowledges for another or another text. Everything in plain SQL as the person's own role, as psql would.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type Outcome, type TestDatabase, type TestPerson, testServers, Workplace } from '@main/db/migrate/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const refused = (outcome: Outcome) => ('refused' in outcome ? outcome.refused : 'done');
const OPEN = z.array(z.object({ id: z.string(), status: z.string() }));
const ROWS = z.array(
  z.object({ id: z.string(), status: z.string(), major: z.int(), minor: z.int(), hash: z.string(), ends: z.boolean() }),
);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe.each(testServers())('policies on $kind', ({ open }) => {
  let database: TestDatabase;
  let at: Workplace;
  const policy = randomUUID();
  const first = randomUUID();
  const second = randomUUID();

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
  });
  afterAll(() => database?.close());

  const people = () => at.a.people;
  const tried = async (person: TestPerson, ...sql: string[]) => refused(await at.attempt(person, ...sql));
  const version = (id: string) =>
    at.look(
      `SELECT status, label, content_sha256 AS hash, in_force_until IS NULL AS open FROM ${at.a.schema}.policy_versions WHERE id = $1`,
      [id],
    );
  const set = (id: string, change: string, person = people().compliance) =>
    tried(person, "SELECT set_config('app.reason', '', true)", `UPDATE policy_versions SET ${change} WHERE id = '${id}'`);
  const approve = async (id: string) => {
    const request = randomUUID();
    const [row] = await at.look(`SELECT row_version AS v FROM ${at.a.schema}.policy_versions WHERE id = $1`, [id]);
    await at.act(people().compliance, `SELECT request_approval('${request}', 'policy_versions', '${id}', 'approved', ${row?.v})`);
    const decide = `SELECT decide_approval('${request}', 'approve', a.content_sha256) FROM approvals a WHERE a.id = '${request}'`;
    expect(await tried(people().compliance, decide)).toBe('KP066');
    expect(await tried(people().auditor, decide)).toBe('42501');
    await at.act(people().privacy, decide);
    expect(await set(id, "status = 'approved'")).toBe('KP065');
    await at.act(people().risk, decide);
  };
  const asked = async (person: TestPerson, id: string) =>
    (
      await at.look(
        `SELECT id, status, acknowledged_at IS NOT NULL AS timed FROM ${at.a.schema}.policy_acknowledgements WHERE person_id = $1 AND version_id = $2`,
        [person.id, id],
      )
    )[0];
  const acknowledge = (person: TestPerson, id: unknown, hash: string) =>
    tried(person, `UPDATE policy_acknowledgements SET status = 'acknowledged', read_sha256 = '${hash}' WHERE id = '${id}'`);

  it('the first version is 1.0, and no step leads past the approval of two others', async () => {
    await at.act(
      people().compliance,
      `INSERT INTO policies (id, name) VALUES ('${policy}', 'Access')`,
      `INSERT INTO policy_versions (id, policy_id, content) VALUES ('${first}', '${policy}', 'one')`,
    );
    expect(await version(first)).toEqual([{ status: 'draft', label: '1.0', hash: sha256('one'), open: true }]);
    expect(await set(first, "status = 'active'")).toBe('KP005');
    expect(await tried(people().compliance, `UPDATE policies SET status = 'active' WHERE id = '${policy}'`)).toBe('42501');
    expect(await tried(people().auditor, `UPDATE policy_versions SET content = 'x' WHERE id = '${first}'`)).toBe('42501');
    expect(await tried(people().compliance, `INSERT INTO policy_versions (policy_id) VALUES ('${policy}')`)).toBe('23505');
    expect(await set(first, "status = 'in_review'")).toBe('done');
    expect(await set(first, "status = 'approved'")).toBe('KP065');
    await approve(first);
    expect(await set(first, "status = 'approved', content = 'other'")).not.toBe('done');
    expect(await set(first, "status = 'approved'")).toBe('done');
  });

  it('what was approved stays as it is, and is never put away', async () => {
    expect(await set(first, "content = 'two'")).toBe('KP001');
    expect(await set(first, "change_note = 'two'")).toBe('KP001');
    expect(await set(first, 'archived_at = now()')).toBe('KP001');
    expect(await tried(people().admin, `DELETE FROM policy_versions WHERE id = '${first}'`)).toBe('42501');
    expect(await set(first, "status = 'withdrawn'")).toBe('KP006');
    expect(
      await tried(
        people().compliance,
        `INSERT INTO policy_rounds (version_id, audience, due_date) VALUES ('${first}', 'everyone', '2026-12-24')`,
      ),
    ).toBe('KP001');
    expect(await set(first, "status = 'active'")).toBe('done');
    expect(await set(first, "status = 'superseded'")).toBe('KP005');
    expect(await at.look(`SELECT status, version_in_force AS v FROM ${at.a.schema}.policies WHERE id = $1`, [policy])).toEqual([
      { status: 'active', v: '1.0' },
    ]);
  });

  it('each person acknowledges for themselves, and only the text that is in force', async () => {
    const stranger = `INSERT INTO policy_rounds (version_id, audience, people, due_date) VALUES ('${first}', 'people', '{${at.b.people.viewer.id}}', '2026-12-24')`;
    expect(await tried(people().compliance, stranger)).toBe('23503');
    const round = `INSERT INTO policy_rounds (version_id, audience, due_date) VALUES ('${first}', 'everyone', '2026-12-24')`;
    expect(await tried(people().viewer, round)).toBe('42501');
    expect(await tried(people().compliance, round)).toBe('done');
    expect(await tried(people().compliance, round)).toBe('23514');
    const mine = await asked(people().viewer, first);
    for (const fn of ['compliance', 'admin', 'auditor'] as const)
      expect(await acknowledge(people()[fn], mine?.id, sha256('one'))).toBe('42501');
    expect(await acknowledge(people().viewer, mine?.id, sha256('two'))).toBe('KP067');
    expect(
      await tried(people().viewer, `UPDATE policy_acknowledgements SET acknowledged_at = now() WHERE id = '${mine?.id}'`),
    ).toBe('42501');
    expect(await tried(people().viewer, `UPDATE policy_acknowledgements SET status = 'lapsed' WHERE id = '${mine?.id}'`)).toBe(
      'KP005',
    );
    expect(await tried(people().viewer, `INSERT INTO policy_acknowledgements (person_id) VALUES ('${people().viewer.id}')`)).toBe(
      '42501',
    );
    expect(await acknowledge(people().viewer, mine?.id, sha256('one'))).toBe('done');
    expect(await asked(people().viewer, first)).toMatchObject({ status: 'acknowledged', timed: true });
    // nobody takes it back
    expect(await tried(people().viewer, `UPDATE policy_acknowledgements SET status = 'open' WHERE id = '${mine?.id}'`)).not.toBe(
      'done',
    );
    expect(await at.look(`SELECT acknowledged AS n FROM ${at.a.schema}.policy_rounds WHERE version_id = $1`, [first])).toEqual([
      { n: 1 },
    ]);
  });

  it('a major version ends the one before, lapses what is open, and asks everybody again', async () => {
    await at.act(
      people().compliance,
      `INSERT INTO policy_versions (id, policy_id, change, content) VALUES ('${second}', '${policy}', 'major', 'two')`,
      `UPDATE policy_versions SET status = 'in_review' WHERE id = '${second}'`,
    );
    await approve(second);
    expect(await set(second, "status = 'approved'")).toBe('done');
    expect(await set(second, "status = 'active'")).toBe('done');
    expect(await version(first)).toMatchObject([{ status: 'superseded', label: '1.0', open: false }]);
    expect(await version(second)).toMatchObject([{ status: 'active', label: '2.0' }]);
    expect(await asked(people().risk, first)).toMatchObject({ status: 'lapsed' });
    expect(await asked(people().viewer, first)).toMatchObject({ status: 'acknowledged' });
    expect(await asked(people().viewer, second)).toMatchObject({ status: 'open' });
  });

  it('whatever is tried in whatever order, one is in force, one is worked on, and what was approved stays', async () => {
    const acts = fc.constantFrom('major', 'minor', 'edit', 'submit', 'back', 'approve', 'adopt', 'force', 'withdraw' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 6, maxLength: 14 }), async (tries) => {
        const id = randomUUID();
        await at.act(people().compliance, `INSERT INTO policies (id, name) VALUES ('${id}', 'Any')`);
        const kept = new Map<string, string>();
        for (const [nth, act] of tries.entries()) {
          const [open] = OPEN.parse(
            await at.look(
              `SELECT id, status FROM ${at.a.schema}.policy_versions WHERE policy_id = $1 AND status IN ('draft', 'in_review', 'approved')`,
              [id],
            ),
          );
          if (act === 'major' || act === 'minor')
            await tried(
              people().compliance,
              `INSERT INTO policy_versions (policy_id, change, content) VALUES ('${id}', '${act}', 'text ${nth}')`,
            );
          else if (open !== undefined && act === 'approve') {
            if (open.status === 'in_review' && kept.get('asked') !== open.id) {
              await approve(open.id);
              kept.set('asked', open.id);
            }
          } else if (open !== undefined) {
            const change = {
              edit: `content = 'edited ${nth}'`,
              submit: "status = 'in_review'",
              back: "status = 'draft'",
              adopt: "status = 'approved'",
              force: "status = 'active'",
              withdraw: "status = 'withdrawn'",
            }[act as 'edit' | 'submit' | 'back' | 'adopt' | 'force' | 'withdraw'];
            await tried(
              people().compliance,
              "SELECT set_config('app.reason', 'tried', true)",
              `UPDATE policy_versions SET ${change} WHERE id = '${open.id}'`,
            );
            // what was edited after its approval has none any more
            if (act === 'edit' && kept.get('asked') === open.id) kept.set('asked', '');
          }
          const rows = ROWS.parse(
            await at.look(
              `SELECT id, status, major, minor, content_sha256 AS hash, in_force_until IS NOT NULL AS ends
             FROM ${at.a.schema}.policy_versions WHERE policy_id = $1 ORDER BY major, minor`,
              [id],
            ),
          );
          const of = (...states: string[]) => rows.filter(({ status }) => states.includes(status));
          expect(of('active').length).toBeLessThanOrEqual(1);
          expect(of('draft', 'in_review', 'approved').length).toBeLessThanOrEqual(1);
          expect(of('superseded').every(({ ends }) => ends)).toBe(true);
          if (rows.length > 0) expect([rows[0]?.major, rows[0]?.minor]).toEqual([1, 0]);
          for (const row of of('approved', 'active', 'superseded')) {
            expect(kept.get(row.id) ?? row.hash).toBe(row.hash);
            kept.set(row.id, row.hash);
          }
          const [its] = await at.look(`SELECT status, version_in_force AS v FROM ${at.a.schema}.policies WHERE id = $1`, [id]);
          const inForce = of('active')[0];
          expect(its?.v ?? null).toBe(inForce === undefined ? null : `${inForce.major}.${inForce.minor}`);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('a reason retires it: nothing is in force, nobody is asked', async () => {
    const retire = (why: string) =>
      tried(people().compliance, `UPDATE policies SET retired_reason = '${why}' WHERE id = '${policy}'`);
    expect(await retire(' ')).toBe('done');
    expect(await version(second)).toMatchObject([{ status: 'active' }]);
    expect(await retire('merged into another')).toBe('done');
    expect(await version(second)).toMatchObject([{ status: 'superseded' }]);
    expect(await asked(people().viewer, second)).toMatchObject({ status: 'lapsed' });
    expect(await tried(people().compliance, `INSERT INTO policy_versions (policy_id) VALUES ('${policy}')`)).toBe('KP001');
    expect(await at.look(`SELECT count(*)::integer AS n FROM ${at.b.schema}.policies`)).toEqual([{ n: 0 }]);
  });
});
