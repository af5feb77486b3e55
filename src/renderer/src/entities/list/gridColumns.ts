/** How wide the columns of a grid are: what each can do with at least, and the tracks that follow from it. */
import type { Entity } from '@shared/entities/define';
import { columnWidth } from './columns';

const LEAST_TITLE = 168;

/** Widths that a person dragged, in pixels, by field. */
export type Widths = Readonly<Record<string, number>>;
export const NO_WIDTHS: Widths = {};

/** The least a column can do with: names and short texts may be cut a little, pills and dates may not. */
export function leastOf(definition: Entity, key: string, widths: Widths): number {
  if (widths[key] !== undefined) return widths[key];
  const width = columnWidth(definition, key);
  if (width === null) return LEAST_TITLE;
  const kind = key === definition.refField ? null : definition.allFields[key]?.kind;
  return kind === 'text' || kind === 'person' || kind === 'reference' ? Math.round(width * 0.85) : width;
}

/** The tracks of `grid-template-columns`; `pick` is the width of the boxes at the left. */
export function gridTemplate(definition: Entity, columns: readonly string[], pick: number, widths: Widths): string {
  const tracks = columns.map((key) => {
    if (widths[key] !== undefined) return `${widths[key]}px`;
    const width = columnWidth(definition, key);
    const most = width === null || key === definition.titleField ? '1fr' : `${width}px`;
    return `minmax(${leastOf(definition, key, widths)}px, ${most})`;
  });
  return `${pick}px ${tracks.join(' ')}`;
}

/** Pixels below which the grid scrolls sideways rather than squeeze. */
export function leastWidth(definition: Entity, columns: readonly string[], pick: number, widths: Widths): number {
  return pick + columns.reduce((sum, key) => sum + leastOf(definition, key, widths), 0);
}
