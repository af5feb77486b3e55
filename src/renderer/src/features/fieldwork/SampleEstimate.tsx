/** What the results of a sample say of its population, with the name of the formula. Figures first; colour only past what is tolerable. */
import { count, formatNumber } from '@renderer/lib/format';
import { amountWords } from '@shared/sampling/amounts';
import { countsOf, deviationEstimate, misstatementEstimate } from '@shared/sampling/evaluate';
import type { SampleOnSheet } from '@shared/wire/sampling';
import { z } from 'zod';
import { money } from './exceptions';
import css from './SampleCard.module.css';

const parametersSchema = z.object({
  confidence: z.number(),
  tolerableRate: z.number().nullable(),
  tolerableAmount: z.string().nullable(),
  allowedDeviations: z.number().nullable(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});

const percent = (part: number) => `${(part * 100).toFixed(1)} %`;

interface Figure {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly over?: boolean;
}

export function SampleEstimate({ sample, items }: SampleOnSheet) {
  const parsed = parametersSchema.safeParse(sample.parameters);
  if (!parsed.success) return null;
  const { confidence, tolerableRate, tolerableAmount, allowedDeviations, facts } = parsed.data;
  const counts = countsOf(items);
  const figures: Figure[] = [
    { label: 'Tested', value: `${formatNumber(items.length - counts.open)} of ${formatNumber(items.length)}` },
    { label: 'Exceptions', value: formatNumber(counts.exception) },
  ];
  let formula = '';
  if (sample.method === 'monetary_unit' && typeof facts.interval === 'string') {
    const estimate = misstatementEstimate(items, facts.interval, confidence / 100);
    formula = `Ratio projection with the Stringer bound, Poisson factors, ${confidence} % confidence, interval ${amountWords(facts.interval)}`;
    figures.push(
      { label: 'Projected misstatement', value: money(estimate.projected) },
      {
        label: 'Upper misstatement limit',
        value: money(estimate.upperLimit),
        hint: tolerableAmount === null ? undefined : `tolerable ${amountWords(tolerableAmount)}`,
        over: tolerableAmount !== null && estimate.upperLimit > Number(tolerableAmount),
      },
    );
    if (estimate.understated > 0) figures.push({ label: 'Understated, projected', value: money(estimate.understated) });
    if (estimate.withoutAmount > 0)
      figures.push({ label: 'Exceptions without an audited amount', value: formatNumber(estimate.withoutAmount), over: true });
  } else {
    const estimate = deviationEstimate(items, sample.populationRows, confidence / 100);
    if (estimate !== null) {
      formula = `Clopper–Pearson upper limit, exact binomial, ${confidence} % confidence; finite: hypergeometric over ${formatNumber(sample.populationRows)} items`;
      figures.push(
        {
          label: 'Deviation rate',
          value: percent(estimate.rate),
          hint: allowedDeviations === null ? undefined : `${allowedDeviations} planned for`,
        },
        {
          label: 'Upper deviation limit',
          value: percent(estimate.upperLimit),
          hint: tolerableRate === null ? undefined : `tolerable ${tolerableRate} %`,
          over: tolerableRate !== null && estimate.upperLimit > tolerableRate / 100,
        },
        { label: 'of this population', value: percent(estimate.upperLimitFinite) },
      );
    }
  }
  const leftOut = [
    facts.zeroItems ? count(Number(facts.zeroItems), 'item of zero', 'items of zero') : null,
    facts.negativeItems
      ? `${count(Number(facts.negativeItems), 'negative one')} (${amountWords(String(facts.negativeTotal))})`
      : null,
  ].filter((part) => part !== null);
  return (
    <div className={css.estimate}>
      <dl>
        {figures.map((figure) => (
          <div key={figure.label} data-over={figure.over || undefined}>
            <dt>{figure.label}</dt>
            <dd>
              {figure.value}
              {figure.hint ? <span>{figure.hint}</span> : null}
            </dd>
          </div>
        ))}
      </dl>
      {formula === '' ? null : <p>{formula}</p>}
      {leftOut.length === 0 ? null : (
        <p>Left out, for no unit of money lies in them: {leftOut.join(' and ')}. Test these on their own.</p>
      )}
    </div>
  );
}
