/**
 * The first questions to main and its events from then on: connection, session, settings, changed records.
 * What main says by an event is newer than the answer to a question asked before it, so an event always wins.
 */
import { bridge } from '../lib/bridge';
import { currentConnection, setConnection } from '../lib/connection';
import { isDropped } from '../lib/errors';
import { notify, notifyError } from '../lib/notices';
import { tellProgress } from '../lib/progress';
import { refetchFailed } from '../lib/query-client';
import { currentSession, setSession } from '../lib/session';
import { setSettings } from '../lib/settings';
import { queryClient, recordsChanged, trpc, trpcClient } from '../lib/trpc';
import { setStartError } from './start-error';

function listen(): void {
  bridge().onEvent((event) => {
    switch (event.type) {
      case 'connection': {
        const wasAway = currentConnection()?.state !== 'online';
        setConnection(event.connection);
        if (wasAway && event.connection.state === 'online') {
          void refetchFailed(queryClient);
          // only an open workspace knows whether it is the demonstration's
          void queryClient.invalidateQueries({ queryKey: trpc.app.info.queryKey() });
        }
        break;
      }
      case 'session':
        setSession(event.session);
        break;
      case 'changed':
        void recordsChanged(event.entities);
        break;
      case 'progress':
        tellProgress(event.job, { done: event.done, total: event.total });
        break;
    }
  });
}

async function ask<T>(question: () => Promise<T>, known: () => unknown, take: (answer: T) => void): Promise<void> {
  const answer = await question();
  if (known() === null) take(answer);
}

/** Asks main how things stand. Called once, and again by a person where it failed. */
export async function askMain(): Promise<void> {
  setStartError(null);
  try {
    const [settings] = await Promise.all([
      trpcClient.app.settings.query(),
      ask(() => trpcClient.connection.state.query(), currentConnection, setConnection),
      ask(() => trpcClient.session.state.query(), currentSession, setSession),
    ]);
    setSettings(settings);
  } catch (error) {
    if (!isDropped(error)) setStartError(error);
    return;
  }
  try {
    const info = await trpcClient.app.info.query();
    if (info.settingsNotice !== null) notify({ tone: 'attention', title: 'Settings were put aside', text: info.settingsNotice });
  } catch (error) {
    notifyError(error);
  }
}

export function start(): void {
  listen();
  void askMain();
}
