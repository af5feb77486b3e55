/** A document as one page of HTML for the printer: no script, no address, no font from outside, all text escaped. */
import type { DocumentBlock, ReportDocument } from './document';

const STYLE = `
  @page { margin: 18mm 14mm 20mm; }
  * { box-sizing: border-box; }
  body { margin: 0; font: 9.5pt/1.4 "Inter", "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #18202e; }
  header { border-bottom: 1.5pt solid #18202e; padding-bottom: 6pt; margin-bottom: 12pt; }
  h1 { font-size: 17pt; line-height: 1.25; margin: 0 0 3pt; }
  header p { margin: 0; color: #4e5969; }
  h2 { font-size: 12pt; margin: 16pt 0 5pt; break-after: avoid; }
  h3 { font-size: 10.5pt; margin: 12pt 0 4pt; break-after: avoid; }
  p { margin: 0 0 6pt; white-space: pre-wrap; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 2pt 14pt; margin: 0 0 10pt; }
  dt { color: #4e5969; }
  dd { margin: 0; white-space: pre-wrap; }
  table { width: 100%; border-collapse: collapse; table-layout: fixed; margin: 0 0 10pt; font-size: 8.5pt; line-height: 1.35; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  th { text-align: left; font-weight: 600; border-bottom: 1pt solid #8892a2; padding: 3pt 5pt; }
  td { vertical-align: top; border-bottom: 0.5pt solid #dfe3e8; padding: 3pt 5pt; white-space: pre-wrap; overflow-wrap: anywhere; }
`;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** The whole page. */
export function toHtml(document: ReportDocument): string {
  const { title, tenant, subtitle, blocks } = document;
  const below = [tenant, subtitle].filter(Boolean).join(' · ');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><header><h1>${escapeHtml(title)}</h1><p>${escapeHtml(below)}</p></header>
${blocks.map(block).join('\n')}
</body></html>`;
}

function block(it: DocumentBlock): string {
  switch (it.kind) {
    case 'heading':
      return `<h${it.level + 1}>${escapeHtml(it.text)}</h${it.level + 1}>`;
    case 'text':
      return `<p>${escapeHtml(it.text)}</p>`;
    case 'facts':
      return `<dl>${it.facts.map(([label, value]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>`;
    case 'table': {
      const whole = it.columns.reduce((sum, { width }) => sum + width, 0);
      const columns = it.columns.map(({ width }) => `<col style="width:${((100 * width) / whole).toFixed(2)}%">`).join('');
      const head = it.columns.map(({ label }) => `<th scope="col">${escapeHtml(label)}</th>`).join('');
      const rows = it.rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`).join('\n');
      return `<table><colgroup>${columns}</colgroup><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`;
    }
  }
}
