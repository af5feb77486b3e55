/** A document as one page of HTML for the printer: no script, no address, no font from outside, all text escaped. */
import type { DocumentBlock, ReportDocument } from './document';
import { escapeHtml } from './escape-html';
import { parseMarkdown } from './markdown';
import { markedHtml } from './marked-html';

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
  ul, ol { margin: 0 0 6pt; padding-left: 16pt; }
  li > ul, li > ol { margin-bottom: 0; }
  h4, h5, h6 { font-size: 9.5pt; margin: 10pt 0 3pt; break-after: avoid; }
  blockquote { margin: 0 0 6pt; padding-left: 9pt; border-left: 2pt solid #c3cad4; color: #4e5969; }
  pre { margin: 0 0 6pt; padding: 5pt 7pt; background: #edeff2; font: 8.5pt/1.4 Consolas, monospace; white-space: pre-wrap; }
  code { font-family: Consolas, monospace; font-size: 0.92em; }
  hr { border: 0; border-top: 0.75pt solid #c3cad4; margin: 8pt 0; }
  a { color: #1d5bbf; }
  .cover { break-after: page; padding-top: 60mm; border: 0; margin: 0; }
  .cover h1 { font-size: 26pt; margin-bottom: 8pt; }
  .cover .tenant { font-size: 12pt; color: #18202e; font-weight: 600; }
  .cover dl { margin-top: 24pt; border-top: 1.5pt solid #18202e; padding-top: 12pt; font-size: 10.5pt; }
  nav { break-after: page; }
  nav h2 { margin-top: 0; }
  nav ol { list-style: none; padding: 0; }
  nav li { border-bottom: 0.5pt dotted #8892a2; padding: 3pt 0; }
  nav li.part { padding-left: 12pt; color: #4e5969; }
  nav a { color: inherit; text-decoration: none; display: flex; justify-content: space-between; gap: 12pt; }
  nav .page { min-width: 24pt; text-align: right; font-variant-numeric: tabular-nums; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  th { text-align: left; font-weight: 600; border-bottom: 1pt solid #8892a2; padding: 3pt 5pt; }
  td { vertical-align: top; border-bottom: 0.5pt solid #dfe3e8; padding: 3pt 5pt; white-space: pre-wrap; overflow-wrap: anywhere; }
`;

/** The whole page. `pages`: on which page the heading with an anchor stands, once that is known. */
export function toHtml(document: ReportDocument, pages: ReadonlyMap<string, number> = new Map()): string {
  const { title, tenant, subtitle, blocks, cover } = document;
  const below = [tenant, subtitle].filter(Boolean).join(' · ');
  const head =
    cover === undefined
      ? `<header><h1>${escapeHtml(title)}</h1><p>${escapeHtml(below)}</p></header>`
      : `<header class="cover"><p class="tenant">${escapeHtml(tenant)}</p><h1>${escapeHtml(title)}</h1>${factsOf(cover)}</header>${contents(blocks, pages)}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body>${head}
${blocks.map(block).join('\n')}
</body></html>`;
}

/** The headings, each a link to its place, with its page. */
function contents(blocks: readonly DocumentBlock[], pages: ReadonlyMap<string, number>): string {
  const lines = blocks.flatMap((it, nth) =>
    it.kind === 'heading'
      ? [
          `<li class="${it.level === 1 ? 'section' : 'part'}"><a href="#b${nth}"><span>${escapeHtml(it.text)}</span><span class="page">${pages.get(`b${nth}`) ?? ''}</span></a></li>`,
        ]
      : [],
  );
  return `<nav><h2>Contents</h2><ol>${lines.join('')}</ol></nav>`;
}

function factsOf(facts: readonly (readonly [string, string])[]): string {
  return `<dl>${facts.map(([label, value]) => `<dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>`;
}

function block(it: DocumentBlock, nth: number): string {
  switch (it.kind) {
    case 'heading':
      return `<h${it.level + 1} id="b${nth}">${escapeHtml(it.text)}</h${it.level + 1}>`;
    case 'text':
      return `<p>${escapeHtml(it.text)}</p>`;
    case 'markdown':
      return markedHtml(parseMarkdown(it.text, { lines: it.lines ?? 'kept' }), (it.top ?? 3) + 1);
    case 'facts':
      return factsOf(it.facts);
    case 'table': {
      const whole = it.columns.reduce((sum, { width }) => sum + width, 0);
      const columns = it.columns.map(({ width }) => `<col style="width:${((100 * width) / whole).toFixed(2)}%">`).join('');
      const head = it.columns.map(({ label }) => `<th scope="col">${escapeHtml(label)}</th>`).join('');
      const rows = it.rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`).join('\n');
      return `<table><colgroup>${columns}</colgroup><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`;
    }
  }
}
