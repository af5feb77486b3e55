/** Above the trail: one box that finds who, what or a record; chips for what is chosen; and the filters by hand. */
import { Button, Popover, Select } from '@mantine/core';
import type { TrailFacets } from '@shared/wire/trail';
import { useQuery } from '@tanstack/react-query';
import { type RefObject, useMemo, useState } from 'react';
import { AddFilterChip, FilterChip } from '../../components/FilterChip';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { usePeople } from '../../entities/api';
import { DateField } from '../../entities/form/DateField';
import { formatDate } from '../../lib/format';
import { trpc } from '../../lib/trpc';
import { ShortcutLayer } from '../../lib/use-shortcuts';
import { isFiltered, NO_FILTERS, REFUSALS, REVEALS, sameActions, type TrailFilters, WHEN_WORDS, type When } from './filters';
import css from './TrailPage.module.css';
import { useFinder } from './useFinder';
import { didWords, kindWords } from './words';

export interface TrailFilterBarProps {
  readonly filters: TrailFilters;
  readonly onChange: (filters: TrailFilters) => void;
  readonly findBox: RefObject<HTMLInputElement | null>;
  readonly adding: boolean;
  readonly onAdding: (adding: boolean) => void;
}

const NO_FACETS: TrailFacets = { actions: [], resourceTypes: [] };

function whenWords({ when, from, to }: TrailFilters): string {
  if (when !== 'days') return WHEN_WORDS[when];
  if (from === to && from !== null) return formatDate(from);
  return [from === null ? '' : `from ${formatDate(from)}`, to === null ? '' : `to ${formatDate(to)}`].filter(Boolean).join(' ');
}

function actionWords(actions: readonly string[]): string {
  if (sameActions(actions, REVEALS)) return 'reveals and exports';
  if (sameActions(actions, REFUSALS)) return 'refusals';
  return actions.map((action) => didWords(action).word).join(', ');
}

export function TrailFilterBar({ filters, onChange, findBox, adding, onAdding }: TrailFilterBarProps) {
  const people = usePeople();
  const facets = useQuery(trpc.trail.facets.queryOptions()).data ?? NO_FACETS;
  const finder = useFinder(facets, filters, onChange);
  const set = (patch: Partial<TrailFilters>) => onChange({ ...filters, ...patch });
  const edit = () => onAdding(true);
  const quick = (label: string, actions: readonly string[]) =>
    sameActions(filters.actions, actions) ? null : (
      <button type="button" className={css.quick} onClick={() => set({ actions })}>
        <span className={css.quickName}>Only</span> {label}
      </button>
    );
  return (
    <>
      <Select
        ref={findBox}
        w={250}
        aria-label="Find who, what or a record"
        placeholder="Who, what or a record"
        leftSection={<Icon name="search" />}
        rightSection={<KeyCap keys="/" />}
        searchable
        value={null}
        data={finder.groups}
        searchValue={finder.text}
        onSearchChange={finder.setText}
        onChange={finder.choose}
        nothingFoundMessage={finder.text === '' ? 'Type a name, a deed or a reference' : 'Nobody and nothing is called so'}
        limit={30}
        maxDropdownHeight={320}
      />
      {filters.when === 'any' ? null : (
        <FilterChip
          name="When"
          value={whenWords(filters)}
          onEdit={edit}
          onRemove={() => set({ when: 'any', from: null, to: null })}
        />
      )}
      {filters.actor === null ? null : (
        <FilterChip
          name="Who"
          value={people.name(filters.actor) ?? 'somebody'}
          onEdit={edit}
          onRemove={() => set({ actor: null })}
        />
      )}
      {filters.actions.length === 0 ? null : (
        <FilterChip name="Only" value={actionWords(filters.actions)} onEdit={edit} onRemove={() => set({ actions: [] })} />
      )}
      {filters.record === null ? null : (
        <FilterChip name="Record" value={filters.record.title} onEdit={edit} onRemove={() => set({ record: null })} />
      )}
      {filters.resourceType === null ? null : (
        <FilterChip
          name="Kind"
          value={kindWords(filters.resourceType)}
          onEdit={edit}
          onRemove={() => set({ resourceType: null })}
        />
      )}
      {quick('reveals and exports', REVEALS)}
      {quick('refusals', REFUSALS)}
      <Popover opened={adding} onChange={onAdding} position="bottom-start" trapFocus returnFocus withRoles={false} width={300}>
        <Popover.Target>
          <AddFilterChip aria-haspopup="dialog" aria-expanded={adding} onClick={() => onAdding(!adding)} />
        </Popover.Target>
        <Popover.Dropdown p={0} role="dialog" aria-label="Filter the trail">
          <ShortcutLayer>
            <FilterForm filters={filters} facets={facets} onApply={onChange} />
          </ShortcutLayer>
        </Popover.Dropdown>
      </Popover>
      {isFiltered(filters) ? (
        <Button variant="transparent" onClick={() => onChange(NO_FILTERS)}>
          Clear
        </Button>
      ) : null}
    </>
  );
}

