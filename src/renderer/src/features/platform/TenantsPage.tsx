/** The tenants of this database for whoever administers the platform: state, licence, and what can be done about each. */
import { Button, TextInput } from '@mantine/core';
import type { TenantSummary } from '@shared/wire/admin-tenants';
import { type KeyboardEvent, useRef, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { OfflineNote } from '../../components/OfflineNote';
import { Page } from '../../components/Page';
import { Pill } from '../../components/Pill';
import { SkeletonRows } from '../../components/Skeleton';
import { TenantMark } from '../../components/TenantMark';
import { useConnection } from '../../lib/connection';
import { count, formatDate, formatNumber, todayHere } from '../../lib/format';
import { useMe } from '../../lib/session';
import { useShortcuts } from '../../lib/use-shortcuts';
import css from './Platform.module.css';
import { TenantPane } from './TenantPane';
import { useTenants } from './useTenants';
import { lookOf, stateOf, tenantsMatching } from './words';

export const NEW_TENANT_PATH = '/admin/tenants/new';

export function TenantsPage() {
  const navigate = useNavigate();
  const tenants = useTenants();
  const connection = useConnection();
  const platform = useMe()?.platform ?? false;
  const [address, setAddress] = useSearchParams();
  const [search, setSearch] = useState('');
  const find = useRef<HTMLInputElement>(null);
  const open = address.get('open');
  const setOpen = (id: string | null) => setAddress(id === null ? {} : { open: id }, { replace: true });
  const found = tenantsMatching(tenants.data ?? [], search);
  const opened = tenants.data?.find(({ id }) => id === open) ?? null;
  const create = () => void navigate(NEW_TENANT_PATH);
  useShortcuts('Tenants', [
    { keys: 'N', label: 'New tenant', hint: 'new', run: create },
    { keys: '/', label: 'Find', hint: 'find', run: () => find.current?.focus() },
    { keys: 'Escape', label: 'Close the pane', enabled: open !== null, run: () => setOpen(null) },
  ]);
  return (
    <Page
      title="Tenants"
      crumbs={[{ label: 'Platform' }, { label: 'Tenants' }]}
      note="Each has its own schema, roles and keys. None of their records is open here."
      flush
      actions={
        <Button variant="filled" leftSection={<Icon name="plus" />} onClick={create}>
          New tenant
        </Button>
      }
      toolbar={
        <>
          <TextInput
            ref={find}
            aria-label="Find a tenant"
            placeholder="Name, domain or sign"
            leftSection={<Icon name="search" />}
            rightSection={<KeyCap keys="/" />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            w={260}
          />
          <span className={css.count}>{tenants.data ? count(found.length, 'tenant') : ''}</span>
        </>
      }
      side={opened === null ? undefined : <TenantPane key={opened.id} tenant={opened} onClose={() => setOpen(null)} />}
    >
      <OfflineNote connection={connection} flush />
      {tenants.isPending ? <SkeletonRows rows={6} label="Reading the tenants" /> : null}
      {tenants.isError ? <ErrorState error={tenants.error} onRetry={() => void tenants.refetch()} /> : null}
      {tenants.data && found.length === 0 && !platform ? (
        <EmptyState
          icon="lock"
          title="This is for administrators of the platform"
          text="They make tenants and end them. Whoever runs the server can make you one of them."
        />
      ) : null}
      {tenants.data && found.length === 0 && platform ? (
        <EmptyState
          icon="building"
          title={search === '' ? 'There is no tenant yet' : 'No tenant is called like that'}
          text={
            search === ''
              ? 'A tenant is an organisation with its own records, people and licence. Making one takes about a minute.'
              : 'Try a part of the name, of the domain, or the sign.'
          }
          starts={[{ icon: 'plus', title: 'New tenant', keys: 'N', run: create }]}
        />
      ) : null}
      {found.length > 0 ? <TenantTable tenants={found} open={open} onOpen={(id) => setOpen(id === open ? null : id)} /> : null}
    </Page>
  );
}

interface TenantTableProps {
  readonly tenants: readonly TenantSummary[];
  readonly open: string | null;
  readonly onOpen: (id: string) => void;
}

function TenantTable({ tenants, open, onOpen }: TenantTableProps) {
  const today = todayHere();
  const onKey = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button')];
    const here = buttons.findIndex((button) => button.matches(':focus'));
    buttons[here + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
    event.preventDefault();
  };
  return (
    <table className={css.table} data-testid="tenants">
      <thead>
        <tr>
          <th scope="col">Tenant</th>
          <th scope="col">State</th>
          <th scope="col">Licence</th>
          <th scope="col">Ends</th>
          <th scope="col">People</th>
        </tr>
      </thead>
      <tbody onKeyDown={onKey}>
        {tenants.map((tenant) => {
          const state = stateOf(tenant, today);
          const limit = tenant.licence?.limits.users;
          return (
            <tr key={tenant.id} data-open={tenant.id === open || undefined} onClick={() => onOpen(tenant.id)}>
              <td>
                <button type="button" className={css.tenant} aria-expanded={tenant.id === open}>
                  <TenantMark tenant={lookOf(tenant)} />
                  <span className={css.tenantWords}>
                    <strong>{tenant.name}</strong>
                    <span className={css.small}>{tenant.domain}</span>
                  </span>
                </button>
              </td>
              <td>
                <Pill word={state.word} tone={state.tone} shape={state.shape} />
              </td>
              <td>{tenant.licence?.type ?? '–'}</td>
              <td>{tenant.licence === null ? '–' : formatDate(tenant.licence.endDate)}</td>
              <td>
                {formatNumber(tenant.members)}
                {typeof limit === 'number' ? ` of ${formatNumber(limit)}` : ''}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
