/** One tenant: its licence with what is used of it, and what an administrator of the platform can do. */
import { ActionIcon, Button } from '@mantine/core';
import type { TenantSummary } from '@shared/wire/admin-tenants';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Icon } from '../../components/Icon';
import { SidePane } from '../../components/Page';
import { Pill } from '../../components/Pill';
import { Refusal } from '../../components/Refusal';
import { SkeletonBar } from '../../components/Skeleton';
import { TenantMark, tenantKind } from '../../components/TenantMark';
import { formatDate, formatInstant, todayHere } from '../../lib/format';
import { trpc, trpcClient } from '../../lib/trpc';
import css from './Platform.module.css';
import { DeleteDialog, LicenceDialog, RenameDialog, SuspendDialog } from './TenantDialogs';
import { useTenantAction } from './useTenants';
import { FEATURE_WORDS, FEATURES, licenceWords, lookOf, stateOf, usageWords } from './words';

type Asked = 'suspend' | 'rename' | 'licence' | 'delete';

export function TenantPane({ tenant, onClose }: { readonly tenant: TenantSummary; readonly onClose: () => void }) {
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const action = useTenantAction();
  const look = lookOf(tenant);
  const state = stateOf(tenant, todayHere());
  const close = () => setAsked(null);
  const dialog = { tenant, onClose: close };
  const { id: tenantId, deletion } = tenant;
  const run = (work: () => Promise<unknown>, done: string) => void action.run(work, done);
  return (
    <SidePane
      label="Tenant"
      title={tenant.name}
      width={356}
      covers
      actions={
        <ActionIcon variant="subtle" aria-label="Close" onClick={onClose}>
          <Icon name="x" />
        </ActionIcon>
      }
    >
      <div className={css.block}>
        <dl className={css.facts}>
          <dt>Marks</dt>
          <dd className={css.of}>
            <TenantMark tenant={look} size={20} />
            {tenantKind(look)}
          </dd>
          <dt>State</dt>
          <dd>
            <Pill word={state.word} tone={state.tone} shape={state.shape} />
          </dd>
          {deletion === null ? null : (
            <>
              <dt>Deleted from</dt>
              <dd>
                {formatInstant(deletion.until)}, because “{deletion.reason}”
              </dd>
            </>
          )}
          {tenant.legalHold ? (
            <>
              <dt>Legal hold</dt>
              <dd>On; nothing may be destroyed</dd>
            </>
          ) : null}
          <dt>Domain</dt>
          <dd>{tenant.domain}</dd>
          <dt>Since</dt>
          <dd>{formatDate(todayHere(new Date(tenant.createdAt)))}</dd>
        </dl>
      </div>
      <Licence tenant={tenant} onChange={() => setAsked('licence')} />
      <div className={css.block}>
        <h3 className={css.heading}>Tenant</h3>
        <Refusal error={asked === null ? action.failure : null} />
        <div className={css.buttons}>
          <Button
            leftSection={<Icon name="settings" />}
            onClick={() => void navigate(`/admin/tenants/${encodeURIComponent(tenantId)}/settings`)}
          >
            Settings
          </Button>
          <Button onClick={() => setAsked('rename')}>Rename…</Button>
          {deletion === null && tenant.status === 'active' ? <Button onClick={() => setAsked('suspend')}>Suspend…</Button> : null}
          {deletion === null && tenant.status === 'suspended' ? (
            <Button
              loading={action.busy}
              onClick={() => run(() => trpcClient.admin.tenants.resume.mutate({ tenantId }), `${tenant.name} is open again`)}
            >
              Open again
            </Button>
          ) : null}
          {deletion === null ? (
            <Button variant="subtle" color="bad" onClick={() => setAsked('delete')}>
              Delete…
            </Button>
          ) : (
            <Button
              loading={action.busy}
              onClick={() => run(() => trpcClient.admin.tenants.cancelDeletion.mutate({ tenantId }), `${tenant.name} is kept`)}
            >
              Keep it after all
            </Button>
          )}
        </div>
        <p className={css.hint}>Each of these stands in the trail of the platform and of the tenant.</p>
      </div>
      {asked === 'suspend' ? <SuspendDialog {...dialog} /> : null}
      {asked === 'rename' ? <RenameDialog {...dialog} /> : null}
      {asked === 'licence' ? <LicenceDialog {...dialog} /> : null}
      {asked === 'delete' ? <DeleteDialog {...dialog} /> : null}
    </SidePane>
  );
}

function Licence({ tenant, onChange }: { readonly tenant: TenantSummary; readonly onChange: () => void }) {
  const use = useQuery(trpc.admin.tenants.usage.queryOptions({ tenantId: tenant.id }));
  const words = use.data === undefined ? null : usageWords(use.data);
  const waits = use.isError ? '–' : <SkeletonBar width={90} />;
  const off = FEATURES.filter((feature) => tenant.licence?.features[feature] === false);
  return (
    <div className={css.block}>
      <h3 className={css.heading}>Licence</h3>
      <dl className={css.facts}>
        <dt>Terms</dt>
        <dd>{licenceWords(tenant.licence)}</dd>
        <dt>People</dt>
        <dd>{words?.people ?? waits}</dd>
        <dt>Evidence</dt>
        <dd>{words?.storage ?? waits}</dd>
        <dt>Work</dt>
        <dd>{off.length === 0 ? 'All of it' : `Without ${off.map((feature) => FEATURE_WORDS[feature]).join(', ')}`}</dd>
      </dl>
      <Button mt={10} onClick={onChange}>
        Change the licence…
      </Button>
    </div>
  );
}
