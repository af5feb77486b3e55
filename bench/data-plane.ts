/**
 * The data plane on a large tenant (10,000 controls, 50,000 tests, 100,000 records of evidence, 20,000 risks): what row security
 * costs a list and a search, rollups against counting, every query that the screens run, and how many scans used an index.
 */
import { openDatabase } from '@main/db/database';
import { AuditOps } from '@main/domains/auditops';
import { readPosture } from '@main/domains/home/posture';
import { readLiveRollup, readRollup } from '@main/domains/home/rollup';
import { findCandidates } from '@main/entities/candidates';
import type { EntityContext, SqlClient } from '@main/entities/context';
import { pageStatement } from '@main/entities/list-query';
import { countViews, listRecords } from '@main/entities/read';
import { searchAll } from '@main/search/search';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { type ListQuery, listQuerySchema } from '@shared/listing';
import type pg from 'pg';
import { type BenchFigure, figureFrom, figureOf, percentile, progress, timed } from './lib/figure';
import { fillLargeTenant } from './lib/large-tenant';
import { type BenchPerson, type BenchPlace, withPlace } from './lib/place';

const PAIRS = 150;
const WARM_UPS = 15;
const RUNS = 30;
const TODAY = '2026-06-01';
const LONG_LISTS: readonly EntityName[] = ['controls', 'controlTests', 'auditEvidence', 'findings', 'actions'];
const RARE_WORD = 'item4711';
const BROAD_WORD = 'supplier';
/** Identifiers as `fillLargeTenant` makes them. */
const PLAN = '00000000-0000-4000-8005-000000000001';
const TEST = '00000000-0000-4000-8006-000000000001';
const REGULATION = '00000000-0000-4000-8001-000000000001';

export async function run(): Promise<BenchFigure[]> {
  return withPlace(async (place) => {
    progress('a tenant with 10,000 controls, 50,000 tests, 100,000 records of evidence and 20,000 risks');
    const tenant = await place.tenant('large');
    const person = await place.person(tenant, 'auditor');
    await fillLargeTenant(place.admin, tenant.schema, person.personId);
    const guarded = await place.connect();
    const bare = await place.connect();
    try {
      await guarded.query(
        `SET ROLE ${tenant.schema}_auditor; SET search_path TO ${tenant.schema}, public, pg_temp; SET app.person = '${person.personId}'`,
      );
      await bare.query(`SET search_path TO ${tenant.schema}, public, pg_temp`);
      const pair = { guarded, bare, facts: { personId: person.personId, today: TODAY } };
      progress('row security over a list, over a search, rollups over counting');
      return [await rlsList(pair), await fullText(pair), await dashboard(pair), ...(await screens(place, person))];
    } finally {
      await guarded.end();
      await bare.end();
    }
  });
}

interface Pair {
  /** As an auditor of the tenant, under row security. */
  readonly guarded: pg.Client;
  /** As superuser, who knows none. */
  readonly bare: pg.Client;
  readonly facts: { readonly personId: string; readonly today: string };
}

type Side = () => Promise<unknown>;

/** Both sides in turn, the first of a pair alternating. */
async function inTurns(ours: Side, floor: Side, pairs: number): Promise<{ ours: number[]; floor: number[] }> {
  const times = { ours: [] as number[], floor: [] as number[] };
  for (let at = -WARM_UPS; at < pairs; at++) {
    for (const side of at % 2 === 0 ? (['ours', 'floor'] as const) : (['floor', 'ours'] as const)) {
      const took = await timed(side === 'ours' ? ours : floor);
      if (at >= 0) times[side].push(took);
    }
  }
  return times;
}

const parsed = (query: ListQuery) => listQuerySchema.parse(query);

async function rlsList({ guarded, bare, facts }: Pair): Promise<BenchFigure> {
  const { text, values } = pageStatement(entityOf('controls'), parsed({}), facts);
  const on = (client: pg.Client) => () => client.query(text, [...values]);
  const times = await inTurns(on(guarded), on(bare), PAIRS);
  return figureOf('rls-list', times.ours, times.floor);
}

/** Ours asks the index first and then reads; without row security one statement does both by the same index. */
async function fullText({ guarded, bare, facts }: Pair): Promise<BenchFigure> {
  const entity = entityOf('auditEvidence');
  const query = parsed({ search: RARE_WORD });
  const tx: SqlClient = { query: (text, values = []) => guarded.query(text, [...values]) };
  const ours = async () => {
    const page = pageStatement(entity, query, facts, await findCandidates(tx, entity, query));
    return guarded.query(page.text, [...page.values]);
  };
  const plain = pageStatement(entity, query, facts);
  const times = await inTurns(ours, () => bare.query(plain.text, [...plain.values]), PAIRS);
  return figureOf('full-text-rls', times.ours, times.floor);
}

