/** A tenant's settings: what counts, where each value comes from, and the way back to the platform's. */
import { Button } from '@mantine/core';
import { type ConfigValue, schemaOf } from '@shared/config';
import type { EffectiveSetting } from '@shared/wire/admin-tenants';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { Card } from '../../components/Card';
import { Dialog } from '../../components/Dialog';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { OfflineNote } from '../../components/OfflineNote';
import { Page } from '../../components/Page';
import { Pill } from '../../components/Pill';
import { Refusal } from '../../components/Refusal';
import { SkeletonRows } from '../../components/Skeleton';
import { TenantMark } from '../../components/TenantMark';
import { useConnection } from '../../lib/connection';
import { count } from '../../lib/format';
import { trpc, trpcClient } from '../../lib/trpc';
import { useShortcuts } from '../../lib/use-shortcuts';
import css from './Platform.module.css';
import { RuleInput } from './RuleInput';
import { isMatrix, ruleText } from './settingWords';
import { useTenant, useTenantAction } from './useTenants';
import { lookOf } from './words';

export function TenantSettingsPage() {
  const navigate = useNavigate();
  const { id = '' } = useParams();
  const tenant = useTenant(id);
  const connection = useConnection();
  const settings = useQuery(trpc.admin.config.list.queryOptions({ tenantId: id }));
  const [asked, setAsked] = useState<string | null>(null);
  const name = tenant?.name ?? 'Tenant';
  const own = settings.data?.filter(({ origin }) => origin === 'tenant').length ?? 0;
  const open = settings.data?.find(({ key }) => key === asked);
  const back = () => void navigate(`/admin/tenants?open=${encodeURIComponent(id)}`);
  useShortcuts('Settings of the tenant', [{ keys: 'Escape', label: 'Back to the tenants', hint: 'back', run: back }]);
  return (
    <Page
      title={`Settings of ${name}`}
      crumbs={[{ label: 'Platform' }, { label: 'Tenants', to: '/admin/tenants' }, { label: name }]}
      note={settings.data ? ownWords(own) : undefined}
      actions={
        <Button leftSection={<Icon name="building" />} onClick={back}>
          To the tenants
        </Button>
      }
    >
      <OfflineNote connection={connection} />
      {settings.isPending ? <SkeletonRows rows={8} label="Reading the settings" /> : null}
      {settings.isError ? <ErrorState error={settings.error} onRetry={() => void settings.refetch()} /> : null}
      {settings.data ? (
        <Card flush className={css.settings}>
          {settings.data.map((setting) => (
            <Setting key={setting.key} setting={setting} onChange={() => setAsked(setting.key)} />
          ))}
        </Card>
      ) : null}
      {open === undefined ? null : <SettingDialog tenantId={id} tenant={tenant} setting={open} onClose={() => setAsked(null)} />}
    </Page>
  );
}

function ownWords(own: number): string {
  return own === 0
    ? 'Every value is the platform’s and follows it.'
    : `${count(own, 'value')} of its own; the rest is the platform’s and follows it.`;
}

function Setting({ setting, onChange }: { readonly setting: EffectiveSetting; readonly onChange: () => void }) {
  const { label, description, rule, value, origin, perTenant } = setting;
  return (
    <div className={css.setting} data-setting={setting.key} data-origin={origin}>
      <div>
        <p className={css.settingName}>{label}</p>
        <p className={css.small}>{description}</p>
      </div>
      <span className={css.value}>{ruleText(rule, value)}</span>
      <span>
        <Pill
          word={origin === 'tenant' ? 'Its own' : 'Platform'}
          tone={origin === 'tenant' ? 'underway' : 'neutral'}
          shape={origin === 'tenant' ? 'pencil' : 'server'}
        />
      </span>
      {perTenant ? (
        <Button size="xs" variant="subtle" aria-label={`Change ${label}`} onClick={onChange}>
          Change…
        </Button>
      ) : (
        <span className={css.small}>for all</span>
      )}
    </div>
  );
}

interface SettingDialogProps {
  readonly tenantId: string;
  readonly tenant: ReturnType<typeof useTenant>;
  readonly setting: EffectiveSetting;
  readonly onClose: () => void;
}

function SettingDialog({ tenantId, tenant, setting, onClose }: SettingDialogProps) {
  const { key, label, description, rule, origin } = setting;
  const [value, setValue] = useState<ConfigValue>(setting.value);
  const [fault, setFault] = useState<string | null>(null);
  const action = useTenantAction();
  const set = async (next: ConfigValue | null, done: string) => {
    const ok = await action.run(() => trpcClient.admin.config.set.mutate({ tenantId, key, value: next }), done);
    if (ok) onClose();
  };
  const save = () => {
    const parsed = schemaOf(rule).safeParse(value);
    setFault(parsed.success ? null : (parsed.error.issues[0]?.message ?? 'not a value for this'));
    if (parsed.success) void set(parsed.data, `${label} is set`);
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={label}
      action="Set the value"
      onAction={save}
      busy={action.busy}
      writes={false}
      size={560}
    >
      <div className={css.form}>
        {tenant === undefined ? null : (
          <p className={css.of}>
            <TenantMark tenant={lookOf(tenant)} size={20} />
            <span>for {tenant.name} alone</span>
          </p>
        )}
        <Refusal error={action.failure} />
        <p className={css.small}>{description}</p>
        <RuleInput rule={rule} label={label} value={value} onChange={setValue} />
        {fault === null ? null : (
          <p role="alert" className={css.small}>
            It must be {fault}.
          </p>
        )}
        <p className={css.small}>
          {isMatrix(rule) ? 'The platform has a matrix as well.' : `The platform has ${ruleText(rule, setting.globalValue)}.`}{' '}
          {origin === 'tenant' ? (
            <Button size="xs" variant="transparent" onClick={() => void set(null, `${label} follows the platform`)}>
              Take the platform’s
            </Button>
          ) : null}
        </p>
      </div>
    </Dialog>
  );
}
