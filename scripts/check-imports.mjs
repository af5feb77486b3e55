/**
 * Who may import whom (docs/developers.md, "The house"). Reads every import of `src/`, resolves it to a file of ours or a
 * package, and holds it against the table below. Prints each breach with its rule; exit 1 if there is one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ALIASES = { '@shared/': 'src/shared/', '@main/': 'src/main/', '@renderer/': 'src/renderer/src/' };

/** Statements that pull something in: `import … from`, `export … from`, bare `import '…'`, `import('…')`. */
const IMPORT =
  /(?:^|[\n;])\s*(?:(import|export)\s+(type\s+)?[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|import\s*['"]([^'"]+)['"])|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

const isTest = (file) => /\.test\.tsx?$|\/testing\//.test(file);
const domainOf = (file) => /^src\/main\/domains\/([^/]+)\//.exec(file)?.[1] ?? null;

/** May import `electron` at run time; everything else must run under plain Node. */
const ELECTRON = [
  /^src\/main\/index\.ts$/,
  /^src\/main\/(app|security|platform|workers)\//,
  /^src\/main\/ipc\/adapter/,
  /^src\/preload\//,
];

const RULES = [
  {
    name: 'shared imports nothing else of ours',
    breaks: ({ from, to }) => from.startsWith('src/shared/') && to !== null && !to.startsWith('src/shared/'),
  },
  {
    name: 'shared uses zod and plain TypeScript only',
    breaks: ({ from, pkg }) => from.startsWith('src/shared/') && !isTest(from) && pkg !== null && pkg !== 'zod',
  },
  {
    name: 'the renderer imports shared, and only the type of the root router from main',
    breaks: ({ from, to, typeOnly }) =>
      from.startsWith('src/renderer/') &&
      to !== null &&
      !to.startsWith('src/renderer/') &&
      !to.startsWith('src/shared/') &&
      !(typeOnly && to.startsWith('src/main/ipc/router')),
  },
  {
    name: 'the renderer runs in a browser: no Node, no Electron, no database',
    breaks: ({ from, pkg }) =>
      from.startsWith('src/renderer/') &&
      !isTest(from) &&
      pkg !== null &&
      /^(node:|electron$|pg$|drizzle-orm|@electric-sql\/)/.test(pkg),
  },
  {
    name: 'main never imports the renderer or the preload',
    breaks: ({ from, to }) => from.startsWith('src/main/') && to !== null && /^src\/(renderer|preload)\//.test(to),
  },
  {
    name: 'the preload imports shared and electron only',
    breaks: ({ from, to, pkg }) =>
      from.startsWith('src/preload/') &&
      ((to !== null && !/^src\/(shared|preload)\//.test(to)) || (pkg !== null && pkg !== 'electron')),
  },
  {
    name: 'a domain never imports another domain',
    breaks: ({ from, to }) => {
      const own = domainOf(from);
      const other = to === null ? null : domainOf(to);
      return own !== null && own !== 'home' && other !== null && own !== other && !isTest(from);
    },
  },
  {
    name: 'only index, app, security, platform, workers and the IPC adapter import electron at run time',
    breaks: ({ from, pkg, typeOnly }) =>
      from.startsWith('src/') && pkg === 'electron' && !typeOnly && !isTest(from) && !ELECTRON.some((place) => place.test(from)),
  },
  {
    name: 'the entity engine and the database layer know no domain',
    breaks: ({ from, to }) => /^src\/main\/(entities|db)\//.test(from) && !isTest(from) && to !== null && domainOf(to) !== null,
  },
];

/** All imports of one source text. `to` is a path of ours without its ending, `pkg` a package or a Node module. */
export function importsOf(from, text) {
  const found = [];
  for (const match of text.matchAll(IMPORT)) {
    const specifier = match[3] ?? match[4] ?? match[5];
    const typeOnly = match[2] !== undefined;
    const line = text.slice(0, match.index + match[0].indexOf(specifier)).split('\n').length;
    let to = null;
    let pkg = null;
    const alias = Object.keys(ALIASES).find((prefix) => specifier.startsWith(prefix));
    if (alias) to = ALIASES[alias] + specifier.slice(alias.length);
    else if (specifier.startsWith('.')) to = normalize(join(dirname(from), specifier)).replaceAll('\\', '/');
    else pkg = specifier;
    found.push({ from, to, pkg, typeOnly, line, specifier });
  }
  return found;
}

/** Breaches of the table in one source text, as readable lines. */
export function breachesOf(from, text) {
  return importsOf(from, text).flatMap((entry) =>
    RULES.filter((rule) => rule.breaks(entry)).map((rule) => `${from}:${entry.line} imports ${entry.specifier}: ${rule.name}`),
  );
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const files = sources(join(root, 'src')).map((path) => relative(root, path).replaceAll('\\', '/'));
  const breaches = files.flatMap((file) => breachesOf(file, readFileSync(join(root, file), 'utf8')));
  for (const breach of breaches) console.error(breach);
  console.log(`${files.length} files, ${breaches.length} import${breaches.length === 1 ? '' : 's'} out of place`);
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
