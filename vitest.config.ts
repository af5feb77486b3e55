/**
 * Two test projects: `unit` (fast, no servers) and `integration` (embedded and real
 * PostgreSQL; `*.int.test.ts`). Renderer tests name their DOM in a header comment
 * (`// @vitest-environment happy-dom`); everything else runs under plain Node.
 */
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const notOurs = ['**/node_modules/**', '**/out/**', '**/test-results/**'];

export default defineConfig({
  resolve: {
    alias: {
      '@shared': resolve(import.meta.dirname, 'src/shared'),
      '@main': resolve(import.meta.dirname, 'src/main'),
      '@renderer': resolve(import.meta.dirname, 'src/renderer/src'),
    },
  },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs', 'bench/**/*.test.ts'],
          exclude: [...notOurs, '**/*.int.test.*'],
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['src/**/*.int.test.ts', 'scripts/**/*.int.test.mjs'],
          exclude: notOurs,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
