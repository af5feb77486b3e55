/** One person: roles with their end, and what an administrator can do about the login. */
import { ActionIcon, Button } from '@mantine/core';
import { FUNCTION_LABELS } from '@shared/roles';
import type { HeldMembership, TenantMember } from '@shared/wire/admin-people';
import { useState } from 'react';
import { DateText } from '../../components/DateText';
import { Icon } from '../../components/Icon';
import { SidePane } from '../../components/Page';
import { Pill } from '../../components/Pill';
import { Refusal } from '../../components/Refusal';
import { formatDate, formatInstant, todayHere } from '../../lib/format';
import { useMe } from '../../lib/session';
import { trpcClient } from '../../lib/trpc';
import css from './PeoplePage.module.css';
import { ConfirmDialog, GrantDialog, PasswordDialog } from './PersonDialogs';
import { usePeopleAction } from './usePeopleAction';
import { endOf, nameOf, STATE_WORDS } from './words';

type Asked = 'grant' | 'password' | 'suspend' | 'remove' | HeldMembership;

export function PersonPane({ person, onClose }: { readonly person: TenantMember; readonly onClose: () => void }) {
  const me = useMe();
  const [asked, setAsked] = useState<Asked | null>(null);
  const action = usePeopleAction();
  const state = STATE_WORDS[person.status];
  const name = nameOf(person);
  const oneself = me?.id === person.id;
  const gone = person.status === 'removed';
  const ours = person.home && !gone && !oneself;
  const close = () => setAsked(null);
  const id = { personId: person.id };
  return (
    <SidePane
      label="Person"
      title={name}
      covers
      actions={
        <ActionIcon variant="subtle" aria-label="Close" onClick={onClose}>
          <Icon name="x" />
        </ActionIcon>
      }
    >
      <div className={css.block}>
        <dl className={css.facts}>
          <dt>State</dt>
          <dd>
            <Pill word={state.word} tone={state.tone} shape={state.shape} />
          </dd>
          <dt>E-mail</dt>
          <dd>{person.email}</dd>
          <dt>Last sign-in</dt>
          <dd>{person.lastLogin === null ? 'Never' : formatInstant(person.lastLogin)}</dd>
          <dt>Home</dt>
          <dd>{person.platform ? 'Platform administration' : person.home ? 'This tenant' : 'Another tenant'}</dd>
        </dl>
      </div>
      <div className={css.block}>
        <h3 className={css.heading}>Roles in this tenant</h3>
        <ul className={css.roles}>
          {person.memberships.map((held) => {
            const end = endOf(held);
            return (
              <li key={held.function} className={css.role}>
                <span className={css.roleWords}>
                  {FUNCTION_LABELS[held.function]}
                  <span className={css.roleNote}>
                    {end === null ? (
                      `since ${formatDate(todayHere(new Date(held.since)))}`
                    ) : (
                      <>
                        until <DateText date={end} due />
                      </>
                    )}
                    {held.reason === null ? '' : ` · ${held.reason}`}
                  </span>
                </span>
                <Button
                  size="xs"
                  variant="subtle"
                  color="bad"
                  aria-label={`Take the role ${FUNCTION_LABELS[held.function]} back`}
                  onClick={() => setAsked(held)}
                >
                  Take back
                </Button>
              </li>
            );
          })}
        </ul>
        {gone ? null : (
          <Button
            mt={8}
            leftSection={<Icon name="plus" />}
            disabled={oneself}
            onClick={() => setAsked('grant')}
            data-testid="grant-role"
          >
            Give a role
          </Button>
        )}
        {oneself ? <p className={css.hint}>Nobody gives roles to themselves. Another administrator can.</p> : null}
      </div>
      {gone ? null : (
        <div className={css.block}>
          <h3 className={css.heading}>Login</h3>
          <Refusal error={asked === null ? action.failure : null} />
          <div className={css.buttons}>
            {person.status === 'locked' ? (
              <Button
                loading={action.busy}
                disabled={!ours}
                onClick={() => void action.run(() => trpcClient.admin.people.unlock.mutate(id), `${name} can sign in again`)}
              >
                Unlock
              </Button>
            ) : null}
            {person.status === 'suspended' ? (
              <Button
                loading={action.busy}
                disabled={!ours}
                onClick={() => void action.run(() => trpcClient.admin.people.resume.mutate(id), `${name} can sign in again`)}
              >
                Let in again
              </Button>
            ) : (
              <Button disabled={!ours} onClick={() => setAsked('suspend')}>
                Suspend…
              </Button>
            )}
            <Button disabled={!ours} onClick={() => setAsked('password')}>
              New password…
            </Button>
            <Button variant="subtle" color="bad" disabled={!ours} onClick={() => setAsked('remove')}>
              Remove…
            </Button>
          </div>
          {ours ? null : (
            <p className={css.hint}>
              {oneself
                ? 'Your own login is changed under Settings; another administrator can suspend it.'
                : 'Only an administrator of the person’s home tenant can change the login. You can take back their roles here.'}
            </p>
          )}
        </div>
      )}
      {asked === 'grant' ? <GrantDialog person={person} onClose={close} /> : null}
      {asked === 'password' ? <PasswordDialog person={person} onClose={close} /> : null}
      {asked === 'suspend' ? (
        <ConfirmDialog
          title={`Suspend ${name}`}
          action="Suspend"
          text={`${name} is signed out everywhere at once and cannot sign in until somebody lets them in again. What they wrote stays.`}
          done={`${name} is suspended`}
          work={() => trpcClient.admin.people.suspend.mutate(id)}
          onClose={close}
        />
      ) : null}
      {asked === 'remove' ? (
        <ConfirmDialog
          title={`Remove ${name}`}
          action="Remove for good"
          text={`The login is taken away for good, at once, in every tenant. The name stays in the history of what ${name} did.`}
          done={`${name} is removed`}
          work={() => trpcClient.admin.people.remove.mutate(id)}
          onClose={close}
        />
      ) : null}
      {typeof asked === 'object' && asked !== null ? (
        <ConfirmDialog
          title={`Take the role ${FUNCTION_LABELS[asked.function]} back`}
          action="Take it back"
          text={`${name} loses the rights of ${FUNCTION_LABELS[asked.function]} in this tenant at once, also where they are signed in now.`}
          done={`${name} is no longer ${FUNCTION_LABELS[asked.function]}`}
          work={() => trpcClient.admin.people.revoke.mutate({ ...id, function: asked.function })}
          onClose={close}
        />
      ) : null}
    </SidePane>
  );
}
