// Bundles bench sources with the project's own Vite: for plain Node, and as a small
// Electron app (main, preload, page) from the very sources of the workstation.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { repoRoot } from '../../scripts/lib/paths.mjs';

const alias = {
  '@shared': join(repoRoot, 'src', 'shared'),
  '@main': join(repoRoot, 'src', 'main'),
  '@renderer': join(repoRoot, 'src', 'renderer', 'src'),
};

/** Where bundles go: inside the tree, so that packages are found, and out of git. */
export const outFolder = join(repoRoot, '.cache', 'bench');

/** What is not bundled, as in the application's own build. */
const native = [/^@electric-sql\//, /^@node-rs\//, 'pg-native'];

const common = { configFile: false, root: repoRoot, logLevel: 'warn', resolve: { alias } };

/**
 * A module for plain Node; packages stay where they are.
 * @param {string} entry path from the root of the tree
 * @param {string} name of the file without its ending
 * @returns {Promise<string>} path of the bundle
 */
export async function bundleForNode(entry, name) {
  await build({
    ...common,
    build: {
      ssr: true,
      target: 'node20',
      outDir: outFolder,
      emptyOutDir: false,
      minify: false,
      rollupOptions: {
        input: { [name]: join(repoRoot, entry) },
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: `${name}-[hash].mjs` },
      },
    },
  });
  return join(outFolder, `${name}.mjs`);
}

/**
 * A small Electron app: `bench/<name>/main.ts`, `preload.ts` and `page/` where they exist, to a folder with `main.cjs`,
 * `preload.cjs` and the built page.
 * @param {string} name
 */
export async function bundleApp(name) {
  const source = join(repoRoot, 'bench', name);
  const outDir = join(outFolder, name);
  rmSync(outDir, { recursive: true, force: true });
  for (const part of ['main', 'preload']) {
    if (existsSync(join(source, `${part}.ts`))) await bundleForElectron(join(source, `${part}.ts`), outDir, part);
  }
  if (existsSync(join(source, 'page'))) await bundlePage(join(source, 'page'), join(outDir, 'page'));
}

/** One CommonJS file with everything in it but Electron and what cannot be bundled. */
const bundleForElectron = (entry, outDir, name) =>
  build({
    ...common,
    ssr: { noExternal: true, external: ['electron'] },
    build: {
      ssr: true,
      target: 'node18',
      outDir,
      emptyOutDir: false,
      minify: false,
      rollupOptions: {
        input: { [name]: entry },
        external: ['electron', ...native],
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  });

/** As the renderer is built. */
const bundlePage = (root, outDir) =>
  build({
    ...common,
    root,
    html: { cspNonce: '__KOMPL_NONCE__' },
    build: { target: 'chrome114', assetsInlineLimit: 0, outDir, emptyOutDir: true },
  });
