import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const alias = {
  '@shared': resolve(import.meta.dirname, 'src/shared'),
  '@main': resolve(import.meta.dirname, 'src/main'),
  '@renderer': resolve(import.meta.dirname, 'src/renderer/src'),
};

/** What cannot be bundled: WebAssembly with files of its own beside it, and native addons. */
const external = ['electron', /^@electric-sql\//, /^@node-rs\//, 'pg-native'];

export default defineConfig({
  main: {
    resolve: { alias },
    build: {
      target: 'node18',
      externalizeDeps: false,
      rollupOptions: {
        input: {
          index: resolve(import.meta.dirname, 'src/main/index.ts'),
          'embedded-postgres': resolve(import.meta.dirname, 'src/main/workers/embedded-postgres.ts'),
          kompl: resolve(import.meta.dirname, 'src/main/cli/index.ts'),
        },
        external,
        output: { format: 'cjs', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    resolve: { alias },
    build: {
      target: 'node18',
      externalizeDeps: false,
      rollupOptions: {
        input: { index: resolve(import.meta.dirname, 'src/preload/index.ts') },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].js', inlineDynamicImports: true },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    resolve: { alias },
    plugins: [react()],
    html: { cspNonce: '__KOMPL_NONCE__' },
    build: {
      target: 'chrome114',
      assetsInlineLimit: 0,
      minify: true,
      rollupOptions: {
        input: { index: resolve(import.meta.dirname, 'src/renderer/index.html') },
        // One file for the first screen: each further one costs a way to main and back while a person waits.
        output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } },
      },
    },
  },
});
