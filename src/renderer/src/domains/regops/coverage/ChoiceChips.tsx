/** One of a few: round chips that filter, never mistaken for the pills of states. */
import css from './Coverage.module.css';

export interface ChoiceChipsProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly choices: readonly { readonly value: V; readonly label: string }[];
  readonly onChange: (value: V) => void;
}

export function ChoiceChips<V extends string>({ label, value, choices, onChange }: ChoiceChipsProps<V>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset draws a frame
    <div className={css.chips} role="group" aria-label={label}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          className={css.chip}
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </div>
  );
}
