/** Which columns, in which order: space shows or hides, Alt with an arrow moves, the naming columns stay. */
import { Button, Checkbox, Popover, TextInput } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import { type KeyboardEvent, useRef, useState } from 'react';
import { Icon } from '../../components/Icon';
import { ShortcutLayer } from '../../lib/use-shortcuts';
import css from './ColumnChooser.module.css';
import { arrangeColumns, fixedColumns, moveColumn, possibleColumns } from './columns';
import type { Columns } from './useListState';

export function columnLabel(definition: Entity, key: string): string {
  return definition.allFields[key]?.label ?? key;
}

export function ColumnChooser({ definition, columns }: { readonly definition: Entity; readonly columns: Columns }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus withRoles={false} width={300}>
      <Popover.Target>
        <Button
          variant={opened ? 'light' : 'default'}
          leftSection={<Icon name="columns" />}
          aria-haspopup="dialog"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} role="dialog" aria-label="Columns">
        <ShortcutLayer>
          <Chooser definition={definition} columns={columns} onDone={() => setOpened(false)} />
        </ShortcutLayer>
      </Popover.Dropdown>
    </Popover>
  );
}

interface ChooserProps {
  readonly definition: Entity;
  readonly columns: Columns;
  readonly onDone: () => void;
}

function Chooser({ definition, columns, onDone }: ChooserProps) {
  const [find, setFind] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const fixed = fixedColumns(definition);
  const shown = arrangeColumns(definition, columns.shown);
  const wanted = (key: string) => columnLabel(definition, key).toLowerCase().includes(find.trim().toLowerCase());
  const hidden = possibleColumns(definition).filter((key) => !shown.includes(key));

  const change = (next: readonly string[], focus: string) => {
    columns.set(next);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-column="${focus}"] input`)?.focus());
  };
  const onKey = (event: KeyboardEvent, key: string) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : null;
    if (by === null) return;
    event.preventDefault();
    if (event.altKey) change(moveColumn(definition, shown, key, by), key);
    else focusNext(list.current, event.target, by);
  };
  const line = (key: string, isShown: boolean) => {
    const isFixed = fixed.includes(key);
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the box inside
      <div key={key} className={css.line} data-column={key} onKeyDown={(event) => onKey(event, key)}>
        <Checkbox
          className={css.box}
          label={columnLabel(definition, key)}
          checked={isShown}
          disabled={isFixed}
          onChange={() => change(isShown ? shown.filter((each) => each !== key) : [...shown, key], key)}
        />
        {isFixed ? <span className={css.always}>always</span> : null}
        {isShown && !isFixed ? (
          <span className={css.moves}>
            <button
              type="button"
              tabIndex={-1}
              className={css.move}
              aria-label={`Move ${columnLabel(definition, key)} up`}
              onClick={() => change(moveColumn(definition, shown, key, -1), key)}
            >
              <Icon name="chevron-up" size={14} />
            </button>
            <button
              type="button"
              tabIndex={-1}
              className={css.move}
              aria-label={`Move ${columnLabel(definition, key)} down`}
              onClick={() => change(moveColumn(definition, shown, key, 1), key)}
            >
              <Icon name="chevron-down" size={14} />
            </button>
          </span>
        ) : null}
      </div>
    );
  };
  return (
    <div className={css.chooser}>
      <TextInput
        className={css.find}
        leftSection={<Icon name="search" />}
        placeholder="Find a column"
        aria-label="Find a column"
        value={find}
        onChange={(event) => setFind(event.currentTarget.value)}
        data-autofocus
      />
      <div className={css.list} ref={list}>
        <h2 className={css.group}>Shown, in this order</h2>
        {shown.filter(wanted).map((key) => line(key, true))}
        <hr className={css.rule} />
        <h2 className={css.group}>Hidden</h2>
        {hidden.filter(wanted).map((key) => line(key, false))}
        {hidden.length === 0 ? <p className={css.none}>Every column is shown.</p> : null}
      </div>
      <div className={css.foot}>
        <Button variant="transparent" onClick={columns.reset}>
          As defined
        </Button>
        <Button onClick={onDone}>Done</Button>
      </div>
    </div>
  );
}

function focusNext(list: HTMLElement | null, from: EventTarget, by: -1 | 1): void {
  const boxes = [...(list?.querySelectorAll<HTMLInputElement>('input:not(:disabled)') ?? [])];
  const at = boxes.findIndex((box) => box.isSameNode(from instanceof Node ? from : null));
  boxes[at + by]?.focus();
}
