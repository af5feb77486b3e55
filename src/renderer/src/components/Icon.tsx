/** One icon, 16 px with a stroke of 1.75 unless told; silent to a screen reader unless it has a label of its own. */
import { type IconName, iconFor } from './icons';

export interface IconProps {
  /** A known name, or one from an entity definition. */
  readonly name: IconName | (string & {});
  readonly size?: number;
  readonly label?: string;
  readonly className?: string;
}

export function Icon({ name, size = 16, label, className }: IconProps) {
  const Drawing = iconFor(name);
  return label === undefined ? (
    <Drawing size={size} stroke={1.75} className={className} aria-hidden="true" focusable="false" />
  ) : (
    <Drawing size={size} stroke={1.75} className={className} role="img" aria-label={label} />
  );
}
