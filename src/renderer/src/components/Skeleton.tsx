/** The shape of what comes. It waits 200 ms before it shows, so that quick answers do not flicker. */
import css from './Skeleton.module.css';

const WIDTHS = [170, 214, 148, 190, 232, 160, 204, 176] as const;

export interface SkeletonRowsProps {
  readonly rows?: number;
  /** What is being read, for a screen reader. */
  readonly label: string;
}

export function SkeletonRows({ rows = 8, label }: SkeletonRowsProps) {
  return (
    <div className={css.late} role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
        <div key={index} className={css.row} aria-hidden="true">
          <span className={css.box} />
          <span className={css.bar} style={{ width: 46 }} />
          <span className={css.bar} style={{ width: WIDTHS[index % WIDTHS.length] }} />
          <span className={css.pill} />
          <span className={css.bar} style={{ width: 70 }} />
        </div>
      ))}
    </div>
  );
}

/** One bar for a figure or a line of text that is on its way. */
export function SkeletonBar({ width = 120, height = 8 }: { readonly width?: number | string; readonly height?: number }) {
  return <span className={`${css.bar} ${css.late}`} style={{ display: 'inline-block', width, height }} aria-hidden="true" />;
}
