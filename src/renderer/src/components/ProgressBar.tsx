/** A stacked bar of parts of a whole, and the legend to it. Figures always stand beside, so the bar itself is silent. */
import css from './ProgressBar.module.css';

export type PartLook = 'effective' | 'partial' | 'ineffective' | 'untested' | 'action' | 'begun' | 'good';

export interface BarPart {
  readonly key: string;
  readonly look: PartLook;
  readonly value: number;
}

export interface ProgressBarProps {
  readonly parts: readonly BarPart[];
  /** What the whole is; the sum of the parts unless told. */
  readonly total?: number;
  readonly height?: number;
  /** Said instead of the picture, for example `38 of 62 tested`. */
  readonly label: string;
}

export function ProgressBar({ parts, total, height = 6, label }: ProgressBarProps) {
  const sum = total ?? parts.reduce((all, part) => all + part.value, 0);
  return (
    <div className={css.bar} style={{ height }} role="img" aria-label={label}>
      {parts
        .filter((part) => part.value > 0 && sum > 0)
        .map((part) => (
          <span key={part.key} className={`${css.part} ${css[part.look]}`} style={{ width: `${(part.value / sum) * 100}%` }} />
        ))}
    </div>
  );
}

export interface LegendProps {
  readonly items: readonly { readonly look: PartLook; readonly label: string }[];
}

export function Legend({ items }: LegendProps) {
  return (
    <ul className={css.legend}>
      {items.map((item) => (
        <li key={item.label} className={css.item}>
          <span className={`${css.swatch} ${css[item.look]}`} aria-hidden="true" />
          {item.label}
        </li>
      ))}
    </ul>
  );
}
