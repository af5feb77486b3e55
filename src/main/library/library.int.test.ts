/** The library and its way to tenants: versions that never change, three ways, and no way back. */
import type { Database } from '@main/db/database';
import { openDatabase } from '@main/db/database';
import { TEST_PASSWORD, type TestTenant, Workplace } from '@main/db/migrate/testing';
import { createTestDatabase, type TestDatabase, testKinds } from '@main/db/testing/databases';
import { smallCatalog } from '@main/domains/regops/oscal/testing';
import type { EntityContext } from '@main/entities/context';
import { newOpId, testClock } from '@main/entities/testing/desk';
import type { TenantFunction } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addVersion, diffVersions, findVersion, publishTo, showItem } from './library';
import { acceptOffer, listOffers, previewOffer } from './offers';

const controls = (...names: readonly (readonly [string, string, string?])[]) =>
  JSON.stringify({
    library: 1,
    kind: 'control_set',
    controlSet: { name: 'Baseline', version: '2026', description: null },
    controls: names.map(([ref, name, description = null]) => ({ ref, name, description })),
  });
const policies = (text: string) =>
  JSON.stringify({
    library: 1,
    kind: 'policies',
    policies: [{ key: 'access', name: 'Access policy', version: '1', content: { text } }],
  });

describe.each(testKinds())('the library on %s', (kind) => {
  let server: TestDatabase;
  let root: Database;
  let place: Workplace;
  const open: Database[] = [];

  beforeAll(async () => {
    server = await createTestDatabase(kind);
    root = openDatabase(server.target);
    await root.ready();
    const admin = await root.connectAdmin();
    place = await Workplace.open({
      kind,
      admin,
      connect: () => root.connectAdmin(),
      signIn:
        kind === 'embedded'
          ? null
          : async (user, password) => {
              const database = openDatabase(server.as(user, password));
              open.push(database);
              return database.connectAdmin();
            },
      close: async () => undefined,
    });
  });
  afterAll(async () => {
    await Promise.all(open.map((database) => database.close()));
    if (kind !== 'embedded') {
      const { rows } = await root.admin((client) =>
        client.query<{ rolname: string }>(
          `SELECT rolname FROM pg_roles WHERE rolname IN (SELECT db_role FROM public.users) UNION ALL SELECT r.rolname FROM pg_roles r
           JOIN public.tenants t ON r.rolname ~ ('^tenant_' || replace(t.id::text, '-', '') || '_[a-z]+$')`,
        ),
      );
      await root.admin(async (client) => {
        for (const { rolname } of rows) await client.query(`DROP OWNED BY "${rolname}" CASCADE`);
        for (const { rolname } of rows) await client.query(`DROP ROLE "${rolname}"`);
      });
    }
    await place.database.admin.end();
    await root.close();
    await server.drop();
  });

  const added = (slug: string, version: string, text: string) =>
    addVersion(root, { slug, version, title: slug, note: null, text, fileName: `${slug}.json` });
  const publish = async (
    slug: string,
    version: string,
    tenant: TestTenant,
    more: { dryRun?: boolean; offerOnly?: boolean } = {},
  ) => publishTo(root, await findVersion(root, slug, version), { tenantId: tenant.id, ...more });
  const look = (sql: string, tenant: TestTenant) => place.look(sql.replaceAll('{t}', tenant.schema));

  async function ctxOf(tenant: TestTenant, fn: TenantFunction): Promise<EntityContext & { database: Database }> {
    const person = tenant.people[fn];
    let database = root;
    if (kind !== 'embedded') {
      database = openDatabase(server.as(person.dbRole, TEST_PASSWORD));
      await database.ready();
      open.push(database);
    }
    let last = 0;
    return {
      database,
      session: { personId: person.id, tenantId: tenant.id, functions: [fn] },
      device: { id: `library-${fn}`, nextSeq: () => (last += 1) },
      clock: testClock,
      source: 'test',
    };
  }

  it('keeps each version as it was added', async () => {
    expect(await added('baseline', '1', controls(['A-1', 'First'], ['A-2', 'Second', 'words'], ['A-3', 'Third']))).toMatchObject({
      added: true,
    });
    expect(await added('baseline', '1', controls(['A-1', 'First'], ['A-2', 'Second', 'words'], ['A-3', 'Third']))).toMatchObject({
      added: false,
    });
    await expect(added('baseline', '1', controls(['A-1', 'Other']))).rejects.toMatchObject({ code: 'LIBRARY_FIXED' });
    await expect(added('baseline', '9', policies('x'))).rejects.toMatchObject({ code: 'VALUE_REFUSED' });
    await expect(added('junk', '1', '{"a": 1}')).rejects.toMatchObject({ code: 'LOAD_UNKNOWN' });
    await expect(added('twice', '1', controls(['A', 'x'], ['A', 'y']))).rejects.toMatchObject({ code: 'LOAD_UNKNOWN' });
    for (const table of ['public.library_versions', 'private.library_contents']) {
      await expect(place.look(`DELETE FROM ${table}`)).rejects.toMatchObject({ code: '55000' });
    }
    await added('baseline', '2', controls(['A-1', 'First, better'], ['A-2', 'Second', 'more words'], ['A-4', 'Fourth']));
    expect(await diffVersions(root, 'baseline', '1', '2')).toEqual([
      { key: 'A-1', change: 'changed' },
      { key: 'A-2', change: 'changed' },
      { key: 'A-4', change: 'added' },
      { key: 'A-3', change: 'removed' },
    ]);
  });

  it('previews without a trace, publishes once, and leaves the other tenant alone', async () => {
    const trail = () => look('SELECT count(*)::integer AS n FROM {t}.audit_log', place.a);
    const before = await trail();
    expect((await publish('baseline', '1', place.a, { dryRun: true }))?.counts).toEqual({
      created: 3,
      updated: 0,
      unchanged: 0,
      kept: 0,
    });
    expect(await trail()).toEqual(before);
    expect((await showItem(root, 'baseline')).tenants).toEqual([]);
    expect((await publish('baseline', '1', place.a))?.counts).toEqual({ created: 3, updated: 0, unchanged: 0, kept: 0 });
    expect((await publish('baseline', '1', place.a))?.counts).toEqual({ created: 0, updated: 0, unchanged: 3, kept: 0 });
    expect(await look('SELECT ref FROM {t}.controls ORDER BY ref', place.a)).toEqual([
      { ref: 'A-1' },
      { ref: 'A-2' },
      { ref: 'A-3' },
    ]);
    expect(await look('SELECT version FROM {t}.library_receipts', place.a)).toEqual([{ version: '1' }]);
    expect(await look('SELECT count(*)::integer AS n FROM {t}.controls', place.b)).toEqual([{ n: 0 }]);
    expect((await showItem(root, 'baseline')).tenants).toMatchObject([{ id: place.a.id, version: '1' }]);
    const trace = await look(
      `SELECT DISTINCT actor, source, reason FROM {t}.audit_log WHERE resource_type = 'controls' AND action = 'insert'`,
      place.a,
    );
    expect(trace).toEqual([{ actor: null, source: 'library/baseline 1', reason: 'Library: baseline 1' }]);
    expect(
      await place.look(
        `SELECT action, tenant_id FROM private.audit_logs WHERE action LIKE 'library.%' ORDER BY action, created_at`,
      ),
    ).toEqual([
      { action: 'library.add', tenant_id: null },
      { action: 'library.add', tenant_id: null },
      { action: 'library.give', tenant_id: place.a.id },
    ]);
  });

  it('brings what is new and keeps what the tenant changed', async () => {
    const { auditor, compliance } = place.a.people;
    await place.act(compliance, `UPDATE controls SET description = 'our own words' WHERE ref = 'A-2'`);
    await place.act(auditor, `UPDATE controls SET next_test = '2026-12-01' WHERE ref = 'A-1'`);
    const expected = {
      counts: { created: 1, updated: 1, unchanged: 0, kept: 1 },
      records: [
        { key: 'A-1', change: 'updated', updated: ['name'], kept: [] },
        { key: 'A-2', change: 'kept', updated: [], kept: ['description'] },
        { key: 'A-4', change: 'created', updated: [], kept: [] },
      ],
    };
    const preview = await publish('baseline', '2', place.a, { dryRun: true });
    expect(preview).toEqual(expected);
    // What travels to those who publish holds none of the tenant's words.
    expect(JSON.stringify(preview)).not.toContain('our own words');
    expect(await publish('baseline', '2', place.a)).toEqual(expected);
    expect(await look('SELECT ref, name, description FROM {t}.controls ORDER BY ref', place.a)).toEqual([
      { ref: 'A-1', name: 'First, better', description: null },
      { ref: 'A-2', name: 'Second', description: 'our own words' },
      { ref: 'A-3', name: 'Third', description: null },
      { ref: 'A-4', name: 'Fourth', description: null },
    ]);
  });

  it('brings catalogues by the import that people use', async () => {
    await added('house-rules', '1.0', JSON.stringify(smallCatalog()));
    expect((await publish('house-rules', '1.0', place.b))?.counts).toMatchObject({ created: 14, kept: 0 });
    await place.act(
      place.b.people.compliance,
      `UPDATE requirements SET title = 'Ours' WHERE id = (SELECT id FROM requirements WHERE kind = 'control' ORDER BY order_index LIMIT 1)`,
    );
    const again = await publish('house-rules', '1.0', place.b);
    expect(again?.counts).toEqual({ created: 0, updated: 0, unchanged: 13, kept: 1 });
    expect(again?.records).toMatchObject([{ change: 'kept', kept: ['title'] }]);
  });

  it('is offered, previewed and taken in by the tenant’s own people', async () => {
    await added('templates', '1', policies('one'));
    await added('templates', '2', policies('two'));
    expect(await publish('templates', '1', place.a, { offerOnly: true })).toBeNull();
    const ctx = await ctxOf(place.a, 'compliance');
    const offers = await listOffers(ctx);
    expect(offers.map(({ slug, version, takenVersion }) => [slug, version, takenVersion])).toEqual([
      ['baseline', '2', '2'],
      ['templates', '1', null],
    ]);
    const [, offer] = offers;
    const versionId = offer?.versionId ?? '';
    expect((await previewOffer(ctx, ctx.database, versionId)).counts).toMatchObject({ created: 1 });
    const opId = newOpId();
    const first = await acceptOffer(ctx, ctx.database, opId, versionId);
    expect(first.counts).toMatchObject({ created: 1 });
    expect(await acceptOffer(ctx, ctx.database, opId, versionId)).toEqual(first);
    expect(await look('SELECT name, status, created_by::text AS by FROM {t}.policies', place.a)).toEqual([
      { name: 'Access policy', status: 'draft', by: place.a.people.compliance.id },
    ]);
    // A version that this tenant was not given is not there, nor is it for another tenant or function.
    const second = (await findVersion(root, 'templates', '2')).versionId;
    await expect(acceptOffer(ctx, ctx.database, newOpId(), second)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const other = await ctxOf(place.b, 'compliance');
    expect((await listOffers(other)).map(({ slug }) => slug)).toEqual(['house-rules']);
    await expect(acceptOffer(other, other.database, newOpId(), versionId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const auditor = await ctxOf(place.a, 'auditor');
    await expect(acceptOffer(auditor, auditor.database, newOpId(), versionId)).rejects.toMatchObject({ code: 'ROLE_FORBIDS' });
  });

  it('lets no tenant’s role at the library, nor at another tenant’s part of it', async () => {
    const attempts = [
      'SELECT * FROM public.library_items',
      'SELECT * FROM public.library_subscriptions',
      'SELECT content FROM private.library_contents',
      `INSERT INTO public.library_items (slug, kind, title) VALUES ('mine', 'policies', 'Mine')`,
      `UPDATE public.library_items SET title = 'x'`,
      `INSERT INTO public.library_subscriptions SELECT '${place.a.id}', item_id, id FROM public.library_versions`,
      `SELECT private.add_library_version('mine', 'policies', 'Mine', '1', '{}', NULL)`,
      `SELECT private.give_library_version('${place.a.id}', gen_random_uuid())`,
      `SELECT * FROM ${place.b.schema}.library_offers()`,
      `SELECT ${place.b.schema}.library_content(gen_random_uuid())`,
      `SELECT * FROM ${place.b.schema}.library_receipts`,
      `UPDATE library_receipts SET version = '9'`,
      'DELETE FROM library_receipts',
      'CREATE TEMPORARY TABLE mine (a integer)',
    ];
    for (const person of Object.values(place.a.people)) {
      for (const sql of attempts)
        expect([person.fn, sql, await place.attempt(person, sql)]).toEqual([person.fn, sql, { refused: '42501' }]);
    }
    const guess = await place.attempt(place.a.people.compliance, [
      'SELECT library_content($1::uuid)',
      [(await findVersion(root, 'house-rules', '1.0')).versionId],
    ]);
    expect(guess).toEqual({ refused: 'P0002' });
    if (kind === 'embedded') return;
    const person = await ctxOf(place.a, 'admin');
    await expect(
      addVersion(person.database, { slug: 'mine', version: '1', title: 'Mine', note: null, text: policies('x'), fileName: 'x' }),
    ).rejects.toMatchObject({
      code: 'ROLE_FORBIDS',
    });
    await expect(
      publishTo(person.database, await findVersion(root, 'baseline', '1'), { tenantId: place.b.id }),
    ).rejects.toMatchObject({
      code: 'ROLE_FORBIDS',
    });
  });
});