interface FilterFormProps {
  readonly filters: TrailFilters;
  readonly facets: TrailFacets;
  readonly onApply: (filters: TrailFilters) => void;
}

const WHENS = (Object.keys(WHEN_WORDS) as When[]).map((value) => ({ value, label: WHEN_WORDS[value] }));
const selector = <Icon name="selector" size={14} />;
/** Inside a popover: its list must not count as outside of it. */
const inPlace = { withinPortal: false } as const;

/** Each choice is asked at once; the trail behind follows. */
function FilterForm({ filters, facets, onApply }: FilterFormProps) {
  const people = usePeople();
  const [typed, setTyped] = useState<{ readonly from?: string; readonly to?: string }>({});
  const set = (patch: Partial<TrailFilters>) => onApply({ ...filters, ...patch });
  const actions = useMemo(
    () => facets.actions.map((value) => ({ value, label: `${didWords(value).word} (${value})` })),
    [facets.actions],
  );
  const kinds = useMemo(
    () =>
      facets.resourceTypes
        .map((value) => ({ value, label: kindWords(value) }))
        .sort((a, b) => a.label.localeCompare(b.label, 'en')),
    [facets.resourceTypes],
  );
  const day = (which: 'from' | 'to', label: string) => (
    <DateField
      label={label}
      withAsterisk={false}
      value={filters[which] ?? ''}
      typed={typed[which]}
      error={typed[which] === undefined ? undefined : 'A date, such as 31 Dec 2026'}
      onChange={(value, text) => {
        setTyped({ ...typed, [which]: text });
        if (text === undefined) set({ when: 'days', [which]: typeof value === 'string' ? value : null });
      }}
    />
  );
  return (
    <div className={css.filterForm}>
      <Select
        label="When"
        data={WHENS}
        value={filters.when}
        onChange={(value) => set({ when: WHENS.find((one) => one.value === value)?.value ?? 'any' })}
        rightSection={selector}
        comboboxProps={inPlace}
        data-autofocus
      />
      {filters.when === 'days' ? (
        <div className={css.pair}>
          {day('from', 'From')}
          {day('to', 'To')}
        </div>
      ) : null}
      <Select
        label="Who"
        placeholder="anybody"
        data={people.list.map(({ id, displayName }) => ({ value: id, label: displayName }))}
        value={filters.actor}
        onChange={(actor) => set({ actor })}
        rightSection={selector}
        comboboxProps={inPlace}
        searchable
        allowDeselect
      />
      <Select
        label="Did"
        placeholder="anything"
        data={actions}
        value={filters.actions.length === 1 ? (filters.actions[0] ?? null) : null}
        onChange={(action) => set({ actions: action === null ? [] : [action] })}
        rightSection={selector}
        comboboxProps={inPlace}
        searchable
        allowDeselect
      />
      <Select
        label="Kind of record"
        placeholder="any"
        data={kinds}
        value={filters.resourceType}
        onChange={(resourceType) => set({ resourceType, record: null })}
        rightSection={selector}
        comboboxProps={inPlace}
        searchable
        allowDeselect
      />
    </div>
  );
}
