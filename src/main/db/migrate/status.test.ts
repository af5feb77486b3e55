import { CodedError } from '@shared/errors';
import { describe, expect, it } from 'vitest';
import type { Migration, MigrationSet } from './files';
import { type AppliedStep, checkHistory, Ledger, pendingItems, recordSql } from './history';
import { statusOf } from './status';
import { stepSql } from './step';

const step = (version: string): Migration => ({
  scope: 'public',
  version,
  name: `step_${version}`,
  up: `UP ${version};`,
  down: `DOWN ${version};`,
  checksum: version.repeat(16),
});
const files: MigrationSet = { public: ['0001', '0002', '0003'].map(step), private: [], tenant: [] };
const place = { scope: 'public', tenantId: null } as const;
const done = (...versions: string[]): AppliedStep[] =>
  versions.map((version) => ({ ...place, version, checksum: version.repeat(16) }));

describe('statusOf', () => {
  it.each([
    ['empty', done(), null],
    ['older', done('0001'), '0001'],
    ['older', done('0001', '0003'), '0003'],
    ['current', done('0001', '0002', '0003'), '0003'],
    ['newer', done('0001', '0002', '0003', '0004'), '0004'],
    ['changed', [{ ...place, version: '0001', checksum: 'f'.repeat(64) }], '0001'],
  ] as const)('says %s', (state, history, version) => {
    expect(statusOf(history, files, place)).toMatchObject({ state, version, latest: '0003' });
  });

  it('does not mix tenants', () => {
    const other: AppliedStep = {
      scope: 'tenant',
      tenantId: '0b9f1c52-7a8e-4d2c-9f11-3a5b7c9d1e2f',
      version: '0001',
      checksum: '',
    };
    expect(statusOf([other], files, place).state).toBe('empty');
  });
});

describe('checkHistory', () => {
  const code = (history: AppliedStep[]) => {
    try {
      checkHistory(history, files);
      return null;
    } catch (error) {
      return error instanceof CodedError ? [error.code, error.details.version] : error;
    }
  };

  it('is content with what the files know', () => expect(code(done('0001', '0002'))).toBeNull());
  it('refuses a schema newer than the files', () => expect(code(done('0001', '0009'))).toEqual(['SCHEMA_NEWER', '0009']));
  it('refuses a file that changed after it was applied', () => {
    expect(code([{ ...place, version: '0002', checksum: 'f'.repeat(64) }])).toEqual(['MIGRATION_FAILED', '0002']);
  });
});

it('pendingItems keeps the order and fills gaps', () => {
  const items = pendingItems(new Ledger(done('0002')), files.public, place);
  expect(items.map(({ migration }) => migration.version)).toEqual(['0001', '0003']);
});

it('a step carries its own history row, but the step that takes the history away cannot', () => {
  const [first] = files.public;
  if (!first) throw new Error('no step');
  expect(stepSql(first, null, 'up')).toContain(recordSql(first, null, 'up'));
  expect(stepSql(first, null, 'down')).toContain("'down'");
  expect(stepSql({ ...first, scope: 'private' }, null, 'down')).not.toContain('migration_history');
});
