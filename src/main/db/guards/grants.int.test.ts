/**
 * Who holds which privilege on which column of every table without an entity (those with one are compared with their definition
 * in migrate/schema.int.test.ts), asked from the catalogue: nothing is granted beyond this list, and nothing is missing.
 */

import { ENTITIES } from '@shared/entities/registry';
import { TENANT_FUNCTIONS, type TenantFunction } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testServers, Workplace } from '../migrate/testing';
import { writerOf } from './testing';

/** Written by the server alone, in every table. */
const SERVER_ONLY = ['tenant_id', 'row_version', 'created_at', 'updated_at', 'created_by', 'updated_by', 'restricted_root'];
/** No role reads them. */
const PERSONAL = ['dsr_requests.data_subject_id', 'dsr_requests.request_details', 'data_inventory.data_subjects'];
const KNOWLEDGE = ['documents', 'chunks', 'embeddings', 'similarity_scores'];
const OWNED = [
  ...['data_inventory', 'dsr_requests', 'dpias', 'privacy_controls'],
  ...['risk_register', 'vulnerabilities', 'vendor_assessments', 'business_continuity'],
];
/** Reached through functions and views only. */
const CLOSED = ['restricted_records', 'restricted_people', 'reveals'];

const writersOf = (table: string): readonly TenantFunction[] =>
  KNOWLEDGE.includes(table) ? TENANT_FUNCTIONS.filter((fn) => fn !== 'viewer') : OWNED.includes(table) ? [writerOf(table)] : [];

describe.each(testServers(['embedded', 'server']))('privileges on $kind', ({ open }) => {
  let database: TestDatabase;
  let at: Workplace;

  beforeAll(async () => {
    database = await open();
    at = await Workplace.open(database);
  });
  afterAll(() => database?.close());

  it.each([...OWNED, ...KNOWLEDGE, 'sign_offs', ...CLOSED])('%s', async (table) => {
    const rows = await at.look(
      `SELECT f AS fn, p.privilege, a.attname AS column, a.attgenerated <> '' AS generated,
         has_column_privilege($1 || '_' || f, $1 || '.' || $2, a.attname, p.privilege) AS has
       FROM unnest($3::text[]) f, pg_attribute a, (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('REFERENCES')) p (privilege)
       WHERE a.attrelid = ($1 || '.' || $2)::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
      [at.a.schema, table, [...TENANT_FUNCTIONS]],
    );
    const should = (fn: TenantFunction, privilege: string, column: string, generated: boolean): boolean => {
      if (CLOSED.includes(table)) return false;
      if (privilege === 'SELECT') return !PERSONAL.includes(`${table}.${column}`);
      if (privilege === 'REFERENCES' || generated || SERVER_ONLY.includes(column) || !writersOf(table).includes(fn)) return false;
      return column === 'archived_at' ? privilege === 'UPDATE' : privilege === 'INSERT' || column !== 'id';
    };
    const wrong = rows.filter(
      (row) => row.has !== should(row.fn as TenantFunction, String(row.privilege), String(row.column), row.generated === true),
    );
    expect(wrong).toEqual([]);
    const whole = await at.look(
      `SELECT f AS fn FROM unnest($3::text[]) f WHERE has_table_privilege($1 || '_' || f, $1 || '.' || $2, 'DELETE, TRUNCATE, TRIGGER')`,
      [at.a.schema, table, [...TENANT_FUNCTIONS]],
    );
    expect(whole).toEqual([]);
  });

  it('no table with restricted_root is without its policy, no table of work without the column', async () => {
    const catalogue = [
      ...['regulations', 'requirements', 'control_sets', 'controls', 'control_requirements', 'requirement_mappings'],
      'saved_views', // each person's own
    ];
    const work = [...new Set([...Object.values(ENTITIES).map(({ table }) => table), ...OWNED, ...KNOWLEDGE])].filter(
      (table) => !catalogue.includes(table),
    );
    const rows = await at.look(
      `SELECT c.relname AS table FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'restricted_root'
       JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'restricted_only' AND NOT p.polpermissive AND cardinality(p.polroles) = 6
       WHERE c.relnamespace = $1::regnamespace`,
      [at.a.schema],
    );
    expect(rows.map((row) => row.table).sort()).toEqual(work.sort());
  });
});
