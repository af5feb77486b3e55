/** `kompl import oscal` and `kompl export oscal`. */
import { basename } from 'node:path';
import { ASSESSMENT_KINDS, type AssessmentKind, exportAssessment } from '@main/domains/regops/assessment';
import { readCatalogSource } from '@main/domains/regops/catalog/source';
import { applyImport, exportCatalog, previewCatalog, requireImporter } from '@main/domains/regops/oscal';
import { recordIdSchema } from '@main/entities/read';
import { CodedError } from '@shared/errors';
import type { CatalogChanges, CatalogCounts } from '@shared/wire/oscal';
import { v7 as uuidv7 } from 'uuid';
import { type Answer, AS_OPTION, type Command, TENANT_OPTION } from '../command';

interface Outcome {
  readonly regulation: { readonly id: string | null; readonly name: string; readonly version: string | null };
  readonly counts: CatalogCounts;
  readonly changed: CatalogChanges;
}

function answer({ regulation, counts, changed }: Outcome, dryRun: boolean): Answer {
  const { created, updated, unchanged, removed } = changed;
  const { groups, controls, enhancements, parts } = counts;
  const nothing = created + updated + (removed ?? 0) === 0;
  return {
    json: { regulation, counts: { groups, controls, enhancements, parts }, changed: { created, updated, unchanged } },
    text: [
      `${regulation.name}, version ${regulation.version ?? '-'}`,
      `${groups} groups, ${controls} controls, ${enhancements} enhancements, ${parts} parts`,
      nothing
        ? `Nothing changes: all ${unchanged} requirements are here as the file has them.`
        : `${dryRun ? 'Would be: ' : ''}${created} created, ${updated} updated, ${unchanged} unchanged${removed ? `, ${removed} archived` : ''}`,
      ...(dryRun ? ['A trial run: nothing was written.'] : regulation.id === null ? [] : [`regulation ${regulation.id}`]),
    ],
  };
}

const importOscal: Command = {
  words: ['import', 'oscal'],
  positionals: ['FILE'],
  summary:
    'Import a catalogue (OSCAL or law in JSON, CSV, XLSX): regulation, requirements, of OSCAL a control set. The same file again changes nothing.',
  options: {
    tenant: TENANT_OPTION,
    as: AS_OPTION,
    'dry-run': { type: 'boolean', help: 'say what would change and write nothing' },
    'as-version': { type: 'boolean', help: 'keep a version that is here, and make this one a draft that supersedes it' },
  },
  async run(call) {
    const path = call.path(call.positionals[0] ?? '');
    const ctx = await call.context();
    requireImporter(ctx);
    const { parsed } = await readCatalogSource(path, basename(path));
    const options = { asVersion: call.values.flag('as-version') };
    if (!call.values.flag('dry-run')) return answer(await applyImport(ctx, uuidv7(), parsed, options), false);
    const { existing, counts, changed } = await previewCatalog(ctx, parsed, options);
    const regulation = { id: existing?.id ?? null, name: parsed.name, version: parsed.version };
    return answer({ regulation, counts, changed }, true);
  },
};

const exportOscal: Command = {
  words: ['export', 'oscal'],
  positionals: [],
  summary: 'Print a regulation as an OSCAL catalogue; an imported one as the very document it came from.',
  options: {
    tenant: TENANT_OPTION,
    regulation: { type: 'string', value: 'ID', required: true, help: 'the regulation, by its id' },
    as: AS_OPTION,
  },
  async run(call) {
    const id = call.values.text('regulation').toLowerCase();
    if (!recordIdSchema.safeParse(id).success) throw new CodedError('NOT_FOUND', { entity: 'regulations' });
    const { document } = await exportCatalog(await call.readingContext(), id);
    return { json: document, text: [JSON.stringify(document, null, 2)] };
  },
};

function isKind(text: string): text is AssessmentKind {
  return (ASSESSMENT_KINDS as readonly string[]).includes(text);
}

const exportDocument: Command = {
  words: ['oscal', 'export'],
  positionals: ['KIND', 'ID'],
  summary:
    'Print an OSCAL document: catalog (of a regulation), assessment-plan, assessment-results or poam (of an audit plan), compliance-results or compliance-poam (of a compliance assessment).',
  options: { tenant: TENANT_OPTION, as: AS_OPTION },
  async run(call) {
    const [kind = '', given = ''] = call.positionals;
    const id = given.toLowerCase();
    const known = ['catalog', ...ASSESSMENT_KINDS];
    if (!known.includes(kind))
      throw new CodedError('INPUT_INVALID', {}, { faults: [{ path: 'KIND', message: `must be one of ${known.join(', ')}` }] });
    if (!recordIdSchema.safeParse(id).success)
      throw new CodedError('NOT_FOUND', { entity: kind === 'catalog' ? 'regulations' : 'auditPlans' });
    const ctx = await call.readingContext();
    const { document } = isKind(kind) ? await exportAssessment(ctx, kind, id) : await exportCatalog(ctx, id);
    return { json: document, text: [JSON.stringify(document, null, 2)] };
  },
};

export const OSCAL_COMMANDS: readonly Command[] = [importOscal, exportOscal, exportDocument];
