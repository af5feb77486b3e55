/** The status bar of the shell: what was sent when, or since when it is offline and when the next try comes. */

import type { ConnectionState } from '@shared/ipc';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Icon } from '../components/Icon';
import { StatusBar } from '../components/StatusBar';
import { formatTime } from '../lib/format';
import { useLastSent } from '../lib/sent';
import { trpc } from '../lib/trpc';
import { NextTry } from './ConnectionChip';

export function ShellStatusBar({ connection }: { readonly connection: ConnectionState }) {
  const sent = useLastSent();
  const info = useQuery(trpc.app.info.queryOptions());
  const facts: { key: string; content: ReactNode }[] = [];
  const away = connection.state === 'offline' || connection.state === 'failed';
  if (away) {
    facts.push({
      key: 'offline',
      content: (
        <>
          <Icon name="laptop" size={14} />
          <span>
            Offline since {formatTime(connection.since)} · {connection.profileName} does not answer
          </span>
        </>
      ),
    });
    if (connection.nextTryAt !== null) facts.push({ key: 'next', content: <NextTry at={connection.nextTryAt} /> });
  } else {
    facts.push({
      key: 'sent',
      content: sent === null ? 'All changes sent' : `All changes sent ${formatTime(new Date(sent).toISOString(), true)}`,
    });
    facts.push({ key: 'where', content: connection.profileName });
  }
  if (info.data && !info.data.officialRuntime)
    facts.push({ key: 'runtime', content: 'Development runtime, not for real records' });
  return <StatusBar facts={facts} offline={away} />;
}
