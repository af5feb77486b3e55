/** The form itself. The password goes straight to main and is forgotten here as soon as it was sent. */
import { Anchor, Button, PasswordInput, TextInput } from '@mantine/core';
import type { ConnectionState } from '@shared/ipc';
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { signIn } from '../../lib/session-actions';
import { useNow } from '../../lib/use-now';
import { signInWords, waitUntil } from './refusal';
import { ServerField } from './ServerField';
import css from './SignInForm.module.css';

/** What choosing a person of the demonstration fills in. */
export interface Filled {
  readonly email: string;
  readonly password: string;
}

export interface SignInFormProps {
  readonly connection: ConnectionState;
  readonly filled: Filled | null;
}

const USER_KEY = 'kompl-last-user';

/** Tells of Caps Lock while the password has the focus. */
function useCapsLock(): [boolean, (event: KeyboardEvent) => void] {
  const [on, setOn] = useState(false);
  return [on, (event) => setOn(event.getModifierState('CapsLock'))];
}

export function SignInForm({ connection, filled }: SignInFormProps) {
  const [email, setEmail] = useState(() => window.localStorage.getItem(USER_KEY) ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [blocked, setBlocked] = useState<number | null>(null);
  const [caps, onKey] = useCapsLock();
  const passwordField = useRef<HTMLInputElement>(null);
  const now = useNow(blocked === null ? null : 250);
  const wait = blocked === null ? 0 : Math.max(0, Math.ceil((blocked - now) / 1000));

  useEffect(() => {
    if (filled === null) return;
    setEmail(filled.email);
    setPassword(filled.password);
    setRefusal(null);
    passwordField.current?.focus();
  }, [filled]);
  useEffect(() => {
    if (blocked === null || wait > 0) return;
    setBlocked(null);
    setRefusal(null);
  }, [blocked, wait]);

  const missing = email.trim() === '' || password === '';
  const reachable = connection.state !== 'failed';

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (missing || busy || wait > 0) return;
    setBusy(true);
    setRefusal(null);
    try {
      window.localStorage.setItem(USER_KEY, email.trim());
      await signIn(email.trim(), password);
      setPassword('');
    } catch (error) {
      setRefusal(error);
      setBlocked(waitUntil(error, Date.now()));
      setPassword('');
      passwordField.current?.focus();
    } finally {
      setBusy(false);
    }
  };

  const words = refusal === null ? null : signInWords(refusal);
  return (
    <form onSubmit={submit} className={css.form} noValidate>
      <ServerField connection={connection} />
      <TextInput
        size="md"
        label="User"
        name="email"
        type="email"
        autoComplete="username"
        spellCheck={false}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        leftSection={<Icon name="user" />}
        leftSectionWidth={36}
        autoFocus={email === ''}
        data-testid="email"
      />
      <PasswordInput
        size="md"
        label="Password"
        name="password"
        autoComplete="current-password"
        ref={passwordField}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        onKeyDown={onKey}
        onKeyUp={onKey}
        leftSection={<Icon name="key" />}
        leftSectionWidth={36}
        visibilityToggleIcon={({ reveal }) => <Icon name={reveal ? 'eye-off' : 'eye'} />}
        visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
        autoFocus={email !== ''}
        data-testid="password"
      />
      <p className={css.hint} data-caps={caps || undefined} role={caps ? 'status' : undefined}>
        {caps ? (
          <>
            <Icon name="arrow-up" size={14} /> Caps Lock is on.
          </>
        ) : (
          'Your password stays on this laptop.'
        )}
      </p>
      {words === null ? null : (
        <p className={css.refusal} role="alert" data-testid="sign-in-refusal" data-code={words.code}>
          <Icon name="alert-filled" size={16} />
          <span>
            <strong>{words.title}.</strong> {words.text}
          </span>
        </p>
      )}
      <Button
        type="submit"
        size="xl"
        variant="filled"
        fullWidth
        loading={busy}
        disabled={wait > 0 || !reachable}
        rightSection={wait > 0 || !reachable ? undefined : <KeyCap keys="Enter" on="action" />}
        data-testid="sign-in-button"
      >
        {wait > 0 ? `Try again in ${wait} s` : 'Sign in'}
      </Button>
      <div className={css.links}>
        <Anchor component={Link} to="/connections">
          Other server…
        </Anchor>
      </div>
    </form>
  );
}
