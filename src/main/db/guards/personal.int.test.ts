/**
 * Personal data attacked as each function of two tenants: no way but reveal_… gives it, and reveal_… gives it only after who asked,
 * and why, is committed. A sentinel stands for the subject; whatever comes back, in rows or errors, must not hold it.
 */
import { TENANT_FUNCTIONS } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, type TestDatabase, type TestPerson, testServers, Workplace } from '../migrate/testing';

const SUBJECT = 'jane.sentinel@example.org';
const DETAILS = '{"letter": "jane.sentinel wants it all"}';
const REQUEST = '00000000-0000-4000-8000-00000000d001';
const RECORD = '00000000-0000-4000-8000-00000000d002';
const DENIED = '42501';
const ASK = `SELECT * FROM reveal_dsr_request('${REQUEST}', 'the subject asked by phone')`;

describe.each(testServers())('personal data on $kind', ({ kind, open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    for (const { people } of [at.a, at.b]) {
      await at.act(
        people.privacy,
        `INSERT INTO data_inventory (id, data_type, data_source, data_subjects)
         VALUES ('${RECORD}', 'Payroll', 'HR', '["${SUBJECT}"]')`,
        `INSERT INTO dsr_requests (id, request_type, data_subject_id, request_details, data_inventory_id)
         VALUES ('${REQUEST}', 'access', '${SUBJECT}', '${DETAILS}', '${RECORD}')`,
      );
    }
  });
  afterAll(() => database?.close());

  const everyone = (): TestPerson[] => [at.a, at.b].flatMap(({ people }) => TENANT_FUNCTIONS.map((fn) => people[fn]));
  const refused = (outcome: Outcome) => ('refused' in outcome ? outcome.refused : JSON.stringify(outcome.rows));
  /** The refusal with all its words, as psql would show it. */
  const words = (person: TestPerson, ...statements: string[]) =>
    at.act(person, ...statements).then(
      (rows) => JSON.stringify(rows),
      (error: unknown) => JSON.stringify(error, Object.getOwnPropertyNames(error)),
    );

  it.each(TENANT_FUNCTIONS)('%s reads that there is a request, and not about whom', async (fn) => {
    const rows = await at.act(
      at.a.people[fn],
      'SELECT request_type, status, data_subject_id_masked AS subject, request_details_masked AS details FROM dsr_requests',
    );
    expect(rows).toEqual([{ request_type: 'access', status: 'pending', subject: '•••', details: '•••' }]);
    const inventory = await at.act(at.a.people[fn], 'SELECT data_type, data_subjects_masked AS subjects FROM data_inventory');
    expect(inventory).toEqual([{ data_type: 'Payroll', subjects: '•••' }]);
  });

  it.each([
    'SELECT * FROM dsr_requests',
    'SELECT data_subject_id FROM dsr_requests',
    'SELECT request_details FROM dsr_requests',
    'SELECT data_subjects FROM data_inventory',
    'SELECT dsr_requests FROM dsr_requests',
    'SELECT to_jsonb(d) FROM dsr_requests d',
    'SELECT count(data_subject_id) FROM dsr_requests',
    'SELECT id FROM dsr_requests ORDER BY data_subject_id',
    `SELECT id FROM dsr_requests WHERE data_subject_id = '${SUBJECT}'`,
    "SELECT id FROM dsr_requests WHERE data_subject_id LIKE 'jane%'",
    'SELECT d.id FROM dsr_requests d JOIN people p ON p.email = d.data_subject_id',
    "SELECT id FROM dsr_requests WHERE 1 / (CASE WHEN data_subject_id LIKE 'jane%' THEN 0 ELSE 1 END) = 1",
    `EXPLAIN SELECT id FROM dsr_requests WHERE data_subject_id = '${SUBJECT}'`,
    'COPY dsr_requests (data_subject_id) TO STDOUT',
    'COPY dsr_requests TO STDOUT',
    'COPY (SELECT data_subject_id FROM dsr_requests) TO STDOUT',
    'UPDATE dsr_requests SET fulfillment_status = left(data_subject_id, 50)',
    'UPDATE dsr_requests SET data_subject_id = data_subject_id',
    "UPDATE dsr_requests SET fulfillment_status = 'x' WHERE data_subject_id LIKE 'jane%'",
    "UPDATE dsr_requests SET fulfillment_status = 'x' RETURNING data_subject_id",
    "INSERT INTO dsr_requests (request_type) VALUES ('access') RETURNING *",
    `INSERT INTO policies (name) SELECT data_subject_id FROM dsr_requests`,
    'SELECT * FROM reveals',
    `SELECT may_reveal('dsr_requests', '${REQUEST}', 'because I can')`,
    "INSERT INTO reveals (resource_type, resource_id, reason) VALUES ('dsr_requests', gen_random_uuid(), 'forged')",
    "SELECT record_access('reveal', 'dsr_requests', NULL)",
    'SELECT stavalues1 FROM pg_statistic LIMIT 1',
  ])('nobody gets through by %s', async (sql) => {
    for (const person of everyone()) expect([person.fn, refused(await at.attempt(person, sql))]).toEqual([person.fn, DENIED]);
  });

  it('no error quotes it', async () => {
    // The row that fails a check, a type, a reference or a state holds the subject: PostgreSQL must not print it.
    const faults = [
      `UPDATE dsr_requests SET request_type = 'nothing' WHERE id = '${REQUEST}'`,
      `UPDATE dsr_requests SET status = 'fulfilled' WHERE id = '${REQUEST}'`,
      `UPDATE dsr_requests SET data_inventory_id = gen_random_uuid() WHERE id = '${REQUEST}'`,
      `INSERT INTO dsr_requests (id, request_type, data_subject_id) VALUES ('${REQUEST}', 'access', 'x')`,
      `UPDATE data_inventory SET retention_period = -1 WHERE id = '${RECORD}'`,
      `INSERT INTO data_inventory (id, data_type, data_source) VALUES ('${RECORD}', 'x', 'y')`,
    ];
    await database.admin.query(`ANALYZE ${at.a.schema}.dsr_requests`);
    for (const sql of faults) {
      const said = await words(at.a.people.privacy, sql);
      expect(said).toMatch(/"code":"(23|KP)/);
      expect(said).not.toContain('sentinel');
    }
    for (const person of everyone()) {
      expect(await words(person, "SELECT * FROM pg_stats WHERE tablename IN ('dsr_requests', 'data_inventory')")).not.toContain(
        'sentinel',
      );
    }
  });

  it('the trail says that it changed, to nobody what it was', async () => {
    await at.act(
      at.a.people.privacy,
      `UPDATE dsr_requests SET data_subject_id = 'other.sentinel', fulfillment_status = 'begun' WHERE id = '${REQUEST}'`,
      `UPDATE dsr_requests SET data_subject_id = '${SUBJECT}' WHERE id = '${REQUEST}'`,
    );
    const rows = await at.look(`SELECT old_values, new_values FROM ${at.a.schema}.audit_log WHERE resource_id = $1 ORDER BY id`, [
      REQUEST,
    ]);
    expect(JSON.stringify(rows)).not.toContain('sentinel');
    expect(rows[0]?.new_values).toMatchObject({ data_subject_id: { masked: true }, request_details: { masked: true } });
    expect(rows[1]).toMatchObject({
      old_values: { data_subject_id: { masked: true }, fulfillment_status: null },
      new_values: { data_subject_id: { masked: true }, fulfillment_status: 'begun' },
    });
    const own = await at.look(
      `SELECT new_values FROM ${at.a.schema}.audit_log WHERE resource_type IN ('data_inventory', 'reveals') AND new_values::text LIKE '%sentinel%'`,
    );
    expect(own).toEqual([]);
  });

  describe('revealing', () => {
    it('is for the privacy function of the tenant only, with a reason', async () => {
      for (const person of everyone()) {
        if (person.fn !== 'privacy') expect(refused(await at.attempt(person, ASK))).toBe(DENIED);
        const theirs = person.tenantId === at.a.id ? at.b : at.a;
        const sql = `SELECT * FROM ${theirs.schema}.reveal_dsr_request('${REQUEST}', 'because I can')`;
        expect(refused(await at.attempt(person, sql))).toBe(DENIED);
      }
      for (const reason of ["''", "'    '", 'NULL', "'why'", "E'\\t \\n     '"]) {
        const sql = `SELECT * FROM reveal_dsr_request('${REQUEST}', ${reason})`;
        expect(refused(await at.attempt(at.a.people.privacy, sql))).toBe('KP006');
      }
      expect(await at.act(at.a.people.privacy, "SELECT * FROM reveal_dsr_request(gen_random_uuid(), 'looking around')")).toEqual(
        [],
      );
    });

    it('gives nothing that can be had without its record: not by rolling back, not in one transaction, not by savepoints', async () => {
      const { privacy } = at.a.people;
      const records = () =>
        at.look(`SELECT actor, reason FROM ${at.a.schema}.audit_log WHERE action = 'reveal' AND resource_id = $1`, [REQUEST]);
      // Within one transaction, however often and however cleverly it is asked.
      const said = await words(
        privacy,
        ASK,
        ASK,
        'SAVEPOINT one',
        ASK,
        'ROLLBACK TO SAVEPOINT one',
        `DO $$ DECLARE seen text; BEGIN
           BEGIN SELECT data_subject_id INTO seen FROM reveal_dsr_request('${REQUEST}', 'the subject asked by phone');
             RAISE EXCEPTION USING MESSAGE = coalesce(seen, 'nothing'), ERRCODE = 'P0001';
           EXCEPTION WHEN raise_exception THEN PERFORM set_config('app.seen', SQLERRM, true); END; END $$`,
        "SELECT current_setting('app.seen') AS seen, 1 / 0",
      );
      expect(said).not.toContain('sentinel');
      expect(said).toContain('22012');
      // All of it was rolled back: no record, and still nothing to see.
      expect(await records()).toEqual([]);
      expect(await at.act(privacy, 'SAVEPOINT one', ASK, 'ROLLBACK TO SAVEPOINT one', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(await records()).toEqual([]);
      expect(await at.act(privacy, ASK, ASK)).toEqual([{ recorded: true, data_subject_id: null, request_details: null }]);
      expect(await records()).toEqual([
        { actor: privacy.id, reason: 'the subject asked by phone' },
        { actor: privacy.id, reason: 'the subject asked by phone' },
      ]);
      // Now it is committed.
      expect(await at.act(privacy, ASK)).toEqual([
        { recorded: false, data_subject_id: SUBJECT, request_details: JSON.parse(DETAILS) },
      ]);
      expect(await at.act(privacy, 'SET TRANSACTION READ ONLY', ASK)).toMatchObject([{ data_subject_id: SUBJECT }]);
    });

    it('does not open the next record, nor the same one to a colleague or after its time', async () => {
      const { privacy } = at.a.people;
      const inventory = `SELECT * FROM reveal_data_inventory('${RECORD}', 'Article 30 inspection')`;
      expect(await at.act(privacy, inventory)).toEqual([{ recorded: true, data_subjects: null }]);
      expect(await at.act(privacy, inventory)).toEqual([{ recorded: false, data_subjects: [SUBJECT] }]);
      const theirs = `SELECT data_subject_id FROM reveal_dsr_request('${REQUEST}', 'the other tenant asked')`;
      expect(await at.act(at.b.people.privacy, theirs)).toEqual([{ data_subject_id: null }]);
      // A colleague with the same function asks for themselves.
      await at.act(at.a.people.admin, `SELECT public.grant_membership('${at.a.people.risk.id}', '${at.a.id}', 'privacy')`);
      const colleague = { ...at.a.people.risk, fn: 'privacy' as const };
      expect(await at.act(colleague, ASK)).toMatchObject([{ recorded: true, data_subject_id: null }]);
      await database.admin.query(
        `ALTER TABLE ${at.a.schema}.reveals DISABLE TRIGGER refuse_change; ALTER TABLE ${at.a.schema}.reveals DISABLE TRIGGER stamp_row`,
      );
      await database.admin.query(`UPDATE ${at.a.schema}.reveals SET created_at = created_at - interval '6 minutes'`);
      await database.admin.query(
        `ALTER TABLE ${at.a.schema}.reveals ENABLE TRIGGER refuse_change; ALTER TABLE ${at.a.schema}.reveals ENABLE TRIGGER stamp_row`,
      );
      expect(await at.act(privacy, ASK)).toMatchObject([{ recorded: true, data_subject_id: null }]);
    });

    it('its records are never changed, by the owner neither', async () => {
      for (const sql of ['UPDATE %.reveals SET reason = reason', 'DELETE FROM %.reveals', 'TRUNCATE %.reveals']) {
        await expect(database.admin.query(sql.replace('%', at.a.schema))).rejects.toMatchObject({ code: DENIED });
      }
    });

    it.skipIf(kind === 'embedded')('ends with the membership', async () => {
      const { privacy } = at.b.people;
      const ask = `SELECT * FROM reveal_dsr_request('${REQUEST}', 'a last look around')`;
      await at.act(privacy, ask);
      await at.act(at.b.people.admin, `SELECT public.revoke_membership('${privacy.id}', '${at.b.id}', 'privacy')`);
      at.forget(privacy);
      expect(refused(await at.attempt(privacy, ask))).toBe(DENIED);
    });
  });
});
