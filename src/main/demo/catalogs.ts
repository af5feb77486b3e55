/** A second regulation of the demonstration in two versions, the older one superseded, and its crosswalk to the framework. */
import { createHash } from 'node:crypto';
import { readLaw } from '@main/domains/regops/catalog/law';
import { outlineCatalog } from '@main/domains/regops/catalog/outline';
import { importMappings, judgeLine } from '@main/domains/regops/crosswalk';
import { applyImport, type ParsedCatalog } from '@main/domains/regops/oscal';
import type { EntityContext } from '@main/entities/context';
import { v7 as uuidv7 } from 'uuid';
import dataCare from '../../../resources/demo/data-care.json';
import type { Records } from './records';

const FILE = 'data-care.json';

function parsed(document: unknown): ParsedCatalog {
  const { facts, nodes } = readLaw(document, FILE);
  const sha256 = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  return outlineCatalog({ format: 'law-json', ...facts, nodes: [...nodes] }, { fileName: FILE, sha256, makesControls: false });
}

/** `regulationId`: the framework that the tenant works with. */
export async function bringDataCare(ctx: EntityContext, records: Records, regulationId: string): Promise<void> {
  await applyImport(ctx, uuidv7(), parsed(dataCare.earlier), { asVersion: true });
  const { regulation } = await applyImport(ctx, uuidv7(), parsed(dataCare.current), { asVersion: true });
  // The newer version comes into force, which ends the older one.
  await records.bring(ctx, 'regulations', await records.one(ctx, 'regulations', regulation.id), {}, 'active');
  const lines = dataCare.crosswalk.map(([from, to, relation, strength, rationale, source], at) =>
    judgeLine({
      line: at + 1,
      from: String(from),
      to: String(to),
      relation: String(relation),
      strength: String(strength),
      rationale: String(rationale),
      source: String(source),
    }),
  );
  const sha256 = createHash('sha256').update(JSON.stringify(dataCare.crosswalk)).digest('hex');
  await importMappings(ctx, uuidv7(), { from: regulationId, to: regulation.id }, { fileName: FILE, sha256, lines });
}
