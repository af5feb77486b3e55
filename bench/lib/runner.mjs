// Runs one bundled bench module in a process of its own, so that one bench's heap and
// connections never weigh on another's times. Its figures go to the parent as a message.
import { pathToFileURL } from 'node:url';

try {
  const { run } = await import(pathToFileURL(process.argv[2]).href);
  process.send({ figures: await run() }, () => process.exit(0));
} catch (error) {
  process.send({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }, () => process.exit(1));
}
