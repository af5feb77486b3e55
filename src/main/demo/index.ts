/**
 * The demonstration workspace: `seedDemo` makes it in an empty database, once. Tenants and persons come by provisioning, all
 * else by the services and operations that the window uses, done for the demonstration's own persons. A making that was cut
 * short (a kill, a full disk) goes on at the next call.
 */
import { randomBytes } from 'node:crypto';
import type { Database } from '@main/db/database';
import { loadMigrations } from '@main/db/migrate';
import type { Clock, EntityContext } from '@main/entities/context';
import type { PdfPrinter } from '@main/reports/document';
import { DEMO_PERSONS, DEMO_TENANTS, type DemoTenant } from '@shared/demo';
import { CodedError } from '@shared/errors';
import type { TenantFunction } from '@shared/roles';
import { z } from 'zod';
import { ageFindings } from './age';
import { contentOf } from './content';
import { type DemoMarker, hasNoTenant, readMarker, writeMarker } from './marker';
import { readOlderNotices } from './notices';
import { ensurePeople, ensureTenants } from './people';
import { makePolicies } from './policies';
import { fillTenant, type TenantToFill } from './tenant';
import { talkTogether } from './together';

export interface SeedOptions {
  /** Folder of the migrations, which make the tenants' tables. */
  readonly migrations: string;
  readonly clock: Clock;
  /** Told what is going on, for the starting screen. */
  readonly progress?: (text: string) => void;
  /** Prints the report that is issued; without one it stays in review. */
  readonly printer?: PdfPrinter | null;
}

export interface SeedResult {
  /** The workspace holds the demonstration. */
  readonly demo: boolean;
  /** This call made it, or what was missing of it. */
  readonly seeded: boolean;
}

const SOURCE = 'demonstration';

/** Makes the demonstration where there is no tenant yet; a workspace with tenants of its own is left alone. `database` is an administrator's, migrated. */
export async function seedDemo(database: Database, options: SeedOptions): Promise<SeedResult> {
  const { clock, progress, printer = null } = options;
  const marker = await database.admin(async (client): Promise<DemoMarker | null> => {
    const found = await readMarker(client);
    if (found !== null || !(await hasNoTenant(client))) return found;
    const fresh: DemoMarker = { state: 'making', today: clock.today() };
    await writeMarker(client, fresh);
    return fresh;
  });
  if (marker === null) return { demo: false, seeded: false };
  if (marker.state === 'ready') return { demo: true, seeded: false };

  const { today } = marker;
  progress?.('Making the demonstration workspace');
  const migrations = await loadMigrations(options.migrations);
  const tenants = await database.admin(async (client) => {
    const ids = await ensureTenants(client, migrations, today);
    await ensurePeople(client, ids);
    return ids;
  });
  for (const { key, name } of DEMO_TENANTS) {
    progress?.(`Filling ${name}`);
    const content = contentOf(key);
    const tenantId = tenants[key];
    const people = await peopleOf(database);
    const fill: TenantToFill = {
      content,
      today,
      as: contextMaker(database, tenantId, key, people, { ...clock, now: clock.now, today: () => today }),
      person: (local) => idOf(people, (email) => email.startsWith(`${local}@`), local),
      functionOf: (local) => functionOf(local, key),
      name,
      printer,
    };
    await fillTenant(fill);
    if (key === 'nordhaven') {
      await makePolicies(fill);
      await talkTogether(fill);
    }
    await database.admin((client) => ageFindings(client, tenantId, content, today, SOURCE));
    await readOlderNotices(fill, key);
  }
  await database.admin((client) => writeMarker(client, { state: 'ready', today }));
  return { demo: true, seeded: true };
}

type People = ReadonlyMap<string, string>;

/** Ids of the demonstration's persons by e-mail. */
async function peopleOf(database: Database): Promise<People> {
  const row = z.object({ id: z.string(), email: z.string() });
  const { rows } = await database.withPerson({ personId: null, source: SOURCE, readOnly: true }, (tx) =>
    tx.query(
      `SELECT p.id, e.email FROM unnest($1::text[]) AS e (email) CROSS JOIN LATERAL public.person_for_sign_in(e.email) AS p`,
      [DEMO_PERSONS.map((person) => person.email)],
    ),
  );
  return new Map(
    z
      .array(row)
      .parse(rows)
      .map(({ id, email }) => [email, id]),
  );
}

function idOf(people: People, fits: (email: string) => boolean, what: string): string {
  const found = [...people].find(([email]) => fits(email));
  if (found === undefined) throw new CodedError('NOT_FOUND', { what: `The demonstration has no person ${what}` });
  return found[1];
}

function functionOf(local: string, key: DemoTenant['key']): TenantFunction {
  const person = DEMO_PERSONS.find((one) => one.email.startsWith(`${local}@`));
  const place = person?.memberships.find(({ tenant }) => tenant === key);
  if (!place) throw new CodedError('NOT_FOUND', { what: `The demonstration has no person ${local}` });
  return place.function;
}

/** Contexts of the tenant's persons by function, each over the administrator's connection on that person's behalf. */
function contextMaker(
  database: Database,
  tenantId: string,
  key: DemoTenant['key'],
  people: People,
  clock: Clock,
): (fn: TenantFunction, local?: string) => EntityContext {
  let last = 0;
  const device = {
    id: `demonstration-${randomBytes(8).toString('hex')}`,
    nextSeq: () => {
      last += 1;
      return last;
    },
  };
  return (fn, local) => {
    const person = DEMO_PERSONS.find(
      (one) =>
        one.memberships.some((place) => place.tenant === key && place.function === fn) &&
        (local === undefined || one.email.startsWith(`${local}@`)),
    );
    const personId = idOf(people, (email) => email === person?.email, `with the function ${fn}`);
    return { database, session: { personId, tenantId, functions: [fn] }, device, clock, source: SOURCE };
  };
}
