/** A new person: a login of their own, and their first role here. */
import { PasswordInput, Select, TextInput } from '@mantine/core';
import { FUNCTION_LABELS, TENANT_FUNCTIONS, type TenantFunction } from '@shared/roles';
import { useState } from 'react';
import { Dialog } from '../../components/Dialog';
import { Icon } from '../../components/Icon';
import { Refusal } from '../../components/Refusal';
import { trpcClient } from '../../lib/trpc';
import css from './PeoplePage.module.css';
import { usePeopleAction } from './usePeopleAction';
import { PASSWORD_LENGTH, passwordFault } from './words';

export interface NewPersonDialogProps {
  readonly onClose: () => void;
  readonly onMade: (id: string) => void;
}

export const ROLE_CHOICES = TENANT_FUNCTIONS.map((fn) => ({ value: fn, label: FUNCTION_LABELS[fn] }));

export function NewPersonDialog({ onClose, onMade }: NewPersonDialogProps) {
  const [firstName, setFirstName] = useState('');
  const [lastName, setLastName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<TenantFunction>('viewer');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const action = usePeopleAction();
  const emailFault = /^\S+@\S+\.\S+$/.test(email.trim()) ? null : 'An address like name@company.example';
  const fault = passwordFault(password);
  const make = async () => {
    setTried(true);
    if (emailFault !== null || fault !== null) return;
    let made = '';
    const ok = await action.run(async () => {
      const person = { firstName: firstName.trim() || null, lastName: lastName.trim() || null, function: role, password };
      made = (await trpcClient.admin.people.create.mutate({ ...person, email: email.trim() })).id;
    }, `${email.trim()} can sign in`);
    if (ok) onMade(made);
  };
  return (
    <Dialog opened onClose={onClose} title="New person" action="Add the person" onAction={() => void make()} busy={action.busy}>
      <div className={css.form}>
        <Refusal error={action.failure} />
        <div className={css.pair}>
          <TextInput
            label="First name"
            value={firstName}
            onChange={(event) => setFirstName(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput label="Last name" value={lastName} onChange={(event) => setLastName(event.currentTarget.value)} />
        </div>
        <TextInput
          label="E-mail"
          type="email"
          withAsterisk
          spellCheck={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          error={tried ? emailFault : null}
        />
        <Select
          label="Role"
          data={ROLE_CHOICES}
          value={role}
          onChange={(value) => setRole(TENANT_FUNCTIONS.find((fn) => fn === value) ?? role)}
          rightSection={<Icon name="selector" size={14} />}
          allowDeselect={false}
        />
        <PasswordInput
          label="First password"
          withAsterisk
          description={`At least ${PASSWORD_LENGTH} characters. Hand it over in person; they change it under Settings.`}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={tried ? fault : null}
          visibilityToggleIcon={({ reveal }) => <Icon name={reveal ? 'eye-off' : 'eye'} />}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
        />
      </div>
    </Dialog>
  );
}
