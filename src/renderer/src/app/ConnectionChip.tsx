/** How the window stands with the server, always in sight; opens to the reason and what can be done. */
import { Button, Popover } from '@mantine/core';
import type { ConnectionState } from '@shared/ipc';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Icon } from '../components/Icon';
import { errorWords } from '../lib/error-texts';
import { formatInstant, formatTime } from '../lib/format';
import { notifyError } from '../lib/notices';
import { trpcClient } from '../lib/trpc';
import { secondsUntil, useNow } from '../lib/use-now';
import css from './ConnectionChip.module.css';

interface Look {
  readonly tone: 'good' | 'underway' | 'laptop' | 'bad';
  readonly icon: string;
  readonly word: string;
  readonly more: string;
}

export function connectionLook(connection: ConnectionState): Look {
  switch (connection.state) {
    case 'online':
      return { tone: 'good', icon: 'cloud-check', word: 'Online', more: 'all sent' };
    case 'offline':
      return { tone: 'laptop', icon: 'laptop', word: 'Offline', more: `since ${formatTime(connection.since)}` };
    case 'starting':
      return { tone: 'underway', icon: 'cloud-up', word: 'Starting', more: connection.profileName };
    case 'failed':
      return { tone: 'bad', icon: 'cloud-off', word: 'Not connected', more: connection.profileName };
  }
}

/** Asks main to try now; its answer comes as an event. */
export async function retryConnection(): Promise<void> {
  try {
    await trpcClient.connection.retry.mutate();
  } catch (error) {
    notifyError(error);
  }
}

/** `Next try in 14 s`; nothing where no try is planned. */
export function NextTry({ at }: { readonly at: string | null }) {
  const now = useNow(at === null ? null : 1000);
  if (at === null) return null;
  const seconds = secondsUntil(at, now);
  return <span>{seconds === 0 ? 'Trying now' : `Next try in ${seconds} s`}</span>;
}

export function ConnectionChip({ connection }: { readonly connection: ConnectionState }) {
  const [opened, setOpened] = useState(false);
  const navigate = useNavigate();
  const look = connectionLook(connection);
  const words = connection.error ? errorWords(connection.error) : null;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={300} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={css.chip}
          data-tone={look.tone}
          onClick={() => setOpened(!opened)}
          data-testid="connection-chip"
          data-state={connection.state}
        >
          <Icon name={look.icon} size={17} />
          <span className={css.word}>{look.word}</span>
          <span className={css.more}>· {look.more}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Connection">
        <div className={css.panel}>
          <p className={css.title}>{connection.embedded ? 'The workspace on this laptop' : connection.profileName}</p>
          <p className={css.text}>
            {connection.state === 'online'
              ? `Answers since ${formatInstant(connection.since)}. Every change is confirmed before the screen calls it saved.`
              : words === null
                ? 'Starting.'
                : `${words.title}. ${words.text}`}
          </p>
          {connection.state === 'online' ? null : (
            <p className={css.text}>
              <NextTry at={connection.nextTryAt} />
            </p>
          )}
          <div className={css.actions}>
            {connection.state === 'offline' || connection.state === 'failed' ? (
              <Button variant="filled" leftSection={<Icon name="refresh" />} onClick={() => void retryConnection()}>
                Try now
              </Button>
            ) : null}
            <Button
              onClick={() => {
                setOpened(false);
                void navigate('/connections');
              }}
            >
              Connections
            </Button>
          </div>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
