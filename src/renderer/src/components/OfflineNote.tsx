/** One violet line over what is shown while the server is away: since when, and that it comes back by itself. */
import type { ConnectionState } from '@shared/ipc';
import { formatTime } from '../lib/format';
import { Icon } from './Icon';
import css from './OfflineNote.module.css';

export interface OfflineNoteProps {
  readonly connection: ConnectionState | null;
  /** What the person looks at, for example `The list is of 13:20.` */
  readonly note?: string;
  /** From edge to edge, as in lists. */
  readonly flush?: boolean;
}

/** Nothing while the server answers. */
export function OfflineNote({ connection, note, flush = false }: OfflineNoteProps) {
  if (connection === null || connection.state === 'online') return null;
  return (
    <p className={css.note} data-flush={flush || undefined} role="status">
      <Icon name="laptop" />
      <span>
        <strong>Offline since {formatTime(connection.since)}.</strong> {note ?? 'You can go on reading.'} This goes on by itself
        when {connection.profileName} answers again.
      </span>
    </p>
  );
}
