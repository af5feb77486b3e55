/** A state in tone, shape and word, always all three; or a level on the filled ramp. Never a filter: those are round chips. */
import type { EnumOption, Level, Tone } from '@shared/entities/fields';
import { Icon } from './Icon';
import css from './Pill.module.css';

const TONE_SHAPES: Readonly<Record<Tone, string>> = {
  good: 'check-filled',
  attention: 'clock',
  bad: 'x-filled',
  underway: 'circle-dashed',
  laptop: 'laptop',
  neutral: 'circle',
};
const LEVEL_SHAPES: Readonly<Record<Level, string>> = {
  low: 'chevron-down',
  medium: 'equal',
  high: 'chevron-up',
  critical: 'chevrons-up',
};

export interface PillProps {
  readonly word: string;
  readonly tone?: Tone;
  /** Takes the place of the tone: the filled ramp. */
  readonly level?: Level;
  readonly shape?: string;
  /** Without its tint, beside another pill. */
  readonly bare?: boolean;
  readonly title?: string;
}

export function Pill({ word, tone = 'neutral', level, shape, bare = false, title }: PillProps) {
  const look = level ?? tone;
  return (
    <span
      className={`${css.pill} ${css[look]}`}
      data-tone={look}
      data-bare={bare && level === undefined ? true : undefined}
      title={title}
    >
      <Icon name={shape ?? (level ? LEVEL_SHAPES[level] : TONE_SHAPES[tone])} size={14} />
      <span className={css.word}>{word}</span>
    </span>
  );
}

export interface OptionPillProps {
  readonly options: readonly EnumOption[];
  readonly value: string | null | undefined;
  readonly bare?: boolean;
}

/** The pill of an enumeration's value; plain text where the option has neither tone nor level, nothing where there is no value. */
export function OptionPill({ options, value, bare }: OptionPillProps) {
  if (value === null || value === undefined) return null;
  const option = options.find((candidate) => candidate.value === value);
  if (option === undefined) return <span>{value}</span>;
  if (option.tone === undefined && option.level === undefined) return <span>{option.label}</span>;
  return <Pill word={option.label} tone={option.tone} level={option.level} shape={option.shape} bare={bare} />;
}
