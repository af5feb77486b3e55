/**
 * Moves the days on which the demonstration's findings were written, extended and settled back into the past. No operation can do that, and none should:
 * the owner of the tables does it once, with the stamp resting, and the trail says so.
 */
import { type AdminClient, asOwner } from '@main/db/migrate';
import { addDays } from '@main/entities/context';
import { tenantSchema } from '@shared/roles';
import type { TenantContent } from './content';

export async function ageFindings(
  client: AdminClient,
  tenantId: string,
  content: TenantContent,
  today: string,
  source: string,
): Promise<void> {
  const table = `${tenantSchema(tenantId)}.findings`;
  const extensions = `${tenantSchema(tenantId)}.finding_extensions`;
  const at = (ago: number) => `${addDays(today, -ago)}T10:00:00Z`;
  const rows = content.findings.map(({ title, age }) => ({ title, at: at(age) }));
  const settled = content.findings.flatMap(({ title, settled: ago }) => (ago === undefined ? [] : [{ title, at: at(ago) }]));
  const extended = content.findings.flatMap(({ title, extended: moves = [] }) =>
    moves.map(({ ago }, nth) => ({ title, number: nth + 1, at: at(ago) })),
  );
  await asOwner(client, async () => {
    await client.query("SELECT set_config('app.source', $1, true), set_config('app.reason', $2, true)", [
      source,
      'Demonstration: the finding is shown as old as its story says',
    ]);
    await client.query(`ALTER TABLE ${table} DISABLE TRIGGER stamp_row`);
    await client.query(
      `UPDATE ${table} f SET created_at = r.at FROM jsonb_to_recordset($1::jsonb) AS r (title text, at timestamptz)
       WHERE f.title = r.title AND f.created_at > r.at`,
      [JSON.stringify(rows)],
    );
    await client.query(
      `UPDATE ${table} f SET settled_at = r.at FROM jsonb_to_recordset($1::jsonb) AS r (title text, at timestamptz)
       WHERE f.title = r.title AND f.settled_at > r.at`,
      [JSON.stringify(settled)],
    );
    await client.query(`ALTER TABLE ${table} ENABLE TRIGGER stamp_row`);
    await client.query(`ALTER TABLE ${extensions} DISABLE TRIGGER stamp_row`);
    await client.query(
      `UPDATE ${extensions} x SET created_at = r.at FROM jsonb_to_recordset($1::jsonb) AS r (title text, number integer, at timestamptz),
         ${table} f WHERE f.title = r.title AND x.finding_id = f.id AND x.number = r.number AND x.created_at > r.at`,
      [JSON.stringify(extended)],
    );
    await client.query(`ALTER TABLE ${extensions} ENABLE TRIGGER stamp_row`);
  });
}
