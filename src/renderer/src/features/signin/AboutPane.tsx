/** Without a demonstration: what this workstation connects to, and who gives access. */
import { Button } from '@mantine/core';
import type { ConnectionState } from '@shared/ipc';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { Icon } from '../../components/Icon';
import { trpc } from '../../lib/trpc';
import css from './AboutPane.module.css';

const TLS_WORDS = {
  'verify-full': 'encrypted, certificate and name checked',
  'verify-ca': 'encrypted, issuer of the certificate checked',
  require: 'encrypted, certificate not checked',
  disable: 'not encrypted',
} as const;

export function AboutPane({ connection }: { readonly connection: ConnectionState }) {
  const profiles = useQuery(trpc.connection.profiles.queryOptions());
  const navigate = useNavigate();
  const profile = profiles.data?.find((candidate) => candidate.inUse);
  return (
    <>
      <h2 className={css.title}>
        <Icon name={connection.embedded ? 'laptop' : 'server'} size={18} />
        {connection.embedded ? 'Workspace on this laptop' : connection.profileName}
      </h2>
      <p className={css.text}>
        {connection.embedded
          ? 'Records are kept in the database that comes with this program.'
          : 'Records are kept on your organisation’s server. You sign in to it as yourself; the database decides what you may read and write.'}
      </p>
      {profile?.kind === 'server' ? (
        <dl className={css.facts}>
          <dt>Host</dt>
          <dd className="k-mono">
            {profile.host}:{profile.port}
          </dd>
          <dt>Database</dt>
          <dd className="k-mono">{profile.database}</dd>
          <dt>Line</dt>
          <dd>{TLS_WORDS[profile.tlsMode]}</dd>
          {profile.ca ? (
            <>
              <dt>Issuer</dt>
              <dd>{profile.ca.fileName}</dd>
            </>
          ) : null}
        </dl>
      ) : null}
      <div className={css.foot}>
        <Button size="lg" fullWidth leftSection={<Icon name="server" />} onClick={() => void navigate('/connections')}>
          Connections
        </Button>
        <p className={css.note}>No access yet? An administrator of your tenant makes your account and gives it a function.</p>
      </div>
    </>
  );
}
