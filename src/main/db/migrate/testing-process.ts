/** For tests only: the migrator as a process of its own, to be killed. Arguments: URL, folder, parallel. One event a line. */
import pg from 'pg';
import { migrateAll } from '.';

const [url = '', folder = '', parallel = '1'] = process.argv.slice(2);

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the next query says so
  await client.connect();
  return client;
}

migrateAll(connect, {
  folder,
  parallel: Number(parallel),
  now: () => performance.now(),
  log: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
}).then(
  ({ failures }) => process.exit(failures.length === 0 ? 0 : 3),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`);
    process.exit(1);
  },
);
