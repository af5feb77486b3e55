/** The note in `public.global_config` that a workspace holds the demonstration, and from which day its dates count. */
import { type AdminClient, asOwner } from '@main/db/migrate';
import { z } from 'zod';

const markerSchema = z.object({ state: z.enum(['making', 'ready']), today: z.iso.date() });
export type DemoMarker = z.infer<typeof markerSchema>;

const KEY = 'demonstration';

/** Null where the workspace was never meant to hold it. */
export async function readMarker(client: AdminClient): Promise<DemoMarker | null> {
  const { rows } = await asOwner(client, () => client.query('SELECT value FROM public.global_config WHERE key = $1', [KEY]));
  const [row] = z.array(z.object({ value: markerSchema })).parse(rows);
  return row?.value ?? null;
}

export async function writeMarker(client: AdminClient, marker: DemoMarker): Promise<void> {
  await asOwner(client, () =>
    client.query(
      `INSERT INTO public.global_config (key, value, description) VALUES ($1, $2::jsonb, $3)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      [KEY, JSON.stringify(marker), 'This workspace holds the demonstration; its dates count from this day.'],
    ),
  );
}

/** True where no tenant is there yet: only then may the demonstration move in. */
export async function hasNoTenant(client: AdminClient): Promise<boolean> {
  const { rows } = await asOwner(client, () => client.query('SELECT EXISTS (SELECT FROM public.tenants) AS some'));
  const [row] = z.array(z.object({ some: z.boolean() })).parse(rows);
  return row?.some === false;
}
