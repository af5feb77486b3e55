/** The find box and the filters of a list: a chip a field, each opening its editor, and one that adds another. */
import { Button, Popover, TextInput } from '@mantine/core';
import type { Entity, Filter } from '@shared/entities/define';
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { AddFilterChip, FilterChip } from '../../components/FilterChip';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { ShortcutLayer } from '../../lib/use-shortcuts';
import type { Names } from '../values/text';
import css from './FilterBar.module.css';
import { FilterEditor } from './FilterEditor';
import editorCss from './FilterEditor.module.css';
import { filterWords } from './filterWords';
import { filterableFields, filteredField, type ListState, replaceFilters } from './query';

const FIND_DELAY_MS = 200;

export interface FilterBarProps {
  readonly definition: Entity;
  readonly state: ListState;
  readonly names: Names;
  readonly onChange: (patch: Partial<ListState>) => void;
  readonly findBox: RefObject<HTMLInputElement | null>;
  readonly adding: boolean;
  readonly onAdding: (adding: boolean) => void;
}

export function FilterBar({ definition, state, names, onChange, findBox, adding, onAdding }: FilterBarProps) {
  const [editing, setEditing] = useState<string | null>(null);
  const fields = [...new Set(state.filters.map((filter) => filter.field))];
  const set = (field: string, next: readonly Filter[]) => {
    onChange({ filters: replaceFilters(state.filters, field, next) });
    setEditing(null);
    onAdding(false);
  };
  return (
    <>
      <FindBox value={state.search} onChange={(search) => onChange({ search })} box={findBox} />
      {fields.map((key) => {
        const field = filteredField(definition, key);
        if (field === undefined) return null;
        const own = state.filters.filter((filter) => filter.field === key);
        return (
          <Popover
            key={key}
            opened={editing === key}
            onChange={(open) => setEditing(open ? key : null)}
            position="bottom-start"
            trapFocus
            returnFocus
            withRoles={false}
            width={280}
          >
            <Popover.Target>
              <span>
                <FilterChip
                  name={field.label}
                  value={filterWords(field, own, names)}
                  onEdit={() => setEditing(editing === key ? null : key)}
                  onRemove={() => set(key, [])}
                />
              </span>
            </Popover.Target>
            <Popover.Dropdown p={0} role="dialog" aria-label={`Filter ${field.label}`}>
              <ShortcutLayer>
                <FilterEditor name={key} field={field} filters={own} onApply={(next) => set(key, next)} />
              </ShortcutLayer>
            </Popover.Dropdown>
          </Popover>
        );
      })}
      {state.archived ? <FilterChip name="Records" value="archived" onRemove={() => onChange({ archived: false })} /> : null}
      <Popover opened={adding} onChange={onAdding} position="bottom-start" trapFocus returnFocus withRoles={false} width={280}>
        <Popover.Target>
          <AddFilterChip aria-haspopup="dialog" aria-expanded={adding} onClick={() => onAdding(!adding)} />
        </Popover.Target>
        <Popover.Dropdown p={0} role="dialog" aria-label="Add a filter">
          <ShortcutLayer>
            <AddFilter
              definition={definition}
              state={state}
              onApply={set}
              onArchived={() => onChange({ archived: true })}
              onClose={() => onAdding(false)}
            />
          </ShortcutLayer>
        </Popover.Dropdown>
      </Popover>
      {fields.length > 0 || state.search !== '' || state.archived ? (
        <Button variant="transparent" onClick={() => onChange({ filters: [], search: '', archived: false })}>
          Clear
        </Button>
      ) : null}
    </>
  );
}

interface FindBoxProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly box: RefObject<HTMLInputElement | null>;
}

function FindBox({ value, onChange, box }: FindBoxProps) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    // cleared or set from elsewhere (the Clear button, going back)
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = window.setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, FIND_DELAY_MS);
    return () => window.clearTimeout(timer);
  }, [text, onChange]);
  return (
    <TextInput
      ref={box}
      className={css.find}
      type="search"
      leftSection={<Icon name="search" />}
      rightSection={<KeyCap keys="/" />}
      placeholder="Find in this view"
      aria-label="Find in this view"
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          event.preventDefault();
          if (text !== '') setText('');
          else event.currentTarget.blur();
        } else if (event.key === 'Enter' || event.key === 'ArrowDown') event.currentTarget.blur();
      }}
    />
  );
}

interface AddFilterProps {
  readonly definition: Entity;
  readonly state: ListState;
  readonly onApply: (field: string, filters: readonly Filter[]) => void;
  readonly onArchived: () => void;
  readonly onClose: () => void;
}

function AddFilter({ definition, state, onApply, onArchived, onClose }: AddFilterProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [find, setFind] = useState('');
  const [active, setActive] = useState(0);
  const field = chosen === null ? undefined : filteredField(definition, chosen);
  if (chosen !== null && field !== undefined) {
    const own = state.filters.filter((filter) => filter.field === chosen);
    return <FilterEditor key={chosen} name={chosen} field={field} filters={own} onApply={(next) => onApply(chosen, next)} />;
  }
  const wanted = find.trim().toLowerCase();
  const items = [
    ...filterableFields(definition).map(([key, each]) => ({ key, label: each.label, run: () => setChosen(key) })),
    {
      key: '@archived',
      label: 'Archived records',
      run: () => {
        onArchived();
        onClose();
      },
    },
  ].filter((item) => item.label.toLowerCase().includes(wanted));
  const onKey = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      setActive(Math.max(0, Math.min(items.length - 1, active + by)));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      items[active]?.run();
    }
  };
  return (
    <>
      <div className={editorCss.findField}>
        <TextInput
          leftSection={<Icon name="search" />}
          placeholder="Filter by"
          aria-label="Filter by"
          value={find}
          onChange={(event) => {
            setFind(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKey}
          data-autofocus
        />
      </div>
      <div className={editorCss.fields}>
        {items.map((item, at) => (
          <button
            key={item.key}
            type="button"
            className={editorCss.fieldItem}
            data-active={at === active || undefined}
            tabIndex={at === active ? 0 : -1}
            onMouseEnter={() => setActive(at)}
            onClick={item.run}
          >
            {item.label}
          </button>
        ))}
        {items.length === 0 ? <p className={editorCss.more}>No field is called so.</p> : null}
      </div>
    </>
  );
}
