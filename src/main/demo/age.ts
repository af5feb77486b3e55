/**
 * Moves the day on which the demonstration's findings were written back into the past. No operation can do that, and none should:
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
  const rows = content.findings.map(({ title, age }) => ({ title, at: `${addDays(today, -age)}T10:00:00Z` }));
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
    await client.query(`ALTER TABLE ${table} ENABLE TRIGGER stamp_row`);
  });
}
