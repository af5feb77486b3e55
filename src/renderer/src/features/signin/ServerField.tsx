/** The choice of server, and one line that says whether it was reached and whether its certificate is good. */
import { Select } from '@mantine/core';
import type { ConnectionState } from '@shared/ipc';
import type { ConnectionProfile, Diagnosis } from '@shared/wire/connection';
import { useQuery } from '@tanstack/react-query';
import { Icon } from '../../components/Icon';
import { errorWords } from '../../lib/error-texts';
import { toErrorData } from '../../lib/errors';
import { formatNumber } from '../../lib/format';
import { notifyError } from '../../lib/notices';
import { queryClient, trpc, trpcClient } from '../../lib/trpc';
import css from './ServerField.module.css';

export function profileLabel(profile: ConnectionProfile): string {
  return profile.kind === 'embedded' ? profile.name : `${profile.name} (${profile.host})`;
}

interface Reach {
  readonly tone: 'good' | 'underway' | 'bad' | 'attention';
  readonly icon: string;
  readonly text: string;
}

/** What the line says of a server whose test has come back. */
export function reachOf(profile: ConnectionProfile, diagnosis: Diagnosis): Reach {
  const failed = diagnosis.steps.find((step) => step.ok === false && step.key !== 'signIn');
  if (failed !== undefined) return { tone: 'bad', icon: 'cloud-off', text: failed.text };
  const latency = diagnosis.latencyMs === null ? 'Reached' : `Reached in ${formatNumber(diagnosis.latencyMs)} ms`;
  if (profile.kind === 'embedded') return { tone: 'good', icon: 'laptop', text: latency };
  switch (profile.tlsMode) {
    case 'verify-full':
      return { tone: 'good', icon: 'lock', text: `${latency}, certificate verified` };
    case 'verify-ca':
      return { tone: 'good', icon: 'lock', text: `${latency}, certificate's issuer verified` };
    case 'require':
      return { tone: 'attention', icon: 'lock', text: `${latency}, encrypted, certificate not verified` };
    case 'disable':
      return { tone: 'attention', icon: 'alert', text: `${latency}, not encrypted` };
  }
}

/** Tests a server profile each time another one is in use or the connection changes; the embedded server needs no test. */
function useReach(profile: ConnectionProfile | undefined, connection: ConnectionState): Reach {
  const id = profile?.kind === 'server' ? profile.id : null;
  const test = useQuery({
    queryKey: ['reach', id, connection.state],
    queryFn: () => trpcClient.connection.test.mutate({ id: id ?? '' }),
    enabled: id !== null,
  });
  if (connection.state === 'failed' && connection.error)
    return { tone: 'bad', icon: 'alert', text: errorWords(connection.error).title };
  if (connection.embedded) {
    return connection.state === 'online'
      ? { tone: 'good', icon: 'laptop', text: 'Ready on this laptop' }
      : { tone: 'underway', icon: 'clock', text: connection.progress ?? 'Opening the workspace on this laptop' };
  }
  if (profile !== undefined && test.data) return reachOf(profile, test.data);
  if (test.isError) return { tone: 'bad', icon: 'cloud-off', text: errorWords(toErrorData(test.error)).title };
  return { tone: 'underway', icon: 'clock', text: 'Reaching the server' };
}

export function ServerField({ connection }: { readonly connection: ConnectionState }) {
  const profiles = useQuery(trpc.connection.profiles.queryOptions());
  const list = profiles.data ?? [];
  const inUse = list.find((profile) => profile.inUse);
  const reach = useReach(inUse, connection);
  const use = async (id: string) => {
    try {
      await trpcClient.connection.use.mutate({ id });
      await queryClient.invalidateQueries({ queryKey: trpc.connection.pathKey() });
    } catch (error) {
      notifyError(error, 'The server was not changed');
    }
  };
  return (
    <div>
      <Select
        size="md"
        label="Server"
        data={list.map((profile) => ({ value: profile.id, label: profileLabel(profile) }))}
        value={inUse?.id ?? null}
        onChange={(id) => void (id !== null && id !== inUse?.id && use(id))}
        leftSection={<Icon name={inUse?.kind === 'server' ? 'server' : 'laptop'} />}
        leftSectionWidth={36}
        rightSection={<Icon name="selector" size={14} />}
        placeholder={profiles.isError ? 'The list could not be read' : ''}
      />
      <p className={css.reach} data-tone={reach.tone} role="status" data-testid="reach">
        <Icon name={reach.icon} size={14} />
        {reach.text}
      </p>
    </div>
  );
}
