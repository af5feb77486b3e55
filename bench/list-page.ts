/**
 * list-page-100k: a page of a list over 100,000 controls, filtered and sorted, through the service as a person with a login of their
 * own: scope, row security, page, total, names of what the rows refer to; over the two bare statements that give page and total, by
 * the superuser whom no policy keeps. list-end-100k and list-middle-100k: the last page and
 * the one in the middle, in the list's own order, over its first page, all through the service: how far a jump of the scroll bar is.
 */
import { randomUUID } from 'node:crypto';
import { openDatabase } from '@main/db/database';
import { type EntityContext, systemClock } from '@main/entities/context';
import { EntityService } from '@main/entities/service';
import type { ListQuery } from '@shared/listing';
import { type BenchFigure, figureOf, median, progress } from './lib/figure';
import { fillLargeTenant } from './lib/large-tenant';
import { type BenchPlace, withPlace } from './lib/place';

const ROWS = 100_000;
const PAGE = 200;
const WARM_UPS = 3;
const SAMPLES = 21;

interface Question {
  readonly query: ListQuery;
  /** Conditions and order of the bare statement. */
  readonly where: string;
  readonly order: string;
}

const REF = `regexp_replace(regexp_replace(lower(ref), '(\\d+)', '000000000000\\1', 'g'), '0*(\\d{12})(?!\\d)', '\\1', 'g') COLLATE "C"`;

/** What people ask of a long list: a state in its own order, what is due, whose it is, and a page in the middle. */
const QUESTIONS: readonly Question[] = [
  { query: { filter: [{ field: 'status', op: 'eq', value: 'degraded' }] }, where: "status = 'degraded'", order: `${REF}, id` },
  {
    query: {
      filter: [
        { field: 'status', op: 'in', value: ['active', 'degraded'] },
        { field: 'nextTest', op: 'lte', value: '2026-12-31' },
      ],
      sort: [{ field: 'nextTest', dir: 'desc' }],
    },
    where: "status IN ('active', 'degraded') AND next_test <= '2026-12-31'",
    order: 'next_test DESC NULLS LAST, id DESC',
  },
  {
    query: {
      filter: [{ field: 'keyControl', op: 'eq', value: true }],
      sort: [{ field: 'name', dir: 'asc' }],
      offset: 4_800,
    },
    where: 'key_control',
    order: 'name, id',
  },
];

export async function run(): Promise<BenchFigure[]> {
  return withPlace(async (place) => {
    const tenant = await place.tenant('list-page');
    const person = await place.person(tenant, 'compliance');
    await fillLargeTenant(place.admin, person.schema, person.personId, { controls: ROWS, tests: 100, evidence: 100, risks: 100 });
    progress(`${ROWS} controls are in the tenant`);
    const database = openDatabase({ ...place.server, ...person.login });
    try {
      await database.ready();
      const ctx: EntityContext = {
        database,
        session: { personId: person.personId, tenantId: person.tenantId, functions: [person.function] },
        device: { id: randomUUID(), nextSeq: () => 1 },
        clock: systemClock,
        source: 'bench',
      };
      return [await pages(place, person.schema, ctx), ...(await jumps(ctx))];
    } finally {
      await database.close();
    }
  });
}

async function pages({ admin }: BenchPlace, schema: string, ctx: EntityContext): Promise<BenchFigure> {
  const service = new EntityService();
  const { rows: columns } = await admin.query<{ list: string }>(
    `SELECT string_agg(quote_ident(attname), ', ') AS list FROM pg_attribute
     WHERE attrelid = '${schema}.controls'::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('validation_criteria', 'search')`,
  );
  const bare = async ({ where, order, query }: Question) => {
    const from = `FROM ${schema}.controls WHERE archived_at IS NULL AND ${where}`;
    const page = await admin.query(
      `SELECT ${columns[0]?.list} ${from} ORDER BY ${order} LIMIT ${PAGE} OFFSET ${query.offset ?? 0}`,
    );
    const total = await admin.query<{ total: number }>(`SELECT count(*)::int AS total ${from}`);
    return { ids: page.rows.map((row) => row.id), total: total.rows[0]?.total };
  };
  const value: number[] = [];
  const floor: number[] = [];
  for (let round = -WARM_UPS; round < SAMPLES; round++) {
    let [ours, theirs] = [0, 0];
    for (const question of QUESTIONS) {
      const t0 = performance.now();
      const seen = await service.list(ctx, 'controls', { ...question.query, limit: PAGE });
      const t1 = performance.now();
      const wanted = await bare(question);
      theirs += performance.now() - t1;
      ours += t1 - t0;
      if (seen.total !== wanted.total || seen.rows.some((row, at) => row.id !== wanted.ids[at]))
        throw new Error(`another page than the bare statement's: ${question.where}`);
    }
    if (round < 0) continue;
    value.push(ours / QUESTIONS.length);
    floor.push(theirs / QUESTIONS.length);
  }
  progress(`a page takes ${median(value).toFixed(1)} ms, the bare statements ${median(floor).toFixed(1)} ms`);
  return figureOf('list-page-100k', value, floor);
}

async function jumps(ctx: EntityContext): Promise<BenchFigure[]> {
  const service = new EntityService();
  const timed = async (offset: number) => {
    const started = performance.now();
    const { rows } = await service.list(ctx, 'controls', { offset, limit: PAGE, known: ROWS });
    const took = performance.now() - started;
    if (rows.length !== PAGE) throw new Error(`the page at ${offset} has ${rows.length} rows`);
    return took;
  };
  const [first, middle, last]: [number[], number[], number[]] = [[], [], []];
  for (let round = -WARM_UPS; round < SAMPLES; round++) {
    const times = [await timed(0), await timed(ROWS / 2), await timed(ROWS - PAGE)] as const;
    if (round < 0) continue;
    for (const [at, samples] of [first, middle, last].entries()) samples.push(times[at] ?? 0);
  }
  progress(
    `first page ${median(first).toFixed(1)} ms, middle ${median(middle).toFixed(1)} ms, last ${median(last).toFixed(1)} ms`,
  );
  return [figureOf('list-end-100k', last, first), figureOf('list-middle-100k', middle, first)];
}
