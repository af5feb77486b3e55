/**
 * Switching the tenant: find, see from → to, confirm. Screens, answers, drafts and the clipboard are emptied
 * with their tenant.
 */
import { Button, TextInput } from '@mantine/core';
import type { Workspace } from '@shared/ipc';
import { FUNCTION_LABELS } from '@shared/roles';
import { useId, useState } from 'react';
import { DialogFrame } from '../../components/DialogFrame';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { Pill } from '../../components/Pill';
import { TenantBand, TenantMark } from '../../components/TenantMark';
import { errorSentence } from '../../lib/error-texts';
import { toErrorData } from '../../lib/errors';
import { unsavedCount } from '../../lib/leave-guard';
import { useSession } from '../../lib/session';
import { switchTenant } from '../../lib/session-actions';
import { filterWorkspaces } from './filter';
import css from './TenantSwitcher.module.css';

function rolesOf(workspace: Workspace): string {
  const functions = workspace.functions.map((fn) => FUNCTION_LABELS[fn]).join(', ');
  return workspace.place ? `${functions} · ${workspace.place}` : functions;
}

export function TenantSwitcher({ onClose }: { readonly onClose: () => void }) {
  const session = useSession();
  const open = session?.workspace ?? null;
  const all = session?.workspaces ?? [];
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<string | null>(() => all.find((one) => one.tenantId !== open?.tenantId)?.tenantId ?? null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const listId = useId();
  const found = filterWorkspaces(all, search);
  const target = found.find((one) => one.tenantId === chosen) ?? found.find((one) => one.tenantId !== open?.tenantId) ?? null;
  const isOther = target !== null && target.tenantId !== open?.tenantId;

  const move = (step: number) => {
    const at = found.findIndex((one) => one.tenantId === target?.tenantId);
    const next = found[Math.min(Math.max(at + step, 0), found.length - 1)];
    if (next) setChosen(next.tenantId);
  };
  const go = async () => {
    if (!isOther || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await switchTenant(target.tenantId);
    } catch (error) {
      setFailure(errorSentence(toErrorData(error)));
      setBusy(false);
    }
  };

  return (
    <DialogFrame opened onClose={onClose} title="Switch tenant" size={620}>
      <div className={css.find}>
        <TextInput
          size="lg"
          aria-label="Find a tenant"
          placeholder={all.length === 1 ? 'You belong to one tenant' : `Find one of your ${all.length} tenants`}
          leftSection={<Icon name="search" />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
              event.preventDefault();
              move(event.key === 'ArrowDown' ? 1 : -1);
            } else if (event.key === 'Enter') void go();
          }}
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={target ? `${listId}-${target.tenantId}` : undefined}
        />
      </div>
      <div className={css.list} role="listbox" id={listId} aria-label="Your tenants">
        {found.map((workspace) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combo box above has the keys
          <div
            key={workspace.tenantId}
            id={`${listId}-${workspace.tenantId}`}
            role="option"
            tabIndex={-1}
            className={css.option}
            aria-selected={workspace.tenantId === target?.tenantId}
            onClick={() => setChosen(workspace.tenantId)}
            onDoubleClick={() => void go()}
            data-testid={`tenant-${workspace.sign}`}
          >
            <TenantMark tenant={workspace} size={32} />
            <span className={css.words}>
              <span className={css.name}>
                {workspace.name}
                {workspace.kind === 'training' ? <span className={css.training}> · Training, made-up data</span> : null}
              </span>
              <span className={css.roles}>{rolesOf(workspace)}</span>
            </span>
            {workspace.licence.usable ? null : <Pill word="Licence ended" tone="attention" shape="hourglass" />}
            {workspace.tenantId === open?.tenantId ? <span className={css.open}>open</span> : null}
            {workspace.tenantId === target?.tenantId && isOther ? <Icon name="enter" className={css.enter} /> : null}
          </div>
        ))}
        {found.length === 0 ? <p className={css.none}>No tenant of yours has this in its name.</p> : null}
      </div>
      <div className={css.foot}>
        <p className={css.way}>
          {open ? (
            <>
              <TenantMark tenant={open} size={20} />
              <span>{open.name}</span>
            </>
          ) : null}
          {isOther && open ? <Icon name="arrow-right" label="to" /> : null}
          {isOther ? (
            <>
              <TenantMark tenant={target} size={20} />
              <strong>{target.name}</strong>
            </>
          ) : null}
        </p>
        <p className={css.note} role={failure ? 'alert' : undefined}>
          {failure ??
            (isOther
              ? `The screens of ${open?.name ?? 'this tenant'} close, ${draftWords(unsavedCount())} dropped, the clipboard is cleared.`
              : 'An administrator can add you to another tenant.')}
        </p>
        <div className={css.actions}>
          <Button size="lg" onClick={onClose} disabled={busy}>
            Stay
          </Button>
          <Button
            size="lg"
            variant="filled"
            disabled={!isOther}
            loading={busy}
            rightSection={<KeyCap keys="Enter" on="action" />}
            onClick={() => void go()}
            data-testid="switch-tenant"
          >
            {isOther ? `Switch to ${target.name}` : 'Switch'}
          </Button>
        </div>
      </div>
      <div className={css.bands}>
        {open ? <TenantBand tenant={open} /> : null}
        {isOther ? <TenantBand tenant={target} /> : null}
      </div>
    </DialogFrame>
  );
}

/** What of unsaved work goes with the change. */
function draftWords(count: number): string {
  if (count === 0) return 'unsaved drafts are';
  return count === 1 ? 'your unsaved draft is' : `your ${count} unsaved drafts are`;
}
