// PostgreSQL and PgBouncer together, and the variables by which tests find them.
import { startPgBouncer } from './pgbouncer.mjs';
import { startPostgres } from './postgres.mjs';

/**
 * For a server that lives for one run of tests and of which nobody pulls the plug: PostgreSQL flushes every index that it builds
 * and everything before it drops a database, and tests do both all the time. Benches do without.
 */
export const throwaway = { settings: { fsync: 'off', full_page_writes: 'off', max_wal_size: '4GB' } };

/** Starts both; `stop` ends both and removes their folder. */
export async function startTestServers(options = {}) {
  const pg = await startPostgres(options);
  try {
    const bouncer = await startPgBouncer({ pg });
    return {
      pg,
      bouncer,
      async stop() {
        await bouncer.stop();
        await pg.stop();
      },
    };
  } catch (error) {
    await pg.stop();
    throw error;
  }
}

/** KOMPL_TEST_REQUIRE makes a missing server a failure instead of a skipped test. */
export function testEnvironment({ pg, bouncer }) {
  return {
    KOMPL_TEST_PG_URL: pg.superuserUrl,
    KOMPL_TEST_PG_CA: pg.caFile,
    KOMPL_TEST_PGBOUNCER_HOST: bouncer.host,
    KOMPL_TEST_PGBOUNCER_PORT: String(bouncer.port),
    KOMPL_TEST_REQUIRE: '1',
  };
}
