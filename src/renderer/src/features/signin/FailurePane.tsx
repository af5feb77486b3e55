/** Where the workspace or the server of the profile cannot be used at all: why, what to do, and the code for support. */
import { Button } from '@mantine/core';
import type { ConnectionState } from '@shared/ipc';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { retryConnection } from '../../app/ConnectionChip';
import { supportLine } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { errorWords } from '../../lib/error-texts';
import { toErrorData } from '../../lib/errors';
import css from './AboutPane.module.css';

export function FailurePane({ connection }: { readonly connection: ConnectionState }) {
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const words = errorWords(toErrorData(connection.error));
  const retry = async () => {
    setBusy(true);
    await retryConnection();
    setBusy(false);
  };
  return (
    <div role="alert" className={css.failure} data-testid="connection-failure" data-code={connection.error?.code}>
      <h2 className={css.title} data-tone="bad">
        <Icon name="alert" size={18} />
        {connection.embedded ? 'The workspace here' : connection.profileName} cannot be opened
      </h2>
      <p className={css.text}>
        <strong>{words.title}.</strong> {words.text}
      </p>
      <p className={css.text}>
        For support <span className="k-mono">{supportLine(connection.error)}</span>
      </p>
      <div className={css.foot}>
        <Button size="lg" fullWidth leftSection={<Icon name="refresh" />} onClick={() => void retry()} loading={busy}>
          Try again
        </Button>
        <Button size="lg" fullWidth mt={8} leftSection={<Icon name="server" />} onClick={() => void navigate('/connections')}>
          Connections
        </Button>
        <p className={css.note}>
          What was saved stays where it is. Nothing is deleted by trying again or by using another connection.
        </p>
      </div>
    </div>
  );
}
