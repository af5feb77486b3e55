/** A value before and after; long texts word by word, so that a comma is seen and not looked for. */
import type { Field } from '@shared/entities/fields';
import { Icon } from '../../components/Icon';
import { wordRuns } from '../conflict/words';
import css from './BeforeAfter.module.css';
import { isEmptyValue, type Names, valueText } from './text';

export interface BeforeAfterProps {
  readonly field: Field;
  readonly before: unknown;
  readonly after: unknown;
  readonly names: Names;
  /** `after` is text that is no value yet. */
  readonly typed?: boolean;
}

const SHORT = 60;

export function BeforeAfter({ field, before, after, names, typed = false }: BeforeAfterProps) {
  const was = valueText(field, before, names);
  const is = typed ? String(after) : valueText(field, after, names);
  if (field.kind === 'longText' && was !== '' && is !== '') return <WordDiff before={was} after={is} />;
  const apart = was.length > SHORT || is.length > SHORT;
  if (isEmptyValue(before) && is !== '') return <ins className={css.added}>{is}</ins>;
  return (
    <span className={css.pair} data-apart={apart || undefined}>
      {isEmptyValue(before) ? <span className={css.nothing}>empty</span> : <del className={css.removed}>{was}</del>}
      <Icon name="arrow-right" size={14} label="becomes" className={css.arrow} />
      {is === '' ? <span className={css.nothing}>empty</span> : <ins className={css.added}>{is}</ins>}
    </span>
  );
}

interface WordDiffProps {
  readonly before: string;
  readonly after: string;
  /** Only the words of one side, with what the other has not; both sides' in one text by itself. */
  readonly side?: 'before' | 'after';
}

/** What `after` added to and took from `before`. */
export function WordDiff({ before, after, side }: WordDiffProps) {
  const left = side === 'before' ? 'added' : side === 'after' ? 'removed' : null;
  let at = 0;
  return (
    <span className={css.words}>
      {wordRuns(before, after)
        .filter(({ kind }) => kind !== left)
        .map((run) => {
          const key = at++;
          if (run.kind === 'same') return <span key={key}>{run.text}</span>;
          return run.kind === 'removed' ? (
            <del key={key} className={css.removed}>
              {run.text}
            </del>
          ) : (
            <ins key={key} className={css.added}>
              {run.text}
            </ins>
          );
        })}
    </span>
  );
}
