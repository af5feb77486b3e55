/** A server profile to fill in and test. People sign in as themselves, so a profile has no user and no password; the test may borrow one. */
import { Button, Checkbox, PasswordInput, Select, TextInput } from '@mantine/core';
import type { Diagnosis, ServerProfile, TlsMode } from '@shared/wire/connection';
import { type FormEvent, useRef, useState } from 'react';
import { Card } from '../../components/Card';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { bridge } from '../../lib/bridge';
import { errorSentence } from '../../lib/error-texts';
import { toErrorData } from '../../lib/errors';
import { notify } from '../../lib/notices';
import { queryClient, trpc, trpcClient } from '../../lib/trpc';
import { useShortcuts } from '../../lib/use-shortcuts';
import css from './ConnectionsPage.module.css';
import { DiagnosisList } from './DiagnosisList';
import { type Faults, type FormValues, isThisMachine, NEW_VALUES, toInput, valuesOf } from './form';

const TLS_OPTIONS: { value: TlsMode; label: string }[] = [
  { value: 'verify-full', label: 'Check certificate and name (verify-full)' },
  { value: 'verify-ca', label: 'Check issuer only (verify-ca)' },
  { value: 'require', label: 'Encrypt without checking (require)' },
  { value: 'disable', label: 'No encryption (disable)' },
];

export interface ConnectionFormProps {
  /** Null for a new one. */
  readonly profile: ServerProfile | null;
  readonly onSaved: (id: string | null) => void;
  readonly onClose: () => void;
}

