/**
 * A dialog that does one thing: its button carries verb and object, it names the tenant it writes to, and where something is lost
 * the safe choice has the focus. Ctrl Enter does it, Esc leaves.
 */
import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useId } from 'react';
import { useWorkspace } from '../lib/session';
import { useShortcuts } from '../lib/use-shortcuts';
import css from './Dialog.module.css';
import { DialogFrame } from './DialogFrame';
import { KeyCap } from './KeyCap';
import { TenantMark } from './TenantMark';

export interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** Verb and object: `Archive F-031`, `Import 1,189 requirements`. */
  readonly action: string;
  readonly onAction: () => void;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  /** Something is lost by it: the button is red and the safe choice has the focus. */
  readonly destructive?: boolean;
  readonly cancel?: string;
  /** Names the open tenant in the foot; only a dialog that writes nothing leaves it away. */
  readonly writes?: boolean;
  readonly size?: number;
  readonly children: ReactNode;
}

function DialogKeys({ onAction, disabled }: { readonly onAction: () => void; readonly disabled: boolean }) {
  useShortcuts('This dialog', [{ keys: 'Ctrl+Enter', label: 'Do it', enabled: !disabled, run: () => onAction() }]);
  return null;
}

export function Dialog(props: DialogProps) {
  const { opened, onClose, title, action, onAction, children } = props;
  const { busy = false, disabled = false, destructive = false, cancel = 'Cancel', writes = true, size = 480 } = props;
  const workspace = useWorkspace();
  const form = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && !disabled) onAction();
  };
  return (
    <DialogFrame opened={opened} onClose={onClose} title={title} size={size} closeOnClickOutside={!destructive && !busy}>
      <DialogKeys onAction={onAction} disabled={busy || disabled} />
      <form id={form} className={css.form} onSubmit={submit} noValidate>
        <div className={css.body}>{children}</div>
        <div className={css.foot}>
          {writes && workspace ? (
            <span className={css.tenant}>
              <TenantMark tenant={workspace} size={20} />
              <span>in {workspace.name}</span>
            </span>
          ) : null}
          <Button size="lg" variant="default" onClick={onClose} data-autofocus={destructive || undefined} disabled={busy}>
            {cancel}
          </Button>
          <Button
            size="lg"
            type="submit"
            variant="filled"
            color={destructive ? 'bad' : undefined}
            loading={busy}
            disabled={disabled}
            rightSection={destructive ? undefined : <KeyCap keys="Ctrl+Enter" on="action" joined />}
          >
            {action}
          </Button>
        </div>
      </form>
    </DialogFrame>
  );
}
