/** The demonstration's workspace on this laptop, for benches of the window: opened by this process alone, and filled up. */
import { join } from 'node:path';
import { openDatabase } from '@main/db/database';
import { forkTransport } from '@main/db/embedded/transport';
import { DEMO_PERSONS, DEMO_TENANTS } from '@shared/demo';
import { tenantSchema } from '@shared/roles';
import type { Client } from 'pg';
import { workstation } from './electron';

const TENANT = DEMO_TENANTS[0];
/** The auditor of the first demonstration tenant. */
export const AUDITOR = DEMO_PERSONS.find(({ memberships }) =>
  memberships.some(({ tenant, function: fn }) => tenant === TENANT?.key && fn === 'auditor'),
);

/** Runs work on the workspace's own server, opened by this process alone. */
export async function onWorkspace<T>(dataDir: string, work: (client: Client, schema: string) => Promise<T>): Promise<T> {
  const entry = join(workstation(), 'out', 'main', 'embedded-postgres.js');
  const database = openDatabase({ kind: 'embedded', dataDir, transport: forkTransport(entry) });
  try {
    await database.ready();
    return await database.admin(async (client) => {
      const { rows } = await client.query<{ id: string }>('SELECT id::text AS id FROM public.tenants WHERE domain = $1', [
        TENANT?.domain,
      ]);
      if (!rows[0]) throw new Error('the workspace has no demonstration tenant');
      return work(client, tenantSchema(rows[0].id));
    });
  } finally {
    await database.close();
  }
}

/** Fills up to so many controls, spread over families, states and results as a real library is. */
export async function fillControls(client: Client, schema: string, count: number): Promise<void> {
  const { rows } = await client.query<{ there: number }>(
    `SELECT count(*)::int AS there FROM ${schema}.controls WHERE archived_at IS NULL`,
  );
  await client.query(
    `INSERT INTO ${schema}.controls (ref, name, description, family, status, type, category, frequency, next_test, priority)
     SELECT f || '-' || (1000 + n), 'Control ' || n || ' of the whole library', 'What is done, by whom and how often: number ' || n,
       f, (ARRAY['active', 'active', 'active', 'in_progress', 'to_do', 'degraded'])[1 + n % 6],
       (ARRAY['preventive', 'detective', 'corrective'])[1 + n % 3], (ARRAY['technical', 'process', 'policy'])[1 + n % 3],
       (ARRAY['monthly', 'quarterly', 'yearly'])[1 + n % 3], date '2026-12-01' + n % 300, 1 + n % 4
     FROM generate_series(1, $1::int) n,
       LATERAL (SELECT (ARRAY['AC', 'AU', 'CM', 'CP', 'IA', 'IR', 'MA', 'SC', 'SI', 'RA'])[1 + n % 10] AS f) family`,
    [count - (rows[0]?.there ?? 0)],
  );
  await client.query(`ANALYZE ${schema}.controls`);
}
