/**
 * What stands in the database after all migrations, asked from its own catalogue: the client's ERD, the entity definitions, and
 * the rules every table keeps.
 */
import { columnName, type Entity } from '@shared/entities/define';
import type { Field } from '@shared/entities/fields';
import { ENTITIES, type EntityName, entityOf } from '@shared/entities/registry';
import { TENANT_FUNCTIONS } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseErd, readErd } from './erd';
import { marksPersonSql } from './people';
import { type TestDatabase, testServers, Workplace } from './testing';

const erd = readErd();

describe.each(testServers(['embedded', 'server']))('the schema on $kind', ({ open }) => {
  let database: TestDatabase;
  let at: Workplace;
  let columns: Map<string, { type: string; notNull: boolean }>;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
    const rows = await at.look(
      `SELECT n.nspname AS schema, c.relname AS rel, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
         a.attnotnull AS "notNull"
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname IN ('public', 'private', $1) AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v')`,
      [at.a.schema],
    );
    columns = new Map(
      rows.map((row) => [
        `${place(String(row.schema))}.${row.rel}.${row.name}`,
        { type: String(row.type), notNull: row.notNull === true },
      ]),
    );
  });
  afterAll(() => database?.close());

  const place = (schema: string) => (schema === at.a.schema ? 'tenant' : schema);

  describe.skipIf(erd === null)(
    'holds the ERD (skipped where erd.sql is not beside the repository; KOMPL_SHARED names its folder)',
    () => {
      it('with every table, column and type', () => {
        const wanted = parseErd(erd ?? '');
        expect(new Set(wanted.map(({ scope, table }) => `${scope}.${table}`)).size).toBe(28);
        const missing = wanted
          .map(({ scope, table, column, type }) => ({ key: `${scope}.${table}.${column}`, type }))
          .filter(({ key, type }) => columns.get(key)?.type !== type);
        expect(missing).toEqual([]);
      });

      it('with every reference, and those it states in words', async () => {
        const rows = await at.look(
          `SELECT r.relname || '.' || a.attname || ' > ' || t.relname AS fk
         FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
         JOIN pg_namespace n ON n.oid = r.relnamespace
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
         WHERE k.contype = 'f' AND n.nspname IN ('public', 'private', $1)
         -- a person's column of a tenant, which has no key (decision 53)
         UNION ALL SELECT r.relname || '.' || a.attname || ' > users' FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid
         JOIN pg_namespace n ON n.oid = r.relnamespace JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
         WHERE n.nspname = $1 AND ${marksPersonSql('k')}`,
          [at.a.schema],
        );
        const found = new Set(rows.map(({ fk }) => fk));
        const wanted = parseErd(erd ?? '').flatMap((c) => (c.references ? [`${c.table}.${c.column} > ${c.references}`] : []));
        const inWords = [
          'dsr_requests.data_inventory_id > data_inventory',
          'vulnerabilities.risk_id > risk_register',
          'controls.control_set_id > control_sets',
          'embeddings.chunk_id > chunks',
          'similarity_scores.embedding_id > embeddings',
        ];
        expect([...wanted, ...inWords].filter((fk) => !found.has(fk))).toEqual([]);
        const [licence] = await at.look(
          `SELECT count(*)::integer AS n FROM pg_index WHERE indrelid = 'public.licenses'::regclass AND indisunique AND indnatts = 1
           AND indkey[0] = (SELECT attnum FROM pg_attribute WHERE attrelid = 'public.licenses'::regclass AND attname = 'tenant_id')`,
        );
        expect(licence?.n).toBe(1);
      });
    },
  );

  describe.each(Object.keys(ENTITIES) as EntityName[])('%s', (name) => {
    const entity = entityOf(name);

    it('has a column of the right type for every field', () => {
      const wrong = Object.entries(entity.allFields).flatMap(([key, field]) => {
        const column = columns.get(`tenant.${entity.table}.${columnName(key)}`);
        const fits = column && typesOf(key, field).includes(column.type);
        const needs = field.required && column && !column.notNull;
        return fits && !needs ? [] : [`${key}: ${column?.type ?? 'missing'}${needs ? ' nullable' : ''}`];
      });
      expect(wrong).toEqual([]);
    });

    it('has a CHECK with exactly the values of every choice', async () => {
      const rows = await at.look(
        `SELECT a.attname AS name, pg_get_constraintdef(k.oid) AS body
         FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
         WHERE k.contype = 'c' AND k.conrelid = $1::regclass AND cardinality(k.conkey) = 1`,
        [`${at.a.schema}.${entity.table}`],
      );
      for (const [key, field] of Object.entries(entity.allFields)) {
        if (!field.options) continue;
        const body = String(rows.find((row) => row.name === columnName(key) && String(row.body).includes("'"))?.body);
        const values = [...body.matchAll(/'([^']*)'/g)].map(([, value]) => value);
        expect([key, values.sort()]).toEqual([key, field.options.map(({ value }) => value).sort()]);
      }
    });

    it('grants each function exactly what its definition says', async () => {
      const rows = await at.look(
        `SELECT f AS fn, a.attname AS name, p.privilege,
           has_column_privilege($1 || '_' || f, $1 || '.' || $2, a.attname, p.privilege) AS has
         FROM unnest($3::text[]) f, pg_attribute a, (VALUES ('SELECT'), ('INSERT'), ('UPDATE')) p (privilege)
         WHERE a.attrelid = ($1 || '.' || $2)::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
        [at.a.schema, entity.table, [...TENANT_FUNCTIONS]],
      );
      const granted = rows.filter((row) => row.has).map((row) => `${row.fn} ${row.privilege} ${row.name}`);
      const own = [...columns.keys()].flatMap((key) =>
        key.startsWith(`tenant.${entity.table}.`) ? [key.split('.')[2] ?? ''] : [],
      );
      expect(granted.sort()).toEqual(expectedGrants(entity, own).sort());
      const beyond = await at.look(
        `SELECT f AS fn FROM unnest($3::text[]) f
         WHERE has_table_privilege($1 || '_' || f, $1 || '.' || $2, 'DELETE, TRUNCATE, REFERENCES, TRIGGER')`,
        [at.a.schema, entity.table, [...TENANT_FUNCTIONS]],
      );
      expect(beyond).toEqual([]);
    });
  });
});

/** What `format_type` may say for a field. */
function typesOf(key: string, field: Field): string[] {
  switch (field.kind) {
    case 'text':
      return key === 'id' ? ['uuid'] : [`character varying(${field.maxLength})`];
    case 'hash':
      return ['character varying(64)'];
    case 'enum':
      return [20, 30, 50, 2].map((length) => `character varying(${length})`);
    case 'integer':
      return [(field.max ?? 0) > 2_147_483_647 ? 'bigint' : 'integer'];
    case 'reference':
    case 'person':
      return ['uuid'];
    case 'longText':
      return ['text'];
    case 'instant':
      return ['timestamp with time zone'];
    case 'tags':
      return ['text[]'];
    case 'json':
      return ['jsonb'];
    default:
      return [field.kind];
  }
}

/** Columns that nobody types but that an import brings along: given at creation, later only through note_…_source. */
const IMPORTED: Readonly<Record<string, readonly string[]>> = {
  regulations: ['parsedContent', 'sourceFormat', 'sourceUuid', 'sourceSha256'],
  requirements: ['sourceId', 'params', 'sourcePlace'],
};

/** `columns`: all of the table; reading is granted by the table. */
function expectedGrants(entity: Entity, columns: readonly string[]): string[] {
  const grants: string[] = [];
  const give = (functions: readonly string[], privilege: string, names: readonly string[]) => {
    for (const fn of functions) for (const name of names) grants.push(`${fn} ${privilege} ${name}`);
  };
  const fields = Object.entries(entity.fields);
  const imported = IMPORTED[entity.table] ?? [];
  const names = (keys: readonly string[]) => keys.map(columnName);
  give(entity.access.read, 'SELECT', columns);
  const creatable = fields.filter(([, f]) => f.writable === 'both' || f.writable === 'create').map(([key]) => key);
  give(entity.access.create, 'INSERT', ['id', ...names([...creatable, ...imported])]);
  const changeable = fields.filter(([, f]) => (f.writable === 'both' || f.writable === 'update') && f.merge !== 'immutable');
  give(entity.access.update, 'UPDATE', names(changeable.map(([key]) => key)));
  give(entity.access.archive, 'UPDATE', ['archived_at']);
  return grants;
}
