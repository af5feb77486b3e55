/** One's own password: proven once more, then another takes its place in the database, for this connection and for the keys here. */
import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Card } from '../../components/Card';
import { Icon } from '../../components/Icon';
import { Refusal } from '../../components/Refusal';
import { setSession, useMe } from '../../lib/session';
import { trpcClient } from '../../lib/trpc';
import { useAction } from '../../lib/use-action';
import { PASSWORD_LENGTH, passwordFault } from '../people/words';
import css from './SettingsPage.module.css';

const EMPTY = { present: '', next: '', again: '' };

export function PasswordCard() {
  const me = useMe();
  const [values, setValues] = useState(EMPTY);
  const [tried, setTried] = useState(false);
  const action = useAction(() => undefined);
  if (me === null) return null;
  const faults = {
    present: values.present === '' ? 'The password you sign in with now' : null,
    next: passwordFault(values.next) ?? (values.next === values.present ? 'Another one than now' : null),
    again: values.again === values.next ? null : 'Not the same as above',
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (action.busy || Object.values(faults).some((fault) => fault !== null)) return;
    await action.run(async () => {
      const input = { currentPassword: values.present, newPassword: values.next };
      setSession(await trpcClient.session.changePassword.mutate(input));
    }, 'Your password is changed');
  };
  const field = (key: keyof typeof EMPTY, label: string, description?: string) => (
    <PasswordInput
      label={label}
      description={tried && faults[key] !== null ? undefined : description}
      withAsterisk
      autoComplete={key === 'present' ? 'current-password' : 'new-password'}
      value={values[key]}
      onChange={(event) => setValues({ ...values, [key]: event.currentTarget.value })}
      error={tried ? faults[key] : null}
      visibilityToggleIcon={({ reveal }) => <Icon name={reveal ? 'eye-off' : 'eye'} />}
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
      data-testid={`password-${key}`}
    />
  );
  return (
    <Card title="Password" note={`of ${me.email}`}>
      <form className={css.password} onSubmit={(event) => void submit(event)} noValidate>
        <Refusal error={action.failure} />
        <p className={css.text}>
          It opens the database and the evidence on this laptop. On another laptop you are asked for the former one once, to open
          what lies there.
        </p>
        {field('present', 'Password now')}
        {field('next', 'New password', `At least ${PASSWORD_LENGTH} characters; a few words are easiest to keep`)}
        {field('again', 'New password again')}
        <div>
          <Button type="submit" variant="filled" loading={action.busy} data-testid="change-password">
            Change the password
          </Button>
        </div>
      </form>
    </Card>
  );
}
