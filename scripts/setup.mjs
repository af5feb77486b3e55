// Sets up what is missing: `node scripts/setup.mjs [--for start|test]`. Start is what the
// app needs; test adds the servers and the virtual display. Quick when all is there.
import { setUp } from './lib/set-up.mjs';
import { createSteps, requireNode, runMain } from './lib/steps.mjs';

async function main() {
  requireNode();
  const args = process.argv.slice(2);
  const purpose = args[args.indexOf('--for') + 1];
  if (args.length !== 0 && (args[0] !== '--for' || !['start', 'test'].includes(purpose))) {
    process.stderr.write('usage: node scripts/setup.mjs [--for start|test]\n');
    return 2;
  }
  await setUp(args.length === 0 ? 'start' : purpose, createSteps());
  return 0;
}

await runMain(main);
