/** The sealed rows of a span of time as lines of the Common Event Format, each with its seal and leaf hash. */
import { cefEventOf, cefLine } from './cef';
import type { ExportSummary } from './export';
import type { TrailSource } from './source';
import { ChainProof } from './verify';

const SEALS_AT_ONCE = 8;

/** Writes one line a row, rows outside of the span left out. Proves what it reads on the way, as the other export does. */
export async function exportCef(
  source: TrailSource,
  span: { readonly from: string | null; readonly to: string | null },
  version: string,
  write: (line: string) => Promise<void>,
): Promise<ExportSummary> {
  const found = await source.span(span.from, span.to);
  const proof = new ChainProof(source.chain, await source.keys(), found?.first ?? 1);
  let rows = 0;
  for (let next = found?.first ?? 1; found && next <= found.last; ) {
    const seals = (await source.seals(next, SEALS_AT_ONCE)).filter((seal) => seal.seq <= found.last);
    const [first, last] = [seals[0], seals.at(-1)];
    if (!first || !last) break;
    const texts = await source.rows(first.seq, last.seq);
    for (const seal of seals) {
      const own = texts.filter((row) => row.seal === seal.seq);
      proof.add(seal, own);
      for (const row of own) {
        if (row.text === null || row.leaf === null || !within(row.at, span)) continue;
        const event = cefEventOf(row.text, { seal: row.seal, leaf: row.leaf.toString('hex') });
        if (!event) continue;
        await write(cefLine(event, { version }));
        rows += 1;
      }
    }
    next = last.seq + 1;
  }
  return { seals: proof.seals, rows, head: proof.head, faults: proof.faults };
}

function within(at: string | null, { from, to }: { readonly from: string | null; readonly to: string | null }): boolean {
  const time = Date.parse(at ?? '');
  return !(from !== null && time < Date.parse(from)) && !(to !== null && time >= Date.parse(to));
}
