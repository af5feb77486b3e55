/** Real data (where it is on this machine), workbooks, and a file larger than the memory that reading it may take. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Database } from '@main/db/database';
import { testKinds } from '@main/db/testing/databases';
import { type Desk, newOpId, openDesk } from '@main/entities/testing/desk';
import type { TenantFunction } from '@shared/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFiles } from './files';
import { type LoadOptions, loadFiles } from './load';
import { workbook } from './testing';

const shared = process.env.KOMPL_SHARED ?? resolve(import.meta.dirname, '../../../../shared');
const KEV = join(shared, 'data/kev/known_exploited_vulnerabilities.csv');
const missing = !existsSync(KEV);

describe.each(testKinds().filter((kind) => kind !== 'pgbouncer'))('on %s', (kind) => {
  let desk: Desk;
  let root: string;
  beforeAll(async () => {
    desk = await openDesk(kind);
    root = await mkdtemp(join(tmpdir(), 'kompl-real-'));
  });
  afterAll(async () => {
    await desk?.close();
    await rm(root, { recursive: true, force: true });
  });

  async function load(
    fn: TenantFunction,
    paths: readonly string[],
    options: LoadOptions = {},
    entities: Record<string, string> = {},
  ) {
    const ctx = await desk.ctx(fn);
    if (!('connectAdmin' in ctx.database)) throw new TypeError('not a whole database');
    return loadFiles(ctx, ctx.database as Database, newOpId(), await findFiles(paths, entities), options);
  }

  it.skipIf(missing)(
    `loads CISA’s known exploited vulnerabilities${missing ? ' (skipped: no shared/data/kev beside the repository, and KOMPL_SHARED is not set)' : ''}`,
    async () => {
      const columns = {
        cveID: 'vulnerability_id',
        vulnerabilityName: 'title',
        shortDescription: 'description',
        requiredAction: 'remediation',
        vendorProject: null,
        product: null,
        dateAdded: null,
        dueDate: null,
        knownRansomwareCampaignUse: null,
        notes: null,
        cwes: null,
      };
      const options = { headers: { known_exploited_vulnerabilities: columns } };
      const entities = { known_exploited_vulnerabilities: 'vulnerabilities' };
      // Some rows of the published file hold U+FFFD where its makers lost a character: each is refused with its row.
      const lost = (await readFile(KEV, 'utf8')).includes('\uFFFD');
      const first = await load('risk', [KEV], options, entities);
      expect(first.faults.every(({ reason }) => reason.includes('could not be read'))).toBe(true);
      expect(first.faults.length > 0).toBe(lost);
      const mended = join(root, 'known_exploited_vulnerabilities.csv');
      await writeFile(mended, (await readFile(KEV, 'utf8')).replaceAll('\uFFFD', '?'));
      const { report, faults } = lost ? await load('risk', [mended], options, entities) : first;
      expect(faults).toEqual([]);
      expect(report.files[0]?.created).toBeGreaterThan(1_000);
      const again = await load('risk', [lost ? mended : KEV], options, entities);
      expect(again.report.files).toMatchObject([{ created: 0, updated: 0, unchanged: report.files[0]?.created }]);
      const [row] = await desk.look(
        `SELECT title, status FROM ${desk.a.schema}.vulnerabilities WHERE vulnerability_id = 'CVE-2025-48384'`,
      );
      expect(row).toEqual({ title: 'Git Link Following Vulnerability', status: 'open' });
    },
  );

  it('loads a workbook with a sheet for each kind of record', async () => {
    const path = join(root, 'first.xlsx');
    await writeFile(
      path,
      await workbook({
        Findings: [
          ['ref', 'title', 'kind', 'severity', 'due', 'control'],
          ['X-1', 'From a sheet', 'Minor', 'Low', { date: 46_023 }, 'W-1'],
        ],
        'Control sets': [['name'], ['Sheets']],
        Controls: [
          ['control set', 'ref', 'name', 'priority'],
          ['Sheets', 'W-1', 'A control', 2],
        ],
      }),
    );
    const { report, faults } = await load('auditor', [path]);
    expect(faults).toEqual([]);
    expect(report.files.map(({ file, created }) => [file, created])).toEqual([
      ['first.xlsx › Control sets', 1],
      ['first.xlsx › Controls', 1],
      ['first.xlsx › Findings', 1],
    ]);
    expect(await desk.look(`SELECT title, due_date FROM ${desk.a.schema}.findings`)).toEqual([
      { title: 'From a sheet', due_date: '2026-01-01' },
    ]);
  });

  it('finds one bad row among many that the database itself refuses, and writes none', async () => {
    const path = join(root, 'audit_plans.csv');
    const rows = Array.from(
      { length: 300 },
      (_, at) => `P-${at},Plan ${at},2026-02-01,${at === 217 ? '2026-01-01' : '2026-03-01'}`,
    );
    await writeFile(path, `ref,audit,starts,ends\n${rows.join('\n')}`);
    const { report, faults } = await load('auditor', [path]);
    expect(report).toMatchObject({ written: false, faultCount: 1 });
    expect(faults).toMatchObject([{ file: 'audit_plans.csv', row: 219, reason: expect.stringContaining('was refused') }]);
    expect(await desk.look(`SELECT count(*)::integer AS n FROM ${desk.a.schema}.audit_plans`)).toEqual([{ n: 0 }]);
  });

  it.runIf(kind === 'server')('reads a hundred thousand rows in memory that does not grow with them', async () => {
    const path = join(root, 'risks.csv');
    const text = 'words '.repeat(80);
    const rows = Array.from({ length: 100_000 }, (_, at) => `K${at},Risk ${at},3,4,${text}`);
    await writeFile(path, `key,risk,likelihood,impact,mitigation\n${rows.join('\n')}`);
    rows.length = 0;
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 50);
    const { report } = await load('risk', [path]);
    clearInterval(watch);
    expect(report.files).toMatchObject([{ created: 100_000 }]);
    // The file is 50 MB; as objects it would be several times that.
    expect((most - before) / 1_048_576).toBeLessThan(200);
  });
});
