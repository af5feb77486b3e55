/** What the triggers do: the stamp, the trail with old and new values, actor and source, and the values that follow from others. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPerson } from '../provision';
import { TEST_PASSWORD, type TestDatabase, testServers, Workplace } from './testing';

const OPERATION = '01890000-0000-7000-8000-000000000abc';

describe.each(testServers(['embedded', 'server']))('on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
  });
  afterAll(() => database?.close());

  const auditor = () => at.a.people.auditor;
  const trail = (table: string, id: unknown) =>
    at.look(
      `SELECT action, actor::text, login::text, source, op_id::text, reason, old_values, new_values, txid::text, resource_type
       FROM ${at.a.schema}.audit_log WHERE resource_type = $1 AND resource_id = $2 ORDER BY id`,
      [table, id],
    );
  const one = async (...statements: (string | readonly [string, unknown[]])[]) => {
    const [row] = await at.act(auditor(), ...statements);
    if (!row) throw new Error('no row');
    return row;
  };

  describe('the stamp', () => {
    it('writes version, times and persons, whoever wrote last', async () => {
      const made = await one("INSERT INTO controls (name) VALUES ('Log review') RETURNING *");
      expect(made).toMatchObject({ row_version: 1, created_by: auditor().id, updated_by: auditor().id, tenant_id: at.a.id });
      const { compliance } = at.a.people;
      const [changed] = await at.act(compliance, ["UPDATE controls SET family = 'AU' WHERE id = $1 RETURNING *", [made.id]]);
      expect(changed).toMatchObject({ row_version: 2, created_by: auditor().id, updated_by: compliance.id });
      expect(changed?.created_at).toEqual(made.created_at);
    });

    it('refuses even the owner another id', async () => {
      const { id } = await one("INSERT INTO controls (name) VALUES ('x') RETURNING id");
      const change = database.admin.query(`UPDATE ${at.a.schema}.controls SET id = gen_random_uuid() WHERE id = $1`, [id]);
      await expect(change).rejects.toMatchObject({ code: '23514' });
    });
  });

  describe('the trail', () => {
    it('holds a creation in full, a change by its columns, with actor, source, operation and reason', async () => {
      const { id } = await one(
        "INSERT INTO findings (title, kind, severity) VALUES ('No log', 'observation', 'low') RETURNING id",
      );
      await one(
        [`SELECT set_config('app.op_id', $1, true), set_config('app.reason', 'seen again', true)`, [OPERATION]],
        ["UPDATE findings SET severity = 'high', cause = 'disk full' WHERE id = $1 RETURNING id", [id]],
      );
      const [insert, update, ...more] = await trail('findings', id);
      expect(more).toEqual([]);
      expect(insert).toMatchObject({
        action: 'insert',
        actor: auditor().id,
        login: kind === 'embedded' ? 'postgres' : auditor().dbRole,
        source: 'test/1.0.0 bench',
        op_id: null,
        reason: null,
        old_values: null,
        new_values: { title: 'No log', severity: 'low', ref: 'F-001', row_version: 1, tenant_id: at.a.id },
      });
      expect(update).toMatchObject({ action: 'update', actor: auditor().id, op_id: OPERATION, reason: 'seen again' });
      expect(update?.old_values).toMatchObject({ severity: 'low', cause: null, row_version: 1 });
      expect(update?.new_values).toMatchObject({ severity: 'high', cause: 'disk full', row_version: 2 });
      expect(Object.keys(update?.new_values as object)).not.toContain('title');
      expect(insert?.txid).not.toBe(update?.txid);
    });

    it('holds each row of a statement over many, and of a delete by the owner', async () => {
      await at.act(auditor(), "INSERT INTO controls (name) SELECT 'bulk ' || n FROM generate_series(1, 50) n");
      await at.act(auditor(), "UPDATE controls SET family = 'ZZ' WHERE name LIKE 'bulk %'");
      const count = `SELECT count(*)::integer AS n FROM ${at.a.schema}.audit_log WHERE resource_type = 'controls'`;
      expect(await at.look(`${count} AND new_values ->> 'family' = 'ZZ'`)).toEqual([{ n: 50 }]);
      await database.admin.query(`DELETE FROM ${at.a.schema}.controls WHERE family = 'ZZ'`);
      expect(await at.look(`${count} AND action = 'delete' AND old_values ->> 'name' LIKE 'bulk %'`)).toEqual([{ n: 50 }]);
    });

    it('keeps nothing of what was rolled back', async () => {
      const before = await at.look(`SELECT count(*)::integer AS n FROM ${at.a.schema}.audit_log`);
      const failing = at.attempt(auditor(), "INSERT INTO controls (name) VALUES ('gone')", 'SELECT 1 / 0');
      expect(await failing).toEqual({ refused: '22012' });
      expect(await at.look(`SELECT count(*)::integer AS n FROM ${at.a.schema}.audit_log`)).toEqual(before);
    });

    it('keeps the hash of what is large', async () => {
      const vector = `[${Array.from({ length: 1536 }, (_, n) => n % 7).join(',')}]`;
      const row = await one(['INSERT INTO embeddings (embedding) VALUES ($1) RETURNING id', [vector]]);
      const [entry] = await trail('embeddings', row.id);
      expect(entry?.new_values).toMatchObject({ embedding: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    });

    it.each(['UPDATE audit_log SET reason = NULL', 'DELETE FROM audit_log', 'TRUNCATE audit_log'])(
      'not even the owner: %s',
      async (sql) => {
        const change = sql.replace('audit_log', `${at.a.schema}.audit_log`);
        await expect(database.admin.query(change)).rejects.toMatchObject({ code: '42501' });
      },
    );

    it('of the platform has sign-ins and persons, and is closed too', async () => {
      await at.act(auditor(), 'SELECT public.note_sign_in()');
      const events = await at.look(
        `SELECT action, user_id::text, user_agent FROM private.audit_logs WHERE resource_id = $1 ORDER BY created_at`,
        [auditor().id],
      );
      expect(events.map(({ action }) => action)).toEqual(['person.create', 'person.sign_in']);
      expect(events[1]).toMatchObject({ user_id: auditor().id, user_agent: 'test/1.0.0 bench' });
      const [person] = await at.look('SELECT last_login IS NOT NULL AS seen FROM public.users WHERE id = $1', [auditor().id]);
      expect(person).toEqual({ seen: true });
      for (const sql of [
        'UPDATE private.audit_logs SET action = action',
        'DELETE FROM private.audit_logs',
        'TRUNCATE private.audit_logs',
      ]) {
        await expect(database.admin.query(sql)).rejects.toMatchObject({ code: '42501' });
      }
    });

    it('of the platform has a partition for this month and three more, and makes a missing one when it is needed', async () => {
      const parts = `SELECT count(*)::integer AS n FROM pg_inherits WHERE inhparent = 'private.audit_logs'::regclass`;
      expect(await at.look(parts)).toEqual([{ n: 4 }]);
      expect(await at.look("SELECT private.ensure_log_partitions('2031-11-30 23:59:59+00') AS made")).toEqual([{ made: 4 }]);
      expect(await at.look("SELECT private.ensure_log_partitions('2031-11-30 23:59:59+00') AS made")).toEqual([{ made: 0 }]);
      expect(await at.look("SELECT to_regclass('private.audit_logs_2032_02') IS NOT NULL AS there")).toEqual([{ there: true }]);
    });
  });

  describe('what follows from other values', () => {
    it.each([
      ['effective', 'effective', 'effective'],
      ['effective', 'ineffective', 'ineffective'],
      [null, 'ineffective', 'ineffective'],
      ['ineffective', null, 'ineffective'],
      ['effective', null, 'not_tested'],
      [null, null, 'not_tested'],
      ['not_applicable', 'not_applicable', 'not_applicable'],
      ['effective', 'not_applicable', 'effective'],
      ['not_applicable', 'partially_effective', 'partially_effective'],
      ['not_applicable', 'not_applicable', 'not_applicable'],
      ['partially_effective', 'effective', 'partially_effective'],
    ])('a test of design %s and operation %s is %s', async (design, operation, result) => {
      const row = await one([
        `INSERT INTO control_tests (title, test_date, design_effectiveness, operating_effectiveness)
         VALUES ('t', '2026-07-01', $1, $2) RETURNING test_result`,
        [design, operation],
      ]);
      expect(row.test_result).toBe(result);
    });

    it('a control shows its newest test that has a result, also when tests change or are archived', async () => {
      const { id } = await one("INSERT INTO controls (name) VALUES ('Backups') RETURNING id");
      const test = (date: string, value: string | null) =>
        one([
          `INSERT INTO control_tests (control_id, title, test_date, design_effectiveness, operating_effectiveness)
           VALUES ($1, 't', $2, $3, $3) RETURNING id`,
          [id, date, value],
        ]);
      const shown = async () => {
        const row = await one(['SELECT last_result, last_tested::text FROM controls WHERE id = $1', [id]]);
        return [row.last_result, row.last_tested];
      };
      expect(await shown()).toEqual([null, null]);
      await test('2026-03-01', 'effective');
      const newest = await test('2026-06-01', 'ineffective');
      await test('2026-09-01', null);
      await test('2026-01-01', 'effective');
      expect(await shown()).toEqual(['ineffective', '2026-06-01']);
      await at.act(auditor(), ["UPDATE control_tests SET design_effectiveness = 'effective' WHERE id = $1", [newest.id]]);
      expect(await shown()).toEqual(['ineffective', '2026-06-01']);
      await at.act(auditor(), ["UPDATE control_tests SET operating_effectiveness = 'effective' WHERE id = $1", [newest.id]]);
      expect(await shown()).toEqual(['effective', '2026-06-01']);
      await at.act(auditor(), ['UPDATE control_tests SET archived_at = now() WHERE id = $1', [newest.id]]);
      expect(await shown()).toEqual(['effective', '2026-03-01']);
      // The trail names the person whose test changed the control.
      expect((await trail('controls', id)).at(-1)).toMatchObject({ action: 'update', actor: auditor().id });
    });

    it('an action is completed while it is done', async () => {
      const { id } = await one("INSERT INTO actions (title) VALUES ('Fix') RETURNING id");
      const step = (status: string) =>
        one(['UPDATE actions SET status = $2 WHERE id = $1 RETURNING completed_at IS NOT NULL AS done', [id, status]]);
      expect(await step('done')).toEqual({ done: true });
      expect(await step('in_progress')).toEqual({ done: false });
    });

    it('evidence knows who filed it and its newest file; a finished test keeps the list', async () => {
      const test = await one("INSERT INTO control_tests (title, test_date) VALUES ('t', '2026-07-01') RETURNING id");
      const evidence = await one([
        "INSERT INTO audit_evidence (title, control_test_id) VALUES ('Photo', $1) RETURNING id, ref, uploaded_by, file_path",
        [test.id],
      ]);
      expect(evidence).toMatchObject({ uploaded_by: auditor().id, file_path: null });
      const file = (version: number) =>
        one([
          `INSERT INTO evidence_files (evidence_id, file_name, media_type, size_bytes, sha256, version_number, device_id)
           VALUES ($1, 'a.jpg', 'image/jpeg', 9007199254740991, $2, $3, 'laptop') RETURNING id`,
          [evidence.id, String(version).repeat(64), version],
        ]);
      await file(1);
      const second = await file(2);
      expect(await one(['SELECT file_path FROM audit_evidence WHERE id = $1', [evidence.id]])).toEqual({
        file_path: `vault/${second.id}`,
      });
      await one([
        `UPDATE control_tests SET status = 'in_progress', design_effectiveness = 'effective', operating_effectiveness = 'effective'
         WHERE id = $1 RETURNING id`,
        [test.id],
      ]);
      const done = await one(["UPDATE control_tests SET status = 'done' WHERE id = $1 RETURNING evidence", [test.id]]);
      expect(done.evidence).toEqual([{ id: evidence.id, ref: evidence.ref, title: 'Photo' }]);
    });

    it('refs count up by table and are never cut off', async () => {
      await database.admin.query(`SELECT setval('${at.a.schema}.audit_plans_ref_seq', 999)`);
      const plan = "INSERT INTO audit_plans (audit_name) VALUES ('x') RETURNING ref";
      expect(await one(plan)).toEqual({ ref: 'AUD-1000' });
      expect(await one(plan)).toEqual({ ref: 'AUD-1001' });
      expect((await one("INSERT INTO audit_evidence (title) VALUES ('x') RETURNING ref")).ref).toMatch(/^EV-\d{4}$/);
    });

    it('the newest list is right where two people test one control at once', async (context) => {
      if (kind === 'embedded') return context.skip(); // one connection
      const { id } = await one("INSERT INTO controls (name) VALUES ('Race') RETURNING id");
      const [first, second] = await Promise.all([database.connect(), database.connect()]);
      const insert = (date: string, value: string) =>
        `INSERT INTO ${at.a.schema}.control_tests (control_id, title, test_date, design_effectiveness, operating_effectiveness)
         VALUES ('${id}', 't', '${date}', '${value}', '${value}')`;
      await first.query(`BEGIN; ${insert('2026-06-01', 'ineffective')}`);
      const waiting = second.query(`BEGIN; ${insert('2026-05-01', 'effective')}; COMMIT`);
      await first.query('COMMIT');
      await waiting;
      const [row] = await at.look(`SELECT last_result, last_tested::text FROM ${at.a.schema}.controls WHERE id = $1`, [id]);
      expect(row).toEqual({ last_result: 'ineffective', last_tested: '2026-06-01' });
    });

    it('somebody who left stays named, but gets nothing new', async () => {
      const { admin } = at.a.people;
      const leaver = await createPerson(database.admin, {
        email: `leaver@${auditor().email.split('@')[1]}`,
        password: TEST_PASSWORD,
        tenantId: at.a.id,
        function: 'risk',
      });
      const { id } = await one(["INSERT INTO controls (name, owner_id) VALUES ('Theirs', $1) RETURNING id", [leaver.id]]);
      await at.act(admin, `SELECT public.revoke_membership('${leaver.id}', '${at.a.id}', 'risk')`);
      await one(["UPDATE controls SET owner_id = $2, family = 'AC' WHERE id = $1 RETURNING id", [id, leaver.id]]);
      const again = await at.attempt(auditor(), ["INSERT INTO controls (name, owner_id) VALUES ('x', $1)", [leaver.id]]);
      expect(again).toEqual({ refused: '23503' });
      const seen = await at.act(auditor(), ['SELECT active, functions FROM people WHERE id = $1', [leaver.id]]);
      expect(seen).toEqual([{ active: false, functions: [] }]);
    });

    it('an import brings its source up to date through its own door only', async () => {
      const { id } = await one("INSERT INTO regulations (name, parsed_content) VALUES ('Law', '{}') RETURNING id");
      const note = 'SELECT note_regulation_source($1, $2, $3, $4, $5)';
      await at.act(auditor(), [note, [id, '{"a":1}', 'oscal-json', 'u', 'f'.repeat(64)]]);
      const [row] = await at.act(auditor(), ['SELECT parsed_content, source_format FROM regulations WHERE id = $1', [id]]);
      expect(row).toEqual({ parsed_content: { a: 1 }, source_format: 'oscal-json' });
      expect(await at.attempt(at.a.people.viewer, [note, [id, '{}', 'x', 'u', null]])).toEqual({ refused: '42501' });
      const requirement = await one([
        "INSERT INTO requirements (regulation_id, ref_id, kind, order_index, depth) VALUES ($1, 'A', 'control', 0, 0) RETURNING id",
        [id],
      ]);
      const rows = JSON.stringify([{ id: requirement.id, sourceId: 'a', params: null }]);
      const sources = 'SELECT note_requirement_sources($1::jsonb) AS changed';
      expect(await at.act(auditor(), [sources, [rows]])).toEqual([{ changed: 1 }]);
      expect(await at.act(auditor(), [sources, [rows]])).toEqual([{ changed: 0 }]);
    });
  });
});
