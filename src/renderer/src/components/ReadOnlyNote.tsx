/** One line over every screen while the database is of another version than this workstation: read only, why, and what to do. */

import { errorWords } from '@shared/error-texts';
import type { CodedErrorData } from '@shared/errors';
import { Icon } from './Icon';
import css from './OfflineNote.module.css';

export interface ReadOnlyNoteProps {
  /** SCHEMA_NEWER or SCHEMA_OLDER; null or undefined where everything can be written. */
  readonly reason: CodedErrorData | null | undefined;
}

export function ReadOnlyNote({ reason }: ReadOnlyNoteProps) {
  if (!reason) return null;
  const { title, text } = errorWords(reason);
  return (
    <p className={css.note} data-flush role="status">
      <Icon name="lock" />
      <span>
        <strong>Read only: {title.charAt(0).toLowerCase() + title.slice(1)}.</strong> {text}
      </span>
    </p>
  );
}
