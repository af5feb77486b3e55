/** What is asked before a tenant changes. Each names the tenant it is about; the one that is open behind has no part in it. */
import { NumberInput, Textarea, TextInput } from '@mantine/core';
import type { TenantSummary } from '@shared/wire/admin-tenants';
import { type ReactNode, useState } from 'react';
import { Dialog } from '../../components/Dialog';
import { Refusal } from '../../components/Refusal';
import { TenantMark } from '../../components/TenantMark';
import { todayHere } from '../../lib/format';
import { trpcClient } from '../../lib/trpc';
import { LicenceFields } from './LicenceFields';
import css from './Platform.module.css';
import { useTenantAction } from './useTenants';
import { hasFaults, LONGEST_NAME, licenceDraft, licenceFaults, lookOf, newLicence, toLicence } from './words';

interface OfTenant {
  readonly tenant: TenantSummary;
  readonly onClose: () => void;
}

interface ChangeDialogProps extends OfTenant {
  readonly title: string;
  readonly action: string;
  readonly done: string;
  readonly destructive?: boolean;
  /** Null where it can be sent; else why not, said at the fields once it was tried. */
  readonly ready: boolean;
  readonly onTry: () => void;
  readonly work: () => Promise<unknown>;
  readonly children: ReactNode;
}

function ChangeDialog(props: ChangeDialogProps) {
  const { tenant, onClose, title, action: verb, done, destructive = false, ready, onTry, work, children } = props;
  const action = useTenantAction();
  const go = async () => {
    onTry();
    if (ready && (await action.run(work, done))) onClose();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={title}
      action={verb}
      onAction={() => void go()}
      busy={action.busy}
      destructive={destructive}
      cancel={destructive ? 'Leave it' : undefined}
      writes={false}
    >
      <div className={css.form}>
        <p className={css.of}>
          <TenantMark tenant={lookOf(tenant)} />
          <span className={css.tenantWords}>
            <strong>{tenant.name}</strong>
            <span className={css.small}>{tenant.domain}</span>
          </span>
        </p>
        <Refusal error={action.failure} />
        {children}
      </div>
    </Dialog>
  );
}

/** The database asks for as much. */
const LEAST_REASON = 3;

function useReason() {
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const fits = reason.trim().length >= LEAST_REASON;
  const field = (
    <Textarea
      label="Reason"
      description="Goes to the trail and is shown with the tenant."
      withAsterisk
      autosize
      minRows={2}
      maxLength={2000}
      value={reason}
      onChange={(event) => setReason(event.currentTarget.value)}
      error={tried && !fits ? 'Why, in a few words' : null}
    />
  );
  return { reason: reason.trim(), fits, field, onTry: () => setTried(true) };
}

export function SuspendDialog({ tenant, onClose }: OfTenant) {
  const { reason, fits, field, onTry } = useReason();
  return (
    <ChangeDialog
      tenant={tenant}
      onClose={onClose}
      title={`Suspend ${tenant.name}`}
      action="Suspend the tenant"
      done={`${tenant.name} is suspended`}
      destructive
      ready={fits}
      onTry={onTry}
      work={() => trpcClient.admin.tenants.suspend.mutate({ tenantId: tenant.id, reason })}
    >
      <p>
        Everybody in it is signed out of it at once and nobody gets in until it is opened again. Its records stay as they are.
      </p>
      {field}
    </ChangeDialog>
  );
}

export function DeleteDialog({ tenant, onClose }: OfTenant) {
  const { reason, fits, field, onTry } = useReason();
  const [days, setDays] = useState<number | string>(30);
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const whole = typeof days === 'number' && Number.isInteger(days) && days >= 0 && days <= 3650;
  const same = typed.trim() === tenant.domain;
  return (
    <ChangeDialog
      tenant={tenant}
      onClose={onClose}
      title={`Delete ${tenant.name}`}
      action="Set the deletion"
      done={`${tenant.name} will be deleted`}
      destructive
      ready={fits && whole && same}
      onTry={() => {
        onTry();
        setTried(true);
      }}
      work={() => trpcClient.admin.tenants.scheduleDeletion.mutate({ tenantId: tenant.id, reason, graceDays: Number(days) })}
    >
      <p>
        The tenant closes now. After the days of grace it may be shredded with its keys, and nothing brings it back then. Until
        that it can be kept after all.
      </p>
      <NumberInput
        label="Days of grace"
        min={0}
        max={3650}
        allowDecimal={false}
        hideControls
        value={days}
        onChange={setDays}
        error={tried && !whole ? 'A whole number from 0 to 3650' : null}
      />
      {field}
      <TextInput
        label={`Type ${tenant.domain}`}
        withAsterisk
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        error={tried && !same ? 'The domain, so that it is this tenant and no other' : null}
      />
    </ChangeDialog>
  );
}

export function RenameDialog({ tenant, onClose }: OfTenant) {
  const [name, setName] = useState(tenant.name);
  const [domain, setDomain] = useState(tenant.domain);
  const fits = name.trim() !== '' && [...name.trim()].length <= LONGEST_NAME;
  return (
    <ChangeDialog
      tenant={tenant}
      onClose={onClose}
      title={`Rename ${tenant.name}`}
      action="Rename the tenant"
      done={`It is called ${name.trim()} now`}
      ready={fits && domain.trim() !== ''}
      onTry={() => undefined}
      work={() =>
        trpcClient.admin.tenants.rename.mutate({
          tenantId: tenant.id,
          ...(name.trim() === tenant.name ? {} : { name: name.trim() }),
          ...(domain.trim() === tenant.domain ? {} : { domain: domain.trim().toLowerCase() }),
        })
      }
    >
      <TextInput
        label="Name in windows"
        withAsterisk
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={fits ? null : `One to ${LONGEST_NAME} characters, so that no window cuts it`}
        data-autofocus
      />
      <TextInput
        label="Domain"
        withAsterisk
        spellCheck={false}
        value={domain}
        onChange={(event) => setDomain(event.currentTarget.value)}
        error={domain.trim() === '' ? 'A domain, such as bank.example' : null}
      />
    </ChangeDialog>
  );
}

export function LicenceDialog({ tenant, onClose }: OfTenant) {
  const [draft, setDraft] = useState(() => (tenant.licence === null ? newLicence(todayHere()) : licenceDraft(tenant.licence)));
  const [tried, setTried] = useState(false);
  const faults = licenceFaults(draft);
  return (
    <ChangeDialog
      tenant={tenant}
      onClose={onClose}
      title={`Licence of ${tenant.name}`}
      action="Set the licence"
      done={`${tenant.name} has new terms`}
      ready={!hasFaults(faults)}
      onTry={() => setTried(true)}
      work={() => trpcClient.admin.tenants.setLicence.mutate({ tenantId: tenant.id, licence: toLicence(draft) })}
    >
      <LicenceFields draft={draft} faults={tried ? faults : {}} onChange={setDraft} />
    </ChangeDialog>
  );
}
