/** For tests: the embedded server's entry as one file that a plain Node child can run. */
import { join, resolve } from 'node:path';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '../../../..');

/** Bundles `workers/embedded-postgres.ts` and gives the file's path; beside `node_modules`, so that its packages are found. */
export async function bundleEmbeddedEntry(): Promise<string> {
  const outDir = join(root, 'node_modules/.cache/kompl-test', String(process.pid));
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { '@shared': join(root, 'src/shared'), '@main': join(root, 'src/main') } },
    build: {
      outDir,
      emptyOutDir: true,
      ssr: join(root, 'src/main/workers/embedded-postgres.ts'),
      target: 'node18',
      minify: false,
      rollupOptions: {
        external: [/^@electric-sql\//],
        output: { format: 'cjs', entryFileNames: 'embedded-postgres.cjs' },
      },
    },
    ssr: { noExternal: true, external: ['@electric-sql/pglite', '@electric-sql/pglite-pgvector'] },
  });
  return join(outDir, 'embedded-postgres.cjs');
}
