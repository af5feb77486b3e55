/** Fills a Word template with a report's values. Values are text in it, never markup; a line break in a value is one in the file. */
import type { TemplateData } from '@shared/reports/placeholders';
import { NOT_IN_XML } from '@shared/xml-text';
import Docxtemplater from 'docxtemplater';
import { checkTemplate, OPTIONS, type TemplateFile } from './check';

/** The bytes of the filled .docx. TEMPLATE_REFUSED where the template does not pass the check that it passed when it was set. */
export async function fillTemplate(file: TemplateFile, data: TemplateData): Promise<Uint8Array> {
  const zip = await checkTemplate(file);
  const document = new Docxtemplater(zip, OPTIONS);
  document.render(cleaned(data));
  return new Uint8Array(document.getZip().generate({ type: 'nodebuffer', compression: 'DEFLATE' }));
}

/** XML 1.0 has no place for most control characters; Word would refuse the whole file. */
function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(NOT_IN_XML, '');
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, cleaned(inside)]));
}
