/** `kompl sample verify --manifest`: a sample is proven, or not, with nothing but its record and a file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { draw } from '@main/domains/auditops/sampling/draw';
import { ALGORITHM } from '@main/domains/auditops/sampling/generator';
import { readPopulation } from '@main/domains/auditops/sampling/population';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { typed } from '../testing';

const SEED = 'c0ffee00'.repeat(8);

describe('sample verify', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kompl-sample-'));
    const rows = Array.from({ length: 90 }, (_, at) => `T-${at + 100},${at * 3}.25`);
    await writeFile(join(folder, 'tickets.csv'), `ticket,cost\n${rows.join('\n')}\n`);
    await writeFile(join(folder, 'less.csv'), `ticket,cost\n${rows.slice(1).join('\n')}\n`);
    const columns = { sheet: null, keyColumn: 'ticket', amountColumn: 'cost', stratumColumn: null, decimalMark: null } as const;
    const population = await readPopulation(join(folder, 'tickets.csv'), 'tickets.csv', columns);
    const drawn = draw(population.items, 'monetary_unit', 12, SEED);
    const { decimalMark, ...named } = columns;
    const manifest = {
      ref: 'SA-007',
      algorithm: ALGORITHM,
      method: 'monetary_unit',
      seed: SEED,
      populationName: 'tickets.csv',
      populationSha256: population.sha256,
      contentSha256: population.contentSha256,
      populationRows: population.items.length,
      ...named,
      parameters: { requestedSize: 12, decimalMark },
      items: drawn.items.map(({ position, key }) => ({ position, key })),
    };
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const forged = { ...manifest, items: manifest.items.map((item, at) => (at === 2 ? { ...item, key: 'T-100' } : item)) };
    await writeFile(join(folder, 'forged.json'), JSON.stringify(forged));
    await writeFile(join(folder, 'newer.json'), JSON.stringify({ ...manifest, algorithm: 'kompl-sample-9' }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** The line as it is typed, with its exit code and what it prints. */
  const verify = async (manifest: string, file: string) => {
    const { code, out } = await typed(`sample verify --manifest ${manifest} ${file} --json`, [], folder);
    return { code, ...z.record(z.string(), z.unknown()).parse(JSON.parse(out)) };
  };

  it('proves the sample by the file, another machine or not', async () => {
    const proof = { code: 0, verified: true, fileAgrees: true, contentAgrees: true, itemsAgree: true };
    expect(await verify('manifest.json', 'tickets.csv')).toMatchObject(proof);
  });

  it('fails for another population, and for items that the seed does not draw, and says why', async () => {
    const less = await verify('manifest.json', 'less.csv');
    expect(less).toMatchObject({ code: 1, verified: false, contentAgrees: false, why: expect.stringContaining('89 items') });
    const forged = await verify('forged.json', 'tickets.csv');
    expect(forged).toMatchObject({
      code: 1,
      contentAgrees: true,
      itemsAgree: false,
      differences: [{ position: 3, recorded: 'T-100' }],
    });
  });

  it('refuses what is no record of a sample, and one of a newer version', async () => {
    const refusal = async (manifest: string, file: string) => {
      const { code, err } = await typed(`sample verify --manifest ${manifest} ${file}`, [], folder);
      return `${code} ${err}`;
    };
    expect(await refusal('tickets.csv', 'tickets.csv')).toMatch(/^1 .*tickets\.csv cannot be sampled.*is no record of a sample/s);
    expect(await refusal('missing.json', 'tickets.csv')).toMatch(/^1 .*missing\.json/s);
    expect(await refusal('newer.json', 'tickets.csv')).toMatch(/^1 .*kompl-sample-9/s);
    expect(await refusal('manifest.json', 'manifest.json')).toMatch(/^1 .*cannot be sampled/s);
  });
});
