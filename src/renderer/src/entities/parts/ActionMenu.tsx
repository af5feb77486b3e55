/** A button with a menu of acts: arrows move, Enter does it, Esc leaves, the focus comes back to the button. */
import { Popover } from '@mantine/core';
import { type KeyboardEvent, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import { ShortcutLayer } from '../../lib/use-shortcuts';
import css from './ActionMenu.module.css';

export interface ActionItem {
  readonly key: string;
  readonly label: ReactNode;
  /** At the right end, silent. */
  readonly end?: ReactNode;
  /** One of several of which one holds. */
  readonly checked?: boolean;
  /** Why it cannot be done now; it is shown with its reason then. */
  readonly why?: string | null;
  readonly run: () => void;
}

export interface ActionMenuProps {
  /** What the menu is for, for a screen reader. */
  readonly label: string;
  readonly items: readonly ActionItem[];
  /** The button; gets the attributes and the handler that it must carry. */
  readonly button: (props: MenuButtonProps) => ReactElement;
}

export interface MenuButtonProps {
  readonly onClick: () => void;
  readonly 'aria-haspopup': 'menu';
  readonly 'aria-expanded': boolean;
}

export function ActionMenu({ label, items, button }: ActionMenuProps) {
  const [opened, setOpened] = useState(false);
  const target = button({ onClick: () => setOpened(!opened), 'aria-haspopup': 'menu', 'aria-expanded': opened });
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" withRoles={false} withinPortal={false} returnFocus>
      <Popover.Target>{target}</Popover.Target>
      <Popover.Dropdown className={css.menu}>
        <ShortcutLayer>
          <Items label={label} items={items} onClose={() => setOpened(false)} />
        </ShortcutLayer>
      </Popover.Dropdown>
    </Popover>
  );
}

interface ItemsProps {
  readonly label: string;
  readonly items: readonly ActionItem[];
  readonly onClose: () => void;
}

function Items({ label, items, onClose }: ItemsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.querySelector<HTMLElement>('button')?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const at = buttons.findIndex((each) => each.matches(':focus'));
    const to: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 };
    const next = to[event.key];
    if (event.key === 'Tab') onClose();
    if (next === undefined) return;
    event.preventDefault();
    buttons[(next + buttons.length) % buttons.length]?.focus();
  };
  return (
    <div ref={list} role="menu" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
      {items.map((item) => (
        <button
          key={item.key}
          type="button"
          {...(item.checked === undefined ? { role: 'menuitem' } : { role: 'menuitemradio', 'aria-checked': item.checked })}
          className={css.item}
          tabIndex={-1}
          aria-disabled={item.why ? true : undefined}
          onClick={() => {
            if (item.why) return;
            onClose();
            item.run();
          }}
        >
          <span className={css.label}>
            {item.label}
            {item.why ? <span className={css.why}>{item.why}</span> : null}
          </span>
          {item.end}
        </button>
      ))}
    </div>
  );
}
