/** The size of a sample from what the method asks for, and the parameters as the sample keeps them. */
import type { Json } from '@shared/entities/fields';
import { amountOf } from '@shared/sampling/amounts';
import { attributeSize, monetaryUnitSize } from '@shared/sampling/statistics';
import type { Drawing } from '@shared/wire/sampling';
import { DrawFault, type PopulationItem } from './draw';

export interface Sized {
  readonly size: number;
  /** Deviations that would still support the tolerable rate; for attribute samples whose size was computed. */
  readonly allowed: number | null;
}

/** Throws DrawFault where the size neither is given nor follows. */
export function sizeOf(drawing: Drawing, items: readonly PopulationItem[]): Sized {
  const { method, size, confidence } = drawing;
  if (size !== null) return { size, allowed: null };
  const part = confidence / 100;
  if (method === 'attribute') {
    if (drawing.tolerableRate === null) throw new DrawFault('tolerableRate', 'needs a value, or a size is given');
    const planned = attributeSize({
      confidence: part,
      tolerable: drawing.tolerableRate / 100,
      expected: (drawing.expectedRate ?? 0) / 100,
    });
    if (planned === null) throw new DrawFault('expectedRate', 'is too near the tolerable rate for any sample');
    // a small population is tested whole
    return { size: Math.min(planned.size, items.length), allowed: planned.allowed };
  }
  if (method === 'monetary_unit') {
    if (drawing.tolerableAmount === null) throw new DrawFault('tolerableAmount', 'needs a value, or a size is given');
    const book = items.reduce((sum, { amount }) => {
      const value = amount === null ? 0n : amountOf(amount);
      return value > 0n ? sum + value : sum;
    }, 0n);
    const planned = monetaryUnitSize(
      Number(book) / 10_000,
      Number(drawing.tolerableAmount),
      Number(drawing.expectedAmount ?? '0'),
      part,
    );
    if (planned === null) throw new DrawFault('expectedAmount', 'leaves nothing of the tolerable amount for a sample');
    return { size: planned, allowed: null };
  }
  throw new DrawFault('size', 'needs a value');
}

/** What is kept of the drawing beside the sample's own columns; a verifier reads it again. */
export function parametersOf(drawing: Drawing, sized: Sized, facts: Readonly<Record<string, string | number>>): Json {
  return {
    requestedSize: sized.size,
    allowedDeviations: sized.allowed,
    confidence: drawing.confidence,
    tolerableRate: drawing.tolerableRate,
    expectedRate: drawing.expectedRate,
    tolerableAmount: drawing.tolerableAmount,
    expectedAmount: drawing.expectedAmount,
    decimalMark: drawing.decimalMark,
    facts: { ...facts },
  };
}
