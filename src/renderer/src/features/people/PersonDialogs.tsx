/** What is asked before a person's roles or login change. */
import { PasswordInput, Select, TextInput } from '@mantine/core';
import { FUNCTION_LABELS, TENANT_FUNCTIONS, type TenantFunction } from '@shared/roles';
import type { TenantMember } from '@shared/wire/admin-people';
import { useState } from 'react';
import { Dialog } from '../../components/Dialog';
import { Icon } from '../../components/Icon';
import { Refusal } from '../../components/Refusal';
import { DateField } from '../../entities/form/DateField';
import { trpcClient } from '../../lib/trpc';
import { ROLE_CHOICES } from './NewPersonDialog';
import css from './PeoplePage.module.css';
import { usePeopleAction } from './usePeopleAction';
import { lastInstantOf, nameOf, PASSWORD_LENGTH, passwordFault } from './words';

interface OfPerson {
  readonly person: TenantMember;
  readonly onClose: () => void;
}

/** A role, until a day or until it is taken back. */
export function GrantDialog({ person, onClose }: OfPerson) {
  const held = person.memberships.map((one) => one.function);
  const [role, setRole] = useState<TenantFunction>(TENANT_FUNCTIONS.find((fn) => !held.includes(fn)) ?? 'viewer');
  const [end, setEnd] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const [reason, setReason] = useState('');
  const action = usePeopleAction();
  const grant = async () => {
    if (typed !== undefined) return;
    const ok = await action.run(
      () =>
        trpcClient.admin.people.grant.mutate({
          person: { personId: person.id },
          function: role,
          expiresAt: lastInstantOf(end),
          reason: reason.trim() || null,
        }),
      `${nameOf(person)} is now ${FUNCTION_LABELS[role]}`,
    );
    if (ok) onClose();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`Give ${nameOf(person)} a role`}
      action={`Give the role ${FUNCTION_LABELS[role]}`}
      onAction={() => void grant()}
      busy={action.busy}
    >
      <div className={css.form}>
        <Refusal error={action.failure} />
        <Select
          label="Role"
          data={ROLE_CHOICES}
          value={role}
          onChange={(value) => setRole(TENANT_FUNCTIONS.find((fn) => fn === value) ?? role)}
          rightSection={<Icon name="selector" size={14} />}
          allowDeselect={false}
          data-autofocus
        />
        <DateField
          label="Last day"
          description="Empty: until it is taken back. The role ends by itself, in the database too."
          withAsterisk={false}
          value={end ?? ''}
          typed={typed}
          error={typed === undefined ? undefined : 'A date, such as 31 Dec 2026'}
          onChange={(value, text) => {
            setEnd(typeof value === 'string' ? value : null);
            setTyped(text);
          }}
        />
        <TextInput
          label="Reason"
          description="Goes to the trail."
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </div>
    </Dialog>
  );
}

export function PasswordDialog({ person, onClose }: OfPerson) {
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const action = usePeopleAction();
  const fault = passwordFault(password);
  const save = async () => {
    setTried(true);
    if (fault !== null) return;
    const ok = await action.run(
      () => trpcClient.admin.people.resetPassword.mutate({ personId: person.id, password }),
      `${nameOf(person)} has a new password`,
    );
    if (ok) onClose();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`New password for ${nameOf(person)}`}
      action="Set the password"
      onAction={() => void save()}
      busy={action.busy}
    >
      <div className={css.form}>
        <Refusal error={action.failure} />
        <p>
          {nameOf(person)} signs in with it from now on and is signed out everywhere. Evidence on their laptop was locked with the
          password of before: they are asked for it once.
        </p>
        <PasswordInput
          label="New password"
          withAsterisk
          description={`At least ${PASSWORD_LENGTH} characters. Hand it over in person.`}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={tried ? fault : null}
          visibilityToggleIcon={({ reveal }) => <Icon name={reveal ? 'eye-off' : 'eye'} />}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
          data-autofocus
        />
      </div>
    </Dialog>
  );
}

export interface ConfirmDialogProps {
  readonly title: string;
  readonly action: string;
  readonly text: string;
  readonly done: string;
  readonly work: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Something is lost by it, so the safe choice has the focus. */
export function ConfirmDialog({ title, action: verb, text, done, work, onClose }: ConfirmDialogProps) {
  const action = usePeopleAction();
  const go = async () => {
    if (await action.run(work, done)) onClose();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={title}
      action={verb}
      onAction={() => void go()}
      busy={action.busy}
      destructive
      cancel="Leave it"
    >
      <div className={css.form}>
        <Refusal error={action.failure} />
        <p>{text}</p>
      </div>
    </Dialog>
  );
}
