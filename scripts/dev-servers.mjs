// Starts the test servers (PostgreSQL with pgvector, PgBouncer) and keeps them until it is
// stopped. Standard output holds `export NAME='value'` lines for the shell that runs tests:
//   node scripts/dev-servers.mjs > servers.env &     then     . ./servers.env
import { createSteps, requireNode, runMain } from './lib/steps.mjs';
import { onStopRequest } from './lib/stop-signals.mjs';
import { startTestServers, testEnvironment, throwaway } from './lib/test-servers.mjs';

async function main() {
  requireNode();
  // Progress goes to standard error: standard output holds the export lines only.
  const steps = createSteps({ out: (line) => process.stderr.write(`${line}\n`) });
  const servers = await steps.step('Test servers', () => startTestServers(throwaway));
  for (const [name, value] of Object.entries(testEnvironment(servers))) process.stdout.write(`export ${name}='${value}'\n`);
  steps.say('running until Ctrl-C');
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise((done) => onStopRequest(done));
  clearInterval(keepAlive);
  await servers.stop();
  process.exit(0);
}

await runMain(main);
