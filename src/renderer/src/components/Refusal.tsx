/** Why a change was not made, beside the form that asked for it. */
import { errorWords } from '../lib/error-texts';
import { toErrorData } from '../lib/errors';
import { Icon } from './Icon';
import css from './Refusal.module.css';

export function Refusal({ error }: { readonly error: unknown }) {
  if (error === null) return null;
  const data = toErrorData(error);
  const words = errorWords(data);
  return (
    <p className={css.fault} role="alert" data-code={data.code}>
      <Icon name="alert-filled" />
      <span>
        <strong>{words.title}.</strong> {words.text}
      </span>
    </p>
  );
}