export function ConnectionForm({ profile, onSaved, onClose }: ConnectionFormProps) {
  const [values, setValues] = useState<FormValues>(() => (profile ? valuesOf(profile) : NEW_VALUES));
  const [faults, setFaults] = useState<Faults>({});
  const [diagnosis, setDiagnosis] = useState<Diagnosis | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState<'test' | 'save' | null>(null);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const fileField = useRef<HTMLInputElement>(null);
  const set = (patch: Partial<FormValues>) => {
    setValues((before) => ({ ...before, ...patch }));
    setDiagnosis(null);
  };

  const attempt = async (what: 'test' | 'save') => {
    const read = toInput(values);
    setFailure(null);
    if ('faults' in read) {
      setFaults(read.faults);
      return;
    }
    setFaults({});
    setBusy(what);
    try {
      if (what === 'test') {
        const signIn = email.trim() === '' || password === '' ? undefined : { email: email.trim(), password };
        setDiagnosis(await trpcClient.connection.test.mutate({ ...read.input, signIn }));
      } else {
        await trpcClient.connection.save.mutate(read.input);
        await queryClient.invalidateQueries({ queryKey: trpc.connection.pathKey() });
        notify({ tone: 'good', title: `${values.name} saved`, text: 'Choose “Use” to sign in to it.' });
        onSaved(values.id);
      }
    } catch (error) {
      setFailure(errorSentence(toErrorData(error)));
    } finally {
      setBusy(null);
    }
  };
  const takeFile = async (file: File | undefined) => {
    if (file === undefined) return;
    try {
      const grant = await bridge().grantFile(file);
      set({ ca: { kind: 'grant', grantId: grant.grantId, fileName: grant.name } });
    } catch (error) {
      setFailure(errorSentence(toErrorData(error)));
    }
  };
  useShortcuts('Connection', [{ keys: 'Ctrl+S', label: 'Save the connection', hint: 'save', run: () => void attempt('save') }]);

  const caName =
    values.ca.kind === 'grant' ? values.ca.fileName : values.ca.kind === 'keep' ? (profile?.ca?.fileName ?? null) : null;
  const bare = values.tlsMode !== 'verify-full' && values.host !== '' && !isThisMachine(values.host);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void attempt('save');
  };
  return (
    <Card title={profile ? `Change ${profile.name}` : 'New server'} note="You sign in to it as yourself">
      <div className={css.columns}>
        <form className={css.form} onSubmit={submit} noValidate>
          <TextInput
            size="md"
            label="Name"
            placeholder="Frankfurt"
            value={values.name}
            error={faults.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            autoFocus
          />
          <div className={css.pair}>
            <TextInput
              size="md"
              label="Host"
              placeholder="db.example"
              value={values.host}
              error={faults.host}
              spellCheck={false}
              onChange={(event) => set({ host: event.currentTarget.value })}
            />
            <TextInput
              size="md"
              label="Port"
              inputMode="numeric"
              value={values.port}
              error={faults.port}
              onChange={(event) => set({ port: event.currentTarget.value })}
            />
          </div>
          <TextInput
            size="md"
            label="Database"
            placeholder="kompl"
            value={values.database}
            error={faults.database}
            spellCheck={false}
            onChange={(event) => set({ database: event.currentTarget.value })}
          />
          <Select
            size="md"
            label="Encryption"
            data={TLS_OPTIONS}
            value={values.tlsMode}
            onChange={(value) => value !== null && set({ tlsMode: value as TlsMode })}
            rightSection={<Icon name="selector" size={14} />}
          />
          {bare ? (
            <p className={css.warning}>
              <Icon name="alert-filled" />A server on another machine is only safe with certificate and name checked. The test
              says whether it is refused.
            </p>
          ) : null}
          <div>
            <p className={css.label}>Issuer's certificate (CA file)</p>
            <div className={css.file}>
              <Icon name="certificate" />
              <span className={css.fileName}>{caName ?? 'None: the issuers that this system trusts'}</span>
              <Button onClick={() => fileField.current?.click()}>Choose a file…</Button>
              {caName === null ? null : (
                <Button variant="subtle" onClick={() => set({ ca: { kind: 'none' } })}>
                  Take away
                </Button>
              )}
              <input
                ref={fileField}
                type="file"
                accept=".pem,.crt,.cer"
                className="k-visually-hidden"
                tabIndex={-1}
                aria-label="CA file"
                onChange={(event) => {
                  const file = event.currentTarget.files?.[0];
                  // so that the same file can be chosen again after it was taken away
                  event.currentTarget.value = '';
                  void takeFile(file);
                }}
              />
            </div>
          </div>
          <Checkbox
            label="Reached through PgBouncer in transaction mode"
            checked={values.viaPgBouncer}
            onChange={(event) => set({ viaPgBouncer: event.currentTarget.checked })}
          />
          <div className={css.halves}>
            <TextInput
              size="md"
              label="Test as"
              description="to see version and schema too"
              placeholder="your e-mail"
              autoComplete="off"
              spellCheck={false}
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              size="md"
              label="Its password"
              description="used once, kept nowhere"
              autoComplete="off"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
            />
          </div>
          {failure === null ? null : (
            <p className={css.failure} role="alert">
              <Icon name="alert-filled" />
              {failure}
            </p>
          )}
          <div className={css.formFoot}>
            <Button
              size="lg"
              leftSection={<Icon name="plug" />}
              onClick={() => void attempt('test')}
              loading={busy === 'test'}
              disabled={busy === 'save'}
            >
              Test
            </Button>
            <span className={css.space} />
            <Button size="lg" variant="subtle" onClick={onClose}>
              Cancel
            </Button>
            <Button
              size="lg"
              type="submit"
              variant="filled"
              loading={busy === 'save'}
              disabled={busy === 'test'}
              rightSection={<KeyCap keys="Ctrl+S" on="action" joined />}
            >
              Save connection
            </Button>
          </div>
        </form>
        {diagnosis === null ? (
          <p className={css.untested}>
            Test says step by step what works and what does not: name, reach and encryption, and with somebody to sign in as also
            sign-in, version, pgvector and schema. It saves nothing.
          </p>
        ) : (
          <DiagnosisList diagnosis={diagnosis} />
        )}
      </div>
    </Card>
  );
}
