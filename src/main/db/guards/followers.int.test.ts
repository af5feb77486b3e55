/**
 * What hangs on records, attacked by raw SQL: comments, watchers, attachments and approvals are seen with their record and only then,
 * in the trail too; nobody speaks, watches, reads or approves for another; and a state that needs approval is not reached without it.
 */
import { randomUUID } from 'node:crypto';
import { ENTITIES } from '@shared/entities/registry';
import { TENANT_FUNCTIONS } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allDenied } from '../migrate/attacks';
import { type Outcome, type TestDatabase, type TestPerson, testServers, Workplace } from '../migrate/testing';
import { guardedApprovals } from './approvals';
import { insertSql } from './testing';

const SECRET = 'sentinel';
const TABLES = ['comments', 'watchers', 'attachments', 'approvals', 'approval_votes', 'approval_authors'];
const RULE = [
  {
    field: 'status',
    to: 'approved',
    by: ['privacy', 'admin', 'risk'],
    quorum: 2,
    free: ['data_category'],
    back: 'in_review',
    parts: null,
  },
];

const refused = (outcome: Outcome) => ('refused' in outcome ? outcome.refused : 'done');

describe.each(testServers())('what follows records on $kind', ({ open }) => {
  let database: TestDatabase;
  let at: Workplace;
  const ids = { finding: randomUUID(), secret: randomUUID(), dsr: randomUUID(), comment: randomUUID(), hidden: randomUUID() };

  const comment = (table: string, record: string, rest: Readonly<Record<string, string>> = {}) =>
    insertSql('comments', rest.id ?? randomUUID(), { resource_type: table, resource_id: record, body: SECRET, ...rest });
  const people = () => at.a.people;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    await at.act(
      people().auditor,
      insertSql('findings', ids.finding),
      insertSql('findings', ids.secret),
      comment('findings', ids.finding, { id: ids.comment }),
      comment('findings', ids.secret, { id: ids.hidden }),
      `INSERT INTO watchers (resource_type, resource_id, watching) VALUES ('findings', '${ids.secret}', true)`,
      `INSERT INTO attachments (resource_type, resource_id, kind, name, url) VALUES ('findings', '${ids.secret}', 'link', '${SECRET}', 'https://a.example/x')`,
      `SELECT restrict_record('findings', '${ids.secret}', '{}', 'a matter of trust')`,
      comment('findings', ids.secret),
    );
    // A kind of record that one role alone reads: none is so today, one may be tomorrow.
    const others = TENANT_FUNCTIONS.filter((fn) => fn !== 'privacy').map((fn) => `${at.a.schema}_${fn}`);
    await at.look(`REVOKE ALL ON ${at.a.schema}.dsr_requests FROM ${others.join(', ')}`);
    await at.act(people().privacy, insertSql('dsr_requests', ids.dsr), comment('dsr_requests', ids.dsr));
  });
  afterAll(() => database?.close());

  describe('who sees them', () => {
    it('whoever sees the record', async () => {
      for (const fn of TENANT_FUNCTIONS) {
        const rows = await at.act(people()[fn], `SELECT id FROM comments WHERE resource_id = '${ids.finding}'`);
        expect(rows).toEqual([{ id: ids.comment }]);
      }
      expect(await at.act(people().auditor, `SELECT id FROM comments WHERE resource_id = '${ids.secret}'`)).toHaveLength(2);
    });

    it('nobody else: not of a restricted record, not of a kind that the role does not read, not by the trail', async () => {
      for (const fn of TENANT_FUNCTIONS) {
        const [mayRestricted, mayDsr] = [fn === 'auditor', fn === 'privacy'];
        for (const table of TABLES) {
          const rows = await at.act(
            people()[fn],
            `SELECT resource_id FROM ${table} WHERE resource_id IN ('${ids.secret}', '${ids.dsr}')`,
          );
          const seen = new Set(rows.map((row) => row.resource_id));
          expect([fn, table, seen.has(ids.secret)]).toEqual([
            fn,
            table,
            mayRestricted && ['comments', 'watchers', 'attachments'].includes(table),
          ]);
          expect([fn, table, seen.has(ids.dsr)]).toEqual([fn, table, mayDsr && table === 'comments']);
        }
        const trail = await at.act(
          people()[fn],
          `SELECT resource_id, new_values::text AS new FROM trail WHERE resource_type = ANY ('{${TABLES.join(',')}}')`,
        );
        const text = JSON.stringify(trail);
        expect([fn, text.includes(ids.secret)]).toEqual([fn, mayRestricted]);
        expect([fn, text.includes(ids.dsr)]).toEqual([fn, mayDsr]);
      }
    });

    it('not by a count, a join, a function or an error', async () => {
      const outsider = people().risk;
      expect(await at.act(outsider, `SELECT count(*)::int AS n FROM comments`)).toEqual([{ n: 1 }]);
      expect(
        await at.act(
          outsider,
          `SELECT sees_record('findings', '${ids.secret}') AS a, sees_record('dsr_requests', '${ids.dsr}') AS b`,
        ),
      ).toEqual([{ a: false, b: false }]);
      expect(await at.act(outsider, `SELECT * FROM people_who_see('findings', '${ids.secret}')`)).toEqual([]);
      expect(await at.act(outsider, `SELECT * FROM people_who_see('users; DROP TABLE x', '${ids.secret}')`)).toEqual([]);
      // one that is hidden and one that is not there are refused alike
      const hidden = refused(await at.attempt(outsider, comment('findings', ids.secret)));
      expect(hidden).toBe(refused(await at.attempt(outsider, comment('findings', randomUUID()))));
      expect(hidden).toBe('P0002');
      expect(refused(await at.attempt(outsider, comment('comments', ids.hidden)))).toBe('P0002');
    });

    it('nothing of the other tenant', async () => {
      const stranger = at.b.people.auditor;
      expect(await at.act(stranger, 'SELECT id FROM comments')).toEqual([]);
      expect(refused(await at.attempt(stranger, comment('findings', ids.finding)))).toBe('P0002');
    });
  });

  describe('comments', () => {
    it('mention only people who may see the record', async () => {
      const mention = (record: string, table: string, person: TestPerson, as = people().auditor) =>
        at.attempt(as, comment(table, record, { mentions: `{${person.id}}` })).then(refused);
      expect(await mention(ids.finding, 'findings', people().viewer)).toBe('done');
      expect(await mention(ids.secret, 'findings', people().viewer)).toBe('23503');
      expect(await mention(ids.finding, 'findings', at.b.people.viewer)).toBe('23503');
      expect(await mention(ids.dsr, 'dsr_requests', people().auditor, people().privacy)).toBe('23503');
      expect(await mention(ids.finding, 'findings', { ...people().viewer, id: randomUUID() })).toBe('23503');
      const rows = await at.act(people().viewer, 'SELECT c.id FROM my_mentions(10) m (id) JOIN comments c USING (id)');
      expect(rows).toHaveLength(1);
    });

    it('are edited by their author, with the trail, and settled by anybody who comments', async () => {
      const change = (person: TestPerson, set: string) =>
        at.attempt(person, `UPDATE comments SET ${set} WHERE id = '${ids.comment}'`).then(refused);
      for (const set of ["body = 'x'", 'archived_at = now()', `mentions = '{${people().risk.id}}'`])
        expect(await change(people().risk, set)).toBe('42501');
      for (const set of [
        'resource_id = id',
        'parent_id = id',
        "resource_type = 'x'",
        'resolved_at = now()',
        'edited_at = NULL',
        'created_by = NULL',
      ])
        expect(await change(people().auditor, set)).toBe('42501');
      expect(await change(people().viewer, 'resolved = true')).toBe('42501');
      expect(await change(people().auditor, "body = 'better'")).toBe('done');
      expect(await change(people().risk, 'resolved = true')).toBe('done');
      const [row] = await at.look(
        `SELECT body, edited_at IS NOT NULL AS edited, resolved_by FROM ${at.a.schema}.comments WHERE id = $1`,
        [ids.comment],
      );
      expect(row).toEqual({ body: 'better', edited: true, resolved_by: people().risk.id });
      const before = await at.act(
        people().viewer,
        `SELECT old_values ->> 'body' AS body FROM trail WHERE resource_id = '${ids.comment}' AND action = 'update'`,
      );
      expect(before.map(({ body }) => body)).toContain(SECRET);
    });

    it('answer one level deep, within their record, and not to an archived one', async () => {
      const answer = randomUUID();
      const to = (parent: string, record = ids.finding, id = randomUUID()) =>
        at.attempt(people().auditor, comment('findings', record, { id, parent_id: parent })).then(refused);
      expect(await to(ids.comment, ids.finding, answer)).toBe('done');
      expect(await to(answer)).toBe('23503');
      expect(await to(ids.hidden)).toBe('23503');
      expect(refused(await at.attempt(people().auditor, `UPDATE comments SET resolved = true WHERE id = '${answer}'`))).toBe(
        '23514',
      );
      const archived = randomUUID();
      await at.act(
        people().auditor,
        insertSql('findings', archived),
        `UPDATE findings SET archived_at = now() WHERE id = '${archived}'`,
      );
      expect(refused(await at.attempt(people().auditor, comment('findings', archived)))).toBe('KP001');
    });
  });

  it('nobody watches or reads for another, and a notice is read once', async () => {
    const other = people().risk.id;
    const [me] = [people().viewer];
    expect(
      refused(
        await at.attempt(
          me,
          `INSERT INTO watchers (resource_type, resource_id, person_id, watching) VALUES ('findings', '${ids.finding}', '${other}', true)`,
        ),
      ),
    ).toBe('42501');
    expect(refused(await at.attempt(me, `INSERT INTO notice_reads (person_id, notice_key) VALUES ('${other}', 'x')`))).toBe(
      '42501',
    );
    await at.act(me, `INSERT INTO notice_reads (notice_key) VALUES ('due:findings:1')`);
    expect(refused(await at.attempt(me, `INSERT INTO notice_reads (notice_key) VALUES ('due:findings:1')`))).toBe('23505');
    for (const fn of TENANT_FUNCTIONS) {
      expect(await at.act(people()[fn], 'SELECT notice_key FROM notice_reads')).toHaveLength(fn === 'viewer' ? 1 : 0);
      if (fn !== 'admin')
        expect(await at.act(people()[fn], "SELECT 1 FROM trail WHERE resource_type = 'notice_reads'")).toEqual([]);
    }
  });

  it('files and links are brought by whoever may change the record, while it stands open', async () => {
    const link = (table: string, record: string, url = 'https://a.example/b') =>
      `INSERT INTO attachments (resource_type, resource_id, kind, name, url) VALUES ('${table}', '${record}', 'link', 'A', '${url}')`;
    expect(refused(await at.attempt(people().auditor, link('findings', ids.finding)))).toBe('done');
    expect(refused(await at.attempt(people().risk, link('findings', ids.finding)))).toBe('42501');
    expect(refused(await at.attempt(people().viewer, link('findings', ids.finding)))).toBe('42501');
    expect(refused(await at.attempt(people().compliance, link('findings', ids.secret)))).toBe('P0002');
    for (const url of ['http://a.example', 'javascript:alert(1)', 'file:///etc/passwd', 'https://a b'])
      expect(refused(await at.attempt(people().auditor, link('findings', ids.finding, url)))).toBe('23514');
    const half = `INSERT INTO attachments (resource_type, resource_id, kind, name) VALUES ('findings', '${ids.finding}', 'file', 'A')`;
    expect(refused(await at.attempt(people().auditor, half))).toBe('23514');
  });

  describe('approvals', () => {
    const record = randomUUID();
    const request = randomUUID();
    const set = (person: TestPerson, change: string, id = record) =>
      at
        .attempt(
          person,
          "SELECT set_config('app.reason', 'because', true)",
          `UPDATE data_inventory SET ${change} WHERE id = '${id}'`,
        )
        .then(refused);
    const ask = async (id: string, person = people().privacy, of = record) => {
      const [row] = await at.look(`SELECT row_version AS v FROM ${at.a.schema}.data_inventory WHERE id = $1`, [of]);
      return refused(
        await at.attempt(person, `SELECT request_approval('${id}', 'data_inventory', '${of}', 'approved', ${row?.v})`),
      );
    };
    const hashOf = async (id: string) =>
      (await at.look(`SELECT content_sha256 AS h FROM ${at.a.schema}.approvals WHERE id = $1`, [id]))[0]?.h;
    const decide = async (person: TestPerson, id: string, decision = 'approve', reason = '', hash?: string) => {
      const outcome = await at.attempt(
        person,
        `SELECT decide_approval('${id}', '${decision}', '${hash ?? (await hashOf(id))}', '${reason}') AS status`,
      );
      return 'refused' in outcome ? outcome.refused : outcome.rows[0]?.status;
    };
    const statusOf = async (id: string) =>
      (await at.look(`SELECT status FROM ${at.a.schema}.approvals WHERE id = $1`, [id]))[0]?.status;
    const stateOf = async () =>
      (await at.look(`SELECT status FROM ${at.a.schema}.data_inventory WHERE id = $1`, [record]))[0]?.status;

    beforeAll(async () => {
      const args = [at.a.schema, at.a.id, JSON.stringify(RULE)];
      // risk and admin approve records of processing here: the quorum needs two who did not write it
      await at.look(`SELECT private.guard_approval($1, $2::uuid, 'data_inventory', $3::jsonb)`, args);
      await at.look(`SELECT private.guard_approval($1, $2::uuid, 'data_inventory', $3::jsonb)`, args);
      await at.act(
        people().privacy,
        insertSql('data_inventory', record),
        `UPDATE data_inventory SET status = 'in_review' WHERE id = '${record}'`,
      );
    });

    it('the step is impossible without them', async () => {
      expect(await set(people().privacy, "status = 'approved'")).toBe('KP065');
      expect(await ask(request)).toBe('done');
      expect(await ask(randomUUID())).toBe('23505');
      expect(await set(people().privacy, "status = 'approved'")).toBe('KP065');
      // who wrote it, who may not, what was not looked at, without a reason
      expect(await decide(people().privacy, request)).toBe('KP066');
      expect(await decide(people().auditor, request)).toBe('42501');
      expect(await decide(people().viewer, request)).toBe('42501');
      expect(await decide(people().admin, request, 'approve', '', 'f'.repeat(64))).toBe('KP067');
      expect(await decide(people().admin, request, 'refuse')).toBe('KP006');
      expect(await decide(at.b.people.admin, request)).toBe('P0002');
      expect(await decide(people().admin, request)).toBe('open');
      expect(await decide(people().admin, request)).toBe('23505');
      expect(await set(people().privacy, "status = 'approved'")).toBe('KP065');
      expect(await decide(people().risk, request)).toBe('granted');
      expect(await decide(people().risk, request)).toBe('KP001');
      expect(await set(people().privacy, "status = 'approved'")).toBe('done');
    });

    it('nor by writing their tables, nor by making the record in the state', async () => {
      const tables = ['approvals', 'approval_votes', 'approval_rules', 'approval_authors'];
      const statements = tables.flatMap((table) => [
        `DELETE FROM ${table}`,
        `UPDATE ${table} SET updated_at = now()`,
        `INSERT INTO ${table} (id) VALUES (gen_random_uuid())`,
      ]);
      const inner = [
        `SELECT recheck_approvals('data_inventory', '${record}', true)`,
        `SELECT role_sees('kompl_owner', 'data_inventory', '${record}')`,
      ];
      for (const fn of TENANT_FUNCTIONS)
        expect(await at.attempt(people()[fn], allDenied([...statements, ...inner]))).toEqual({ rows: [] });
      expect(['KP005', 'KP065']).toContain(
        refused(await at.attempt(people().privacy, insertSql('data_inventory', randomUUID(), { status: 'approved' }))),
      );
    });

    it('what is free voids nothing; a change of the content voids it, the record falls back, and the approved content is kept', async () => {
      expect(await set(people().privacy, "data_category = 'another'")).toBe('done');
      expect([await statusOf(request), await stateOf()]).toEqual(['granted', 'approved']);
      expect(await set(people().privacy, "processing_purpose = 'changed'")).toBe('done');
      expect([await statusOf(request), await stateOf()]).toEqual(['void', 'in_review']);
      expect(await set(people().privacy, "status = 'approved'")).toBe('KP065');
      const [kept] = await at.act(
        people().viewer,
        `SELECT content ->> 'data_type' AS name, content ? 'data_category' AS free FROM approvals WHERE id = '${request}'`,
      );
      expect(kept).toEqual({ name: 'Payroll', free: false });
    });

    it('a change while it is asked voids the request, and nobody approves it then', async () => {
      const next = randomUUID();
      expect(await ask(next)).toBe('done');
      expect(await decide(people().admin, next)).toBe('open');
      expect(await set(people().privacy, "processing_purpose = 'changed again'")).toBe('done');
      expect(await statusOf(next)).toBe('void');
      expect(await decide(people().risk, next)).toBe('KP067');
    });

    it('refused with a reason, taken back by who asked and by who gave', async () => {
      const [first, second] = [randomUUID(), randomUUID()];
      const withdraw = async (person: TestPerson, id: string, reason = 'a mistake') => {
        const outcome = await at.attempt(person, `SELECT withdraw_approval('${id}', '${reason}') AS status`);
        return 'refused' in outcome ? outcome.refused : outcome.rows[0]?.status;
      };
      await ask(first);
      expect(await decide(people().admin, first, 'refuse', 'too vague')).toBe('refused');
      expect(await set(people().privacy, "status = 'approved'")).toBe('KP065');
      await ask(second);
      expect(await withdraw(people().risk, second)).toBe('42501');
      expect(await withdraw(people().privacy, second, ' ')).toBe('KP006');
      expect(await decide(people().admin, second)).toBe('open');
      expect(await decide(people().risk, second)).toBe('granted');
      expect(await withdraw(people().risk, second)).toBe('open');
      expect(await set(people().privacy, "status = 'approved'")).toBe('KP065');
      expect(await decide(people().privacy, second)).toBe('KP066');
      expect(await decide(people().risk, second)).toBe('granted');
      expect(await set(people().privacy, "status = 'approved'")).toBe('done');
      expect(await withdraw(people().risk, second)).toBe('KP001');
    });
  });

  it('holds exactly the rules of the definitions', async () => {
    const rows = await at.look(
      `SELECT resource_type AS table, field, step AS to, functions AS by, quorum,
         ARRAY(SELECT f FROM unnest(free) WITH ORDINALITY u (f, n) JOIN pg_attribute a ON a.attrelid = ($1 || '.' || resource_type)::regclass
           AND a.attname = f WHERE a.attgenerated = '' ORDER BY n) AS free, back, parts
       FROM ${at.b.schema}.approval_rules ORDER BY resource_type, step`,
      [at.b.schema],
    );
    const wanted = Object.values(ENTITIES)
      .flatMap((entity) => guardedApprovals(entity).map((rule) => ({ table: entity.table, ...rule })))
      .sort((a, b) => `${a.table} ${a.to}`.localeCompare(`${b.table} ${b.to}`));
    expect(rows).toEqual(wanted);
  });
});
