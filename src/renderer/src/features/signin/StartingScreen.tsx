/** The seconds before the embedded server or the server of the profile answers: what is going on, and that it goes on. */
import { Button } from '@mantine/core';
import type { ConnectionState } from '@shared/ipc';
import { useNavigate } from 'react-router';
import { useNow } from '../../lib/use-now';
import { Brand } from './Brand';
import css from './StartingScreen.module.css';

/** After this long the person is told that it takes longer, and offered another way. */
const SLOW_MS = 8000;

export function StartingScreen({ connection }: { readonly connection: ConnectionState | null }) {
  const now = useNow(1000);
  const navigate = useNavigate();
  const waited = connection === null ? 0 : now - new Date(connection.since).getTime();
  const slow = waited > SLOW_MS;
  const what =
    connection === null
      ? 'Starting'
      : connection.embedded
        ? 'Opening the workspace on this laptop'
        : `Reaching ${connection.profileName}`;
  return (
    <div className={css.page} data-testid="starting">
      <div className={css.inner}>
        <Brand />
        <div className={css.track} role="progressbar" aria-label={what}>
          <span className={css.runner} />
        </div>
        <h1 className={css.what}>
          {what}
          {slow ? '. This takes longer than usual.' : '…'}
        </h1>
        {slow ? (
          <Button variant="transparent" onClick={() => void navigate('/connections')}>
            Look at the connections
          </Button>
        ) : null}
      </div>
    </div>
  );
}
