/** Where the records live: the workspace on this laptop and servers; each can be tested, used, changed and, a server, removed. */
import { Button } from '@mantine/core';
import type { ConnectionProfile, Diagnosis, ServerProfile } from '@shared/wire/connection';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Dialog } from '../../components/Dialog';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { Page } from '../../components/Page';
import { Pill } from '../../components/Pill';
import { SkeletonRows } from '../../components/Skeleton';
import { notify, notifyError } from '../../lib/notices';
import { useMe } from '../../lib/session';
import { queryClient, trpc, trpcClient } from '../../lib/trpc';
import { useShortcuts } from '../../lib/use-shortcuts';
import { ConnectionForm } from './ConnectionForm';
import css from './ConnectionsPage.module.css';
import { DiagnosisList } from './DiagnosisList';

function addressOf(profile: ConnectionProfile): string {
  if (profile.kind === 'embedded') return 'The database that comes with this program';
  const bouncer = profile.viaPgBouncer ? ', through PgBouncer' : '';
  return `${profile.host}:${profile.port}, database ${profile.database}, ${profile.tlsMode}${bouncer}`;
}

interface ProfileCardProps {
  readonly profile: ConnectionProfile;
  readonly onChange: (profile: ServerProfile) => void;
  readonly onRemove: (profile: ServerProfile) => void;
  readonly onUse: (profile: ConnectionProfile) => void;
}

function ProfileCard({ profile, onChange, onRemove, onUse }: ProfileCardProps) {
  const [diagnosis, setDiagnosis] = useState<Diagnosis | null>(null);
  const [busy, setBusy] = useState(false);
  const test = async () => {
    setBusy(true);
    try {
      setDiagnosis(await trpcClient.connection.test.mutate({ id: profile.id }));
    } catch (error) {
      notifyError(error, `${profile.name} was not tested`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className={css.profile} data-in-use={profile.inUse || undefined}>
      <div className={css.profileRow}>
        <Icon name={profile.kind === 'embedded' ? 'laptop' : 'server'} size={20} />
        <div className={css.profileWords}>
          <p className={css.profileName}>{profile.name}</p>
          <p className={css.profileText}>{addressOf(profile)}</p>
        </div>
        {profile.inUse ? <Pill word="In use" tone="good" shape="check-filled" /> : null}
        <Button aria-label={`Test ${profile.name}`} onClick={() => void test()} loading={busy} leftSection={<Icon name="plug" />}>
          Test
        </Button>
        {profile.inUse ? null : (
          <Button aria-label={`Use ${profile.name}`} onClick={() => onUse(profile)}>
            Use
          </Button>
        )}
        {profile.kind === 'server' ? (
          <>
            <Button variant="subtle" aria-label={`Change ${profile.name}`} onClick={() => onChange(profile)}>
              Change
            </Button>
            <Button
              variant="subtle"
              color="bad"
              aria-label={`Remove ${profile.name}…`}
              disabled={profile.inUse}
              onClick={() => onRemove(profile)}
            >
              Remove…
            </Button>
          </>
        ) : null}
      </div>
      {diagnosis === null ? null : <DiagnosisList diagnosis={diagnosis} />}
    </li>
  );
}

export function ConnectionsPage() {
  const profiles = useQuery(trpc.connection.profiles.queryOptions());
  const me = useMe();
  const navigate = useNavigate();
  const [editing, setEditing] = useState<ServerProfile | 'new' | null>(null);
  const [removing, setRemoving] = useState<ServerProfile | null>(null);
  const [leaving, setLeaving] = useState<ConnectionProfile | null>(null);
  const [busy, setBusy] = useState(false);
  useShortcuts('Connections', [
    { keys: 'N', label: 'New server', hint: 'new', run: () => setEditing('new') },
    {
      keys: 'Escape',
      label: me ? 'Leave the form' : 'Back to sign-in',
      hint: 'back',
      run: () => (editing ? setEditing(null) : me ? false : void navigate('/')),
    },
  ]);

  const use = async (profile: ConnectionProfile) => {
    setBusy(true);
    try {
      await trpcClient.connection.use.mutate({ id: profile.id });
      await queryClient.invalidateQueries({ queryKey: trpc.connection.pathKey() });
      setLeaving(null);
      if (!me) void navigate('/');
    } catch (error) {
      notifyError(error, `${profile.name} is not in use`);
    } finally {
      setBusy(false);
    }
  };
  const remove = async (profile: ServerProfile) => {
    setBusy(true);
    try {
      await trpcClient.connection.remove.mutate({ id: profile.id });
      await queryClient.invalidateQueries({ queryKey: trpc.connection.pathKey() });
      setRemoving(null);
      notify({ tone: 'good', title: `${profile.name} removed`, text: 'Nothing on the server was touched.' });
    } catch (error) {
      notifyError(error, `${profile.name} is still there`);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Page
      title="Connections"
      note="Where the records live that you sign in to"
      actions={
        <>
          {me ? null : (
            <Button variant="subtle" onClick={() => void navigate('/')}>
              Back to sign-in
            </Button>
          )}
          <Button
            variant="filled"
            leftSection={<Icon name="plus" />}
            onClick={() => setEditing('new')}
            disabled={editing !== null}
          >
            New server
          </Button>
        </>
      }
    >
      <div className={css.page}>
        {profiles.isPending ? <SkeletonRows rows={2} label="Reading the connections" /> : null}
        {profiles.isError ? <ErrorState error={profiles.error} onRetry={() => void profiles.refetch()} /> : null}
        {profiles.data ? (
          <ul className={css.profiles}>
            {profiles.data.map((profile) => (
              <ProfileCard
                key={profile.id}
                profile={profile}
                onChange={setEditing}
                onRemove={setRemoving}
                onUse={(one) => (me ? setLeaving(one) : void use(one))}
              />
            ))}
          </ul>
        ) : null}
        {editing === null ? null : (
          <ConnectionForm
            key={editing === 'new' ? 'new' : editing.id}
            profile={editing === 'new' ? null : editing}
            onSaved={() => setEditing(null)}
            onClose={() => setEditing(null)}
          />
        )}
      </div>
      <Dialog
        opened={removing !== null}
        onClose={() => setRemoving(null)}
        title="Remove a connection"
        action={`Remove ${removing?.name ?? ''}`}
        onAction={() => removing && void remove(removing)}
        destructive
        writes={false}
        cancel="Keep it"
        busy={busy}
      >
        <p>
          {removing?.name} is forgotten on this laptop, with its certificate file. Nothing on the server is touched; you can enter
          it again at any time.
        </p>
      </Dialog>
      <Dialog
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title="Use another connection"
        action={`Use ${leaving?.name ?? ''}`}
        onAction={() => leaving && void use(leaving)}
        writes={false}
        cancel="Stay"
        busy={busy}
      >
        <p>You are signed out here and sign in to {leaving?.name} next. What was saved stays where it is.</p>
      </Dialog>
    </Page>
  );
}
