/** The port of policies: the domain's services with the call's own context, and the files that versions and proofs leave in. */

import { CodedError } from '@shared/errors';
import { namePart } from '@shared/file-names';
import type { SavedFile } from '@shared/wire/policies';
import {
  proofDocument,
  proofTable,
  readProof,
  readVersion,
  remind,
  roundAudience,
  roundsOf,
  versionDocument,
} from '../domains/regops/policies';
import type { EntityContext } from '../entities/context';
import type { PoliciesPort, TenantCall } from '../ipc/services';
import type { PdfPrinter, ReportDocument } from '../reports/document';
import type { note } from '../trail/journal';
import type { PortOptions } from './ports';

interface PoliciesPortOptions {
  readonly contextOf: (call: TenantCall) => EntityContext;
  readonly workspaceName: (call: TenantCall) => string;
  readonly noted: (call: TenantCall, entry: Parameters<typeof note>[3]) => Promise<unknown>;
  readonly saveFile: PortOptions['saveFile'];
  readonly printer: PdfPrinter | null;
}

export function createPoliciesPort(options: PoliciesPortOptions): PoliciesPort {
  const { contextOf } = options;
  /** The trail is told what leaves before the person chooses where to. */
  async function leave(
    call: TenantCall,
    versionId: string,
    format: string,
    fileName: string,
    bytes: Uint8Array,
  ): Promise<SavedFile> {
    await options.noted(call, {
      action: 'export',
      resourceType: 'policy_versions',
      resourceId: versionId,
      details: { format, fileName },
    });
    return { saved: await options.saveFile(call, fileName, bytes) };
  }
  return {
    audience: (call, input) => roundAudience(contextOf(call), input),
    rounds: (call, policyId) => roundsOf(contextOf(call), policyId),
    remind: (call, input) => remind(contextOf(call), input),
    async exportVersion(call, { versionId, format }) {
      const facts = await readVersion(contextOf(call), versionId);
      const tenant = options.workspaceName(call);
      const fileName = `${[tenant, facts.policy.ref ?? '', facts.policy.name].map(namePart).join('_')}_v${facts.version.label}.${format}`;
      // the very text that the hash is of
      if (format === 'md') return leave(call, versionId, format, fileName, new TextEncoder().encode(facts.version.content ?? ''));
      const document = versionDocument(facts, tenant);
      const bytes =
        format === 'docx' ? await (await import('../reports/docx')).toDocx(document) : await printed(document, options.printer);
      return leave(call, versionId, format, fileName, bytes);
    },
    async exportProof(call, { versionId, roundId, format }) {
      const proof = await readProof(contextOf(call), versionId, roundId);
      const tenant = options.workspaceName(call);
      const fileName = `${[tenant, proof.policy.ref ?? '', proof.policy.name].map(namePart).join('_')}_v${proof.version.label}_acknowledgements.${format}`;
      if (format === 'csv') {
        const { toCsvFile } = await import('../reports/table-file');
        return leave(call, versionId, format, fileName, toCsvFile(proofTable(proof)));
      }
      const madeAt = contextOf(call).clock.now().toISOString();
      return leave(call, versionId, format, fileName, await printed(proofDocument(proof, { tenant, madeAt }), options.printer));
    },
  };
}

async function printed(document: ReportDocument, printer: PdfPrinter | null): Promise<Uint8Array> {
  if (printer === null) throw new CodedError('PRINTER_MISSING');
  const { toHtml } = await import('../reports/html');
  const footer = [document.tenant, document.title, document.subtitle].filter(Boolean).join(' · ');
  return printer.print(toHtml(document), { landscape: document.landscape, footer });
}
