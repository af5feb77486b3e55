// Finds the script behind a command of an npm package, so that it can be started with this
// very Node and without a shell: the same on every system.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from './paths.mjs';
import { StepError } from './run.mjs';

/**
 * @param {string} name the package, e.g. 'vitest' or '@biomejs/biome'
 * @param {string} [root]
 * @param {string} [command] when it is not the package's last name
 */
export function packageProgram(name, root = repoRoot, command = name.split('/').at(-1)) {
  const folder = join(root, 'node_modules', ...name.split('/'));
  let bin;
  try {
    bin = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).bin;
  } catch {
    bin = undefined;
  }
  const path = typeof bin === 'string' ? bin : bin?.[command];
  if (!path) {
    throw new StepError({
      reason: `the npm package "${name}" is not installed`,
      remedy: 'node scripts/setup.mjs',
    });
  }
  return join(folder, path);
}