async function dashboard({ guarded }: Pair): Promise<BenchFigure> {
  // Counting takes three statements, one behind the other.
  let last: Promise<unknown> = Promise.resolve();
  const tx: SqlClient = {
    query: <Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) => {
      const next = last.then(() => guarded.query<Row>(text, [...values]));
      last = next;
      return next;
    },
  };
  const times = await inTurns(
    () => readRollup(tx, '2026-04-01'),
    () => readLiveRollup(tx),
    60,
  );
  return figureOf('dashboard-rollup', times.ours, times.floor);
}

/** What the screens run, through the services, as a signed-in person; nothing is kept from one run to the next. */
async function screens(place: BenchPlace, person: BenchPerson): Promise<BenchFigure[]> {
  const database = openDatabase({ ...place.server, ...person.login });
  const ctx: EntityContext = {
    database,
    session: { personId: person.personId, tenantId: person.tenantId, functions: ['auditor'] },
    device: { id: 'bench', nextSeq: () => 1 },
    clock: { now: () => new Date(`${TODAY}T12:00:00Z`), today: () => TODAY },
    source: 'bench/0.1.0',
  };
  const audits = new AuditOps();
  const lists = (query: (name: EntityName) => readonly ListQuery[]): Side[] =>
    LONG_LISTS.flatMap((name) => query(name).map((one) => () => listRecords(ctx, name, one)));
  const queries: Readonly<Record<string, readonly Side[]>> = {
    'query-list': [...lists(() => [{}]), ...LONG_LISTS.map((name) => () => countViews(ctx, name))],
    'query-filtered-list': lists((name) =>
      entityOf(name).list.views.map(({ filter }) => parsed(JSON.parse(JSON.stringify({ filter })))),
    ),
    'query-search-list': lists(() => [{ search: RARE_WORD }]),
    'query-search-broad': lists(() => [{ search: BROAD_WORD }]),
    'query-search-all': [RARE_WORD, 'CT-0047', 'backup'].map((text) => () => searchAll(ctx, text)),
    'query-posture': [() => readPosture(ctx)],
    'query-programme': [() => audits.programme(ctx, PLAN)],
    'query-workpaper': [() => audits.workpaper(ctx, TEST)],
    'query-scope': [() => audits.scope(ctx, REGULATION)],
    'query-risks': [() => risks(ctx)],
  };
  try {
    await database.ready();
    await place.admin.query('SELECT pg_stat_reset()');
    const figures: BenchFigure[] = [];
    for (const [name, sides] of Object.entries(queries)) {
      progress(name);
      figures.push(await slowest(name, sides));
    }
    figures.push(await indexScans(place, person.schema));
    return figures;
  } finally {
    await database.close();
  }
}

/** The p95 of the slowest of the queries. Floor: one millisecond, so that the ratio is milliseconds. */
async function slowest(name: string, sides: readonly Side[]): Promise<BenchFigure> {
  let worst = 0;
  for (const side of sides) {
    const times: number[] = [];
    for (let at = -3; at < RUNS; at++) {
      const took = await timed(side);
      if (at >= 0) times.push(took);
    }
    worst = Math.max(worst, percentile(times, 0.95));
  }
  return figureFrom(name, worst, 1, RUNS * sides.length);
}

function risks({ database, session }: EntityContext): Promise<unknown> {
  const scope = {
    tenantId: session.tenantId,
    personId: session.personId,
    function: 'auditor',
    source: 'bench',
    readOnly: true,
  } as const;
  return database.withTenant(scope, (tx) =>
    Promise.all([
      tx.query(
        `SELECT id, risk_name, risk_score, status, owner_id FROM risk_register WHERE archived_at IS NULL
         ORDER BY risk_score DESC NULLS LAST, id DESC LIMIT 200`,
      ),
      tx.query(
        `SELECT likelihood, impact, count(*)::integer AS risks FROM risk_register
         WHERE archived_at IS NULL AND status <> 'closed' GROUP BY likelihood, impact`,
      ),
    ]),
  );
}

async function indexScans({ admin }: BenchPlace, schema: string): Promise<BenchFigure> {
  // Backends report what they scanned when they have been idle for a second.
  await new Promise((done) => setTimeout(done, 2_000));
  const { rows } = await admin.query<{ byIndex: number; all: number }>(
    `SELECT sum(s.idx_scan)::float8 AS "byIndex", sum(s.idx_scan + s.seq_scan)::float8 AS "all"
     FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid WHERE s.schemaname = $1 AND c.reltuples > 1000`,
    [schema],
  );
  const [scans] = rows;
  if (!scans) throw new Error('no scans were counted');
  return figureFrom('index-scans', scans.byIndex, scans.all, scans.all);
}
