/**
 * Two test projects: `unit` (fast, no servers) and `integration` (embedded and real
 * PostgreSQL; `*.int.test.ts`). Renderer tests name their DOM in a header comment
 * (`// @vitest-environment happy-dom`); everything else runs under plain Node.
 */
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const notOurs = ['**/node_modules/**', '**/out/**', '**/test-results/**'];

/** Files of a minute and more begin first, so that no worker is left alone with one at the end. */
const LONG = ['isolation/prove', 'migrate/steps', 'migrate/faults', 'migrate/migrator', 'cli/kompl', 'archive/archive'];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((name) => moduleId.includes(`${name}.int.`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

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
    sequence: { sequencer: LongFirst },
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
