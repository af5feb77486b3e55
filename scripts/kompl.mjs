// `npm run --silent kompl -- COMMAND`: the command line on plain Node. Sets up and builds what is missing without a word on
// standard output, which belongs to the command alone; builds only what the command line needs, so that it is quick.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { repoRoot } from './lib/paths.mjs';
import { setUpNpmPackages } from './lib/set-up.mjs';
import { createSteps, describeFailure, requireNode } from './lib/steps.mjs';

const inputs = ['package.json', 'package-lock.json', 'scripts/kompl.mjs', 'src/main', 'src/shared', 'resources/demo'];
const builds = join(repoRoot, '.cache', 'kompl');

/** Every file below a path that a build reads; tests are not among them. */
function filesUnder(path) {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function sourceHash() {
  const hash = createHash('sha256').update(process.versions.node);
  for (const input of inputs) {
    const path = join(repoRoot, input);
    for (const file of /\.\w+$/.test(input) ? [path] : filesUnder(path)) {
      const bytes = readFileSync(file);
      hash.update(`${relative(repoRoot, file).split(sep).join('/')}\0${bytes.length}\0`);
      hash.update(bytes);
    }
  }
  return hash.digest('hex').slice(0, 32);
}

/** The folder with `kompl.js`, built if need be. Two at once build each their own; one of them is kept. */
async function built() {
  const folder = join(builds, sourceHash());
  if (existsSync(join(folder, 'kompl.js'))) return folder;
  const unfinished = `${folder}.${process.pid}`;
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: repoRoot,
    logLevel: 'silent',
    ssr: {
      noExternal: true,
      external: ['@electric-sql/pglite', '@electric-sql/pglite-pgvector', '@node-rs/argon2', 'pg-native'],
    },
    resolve: { alias: { '@shared': join(repoRoot, 'src/shared'), '@main': join(repoRoot, 'src/main') } },
    build: {
      ssr: true,
      target: 'node20',
      outDir: unfinished,
      emptyOutDir: true,
      minify: false,
      rollupOptions: {
        input: {
          kompl: join(repoRoot, 'src/main/cli/index.ts'),
          'embedded-postgres': join(repoRoot, 'src/main/workers/embedded-postgres.ts'),
        },
        output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
  for (const old of readdirSync(builds)) {
    // Younger ones may still be running.
    if (Date.now() - statSync(join(builds, old)).mtimeMs > 86_400_000)
      rmSync(join(builds, old), { recursive: true, force: true });
  }
  keep(unfinished, folder);
  return folder;
}

function keep(unfinished, folder) {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Another process was quicker; its build is the same.
    if (!existsSync(join(folder, 'kompl.js'))) throw error;
    rmSync(unfinished, { recursive: true, force: true });
  }
}

async function main() {
  requireNode();
  const steps = createSteps({ out: (line) => process.stderr.write(`${line}\n`), quietWhenThere: true });
  await setUpNpmPackages(steps);
  mkdirSync(builds, { recursive: true });
  const folder = await built();
  // Paths are meant from where npm was called.
  if (process.env.npm_lifecycle_event === 'kompl' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  const program = join(folder, 'kompl.js');
  process.argv[1] = program;
  createRequire(import.meta.url)(program);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
}
