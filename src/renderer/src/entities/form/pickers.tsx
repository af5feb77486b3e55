/** Choosing a person of the tenant, or a record by its words; both search as one types. */
import { Select, TagsInput } from '@mantine/core';
import type { Json } from '@shared/entities/fields';
import { type EntityName, entityOf } from '@shared/entities/registry';
import type { Filter } from '@shared/listing';
import { FUNCTION_LABELS, TENANT_FUNCTIONS } from '@shared/roles';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { PersonName } from '../../components/Avatar';
import { aOrAn } from '../../lib/format';
import { trpc } from '../../lib/trpc';
import { usePeople } from '../api';
import css from './pickers.module.css';
import { useFoundRecords } from './useFoundRecords';

interface PickerProps {
  readonly label: ReactNode;
  readonly description?: string;
  readonly error?: string;
  readonly withAsterisk: boolean;
  readonly 'data-field'?: string;
  /** Id, or ''. */
  readonly value: string;
  readonly required: boolean;
  readonly onChange: (value: Json) => void;
}

function functionWords(functions: readonly string[]): string {
  return TENANT_FUNCTIONS.filter((fn) => functions.includes(fn))
    .map((fn) => FUNCTION_LABELS[fn])
    .join(', ');
}

export function PersonPicker({ value, required, onChange, ...shared }: PickerProps) {
  const people = usePeople();
  const offered = people.list.filter((person) => person.active || person.id === value);
  const known = value === '' || offered.some((person) => person.id === value);
  const data = offered.map((person) => ({ value: person.id, label: person.displayName }));
  return (
    <Select
      {...shared}
      data={known ? data : [...data, { value, label: 'Unknown person' }]}
      value={value === '' ? null : value}
      onChange={(next) => onChange(next)}
      searchable
      clearable={!required}
      clearButtonProps={{ className: css.clear }}
      placeholder="nobody"
      nothingFoundMessage="Nobody of this tenant is called so."
      maxDropdownHeight={260}
      limit={50}
      renderOption={({ option }) => (
        <span className={css.person}>
          <PersonName name={option.label} />
          <span className={css.second}>
            {functionWords(people.list.find((person) => person.id === option.value)?.functions ?? [])}
          </span>
        </span>
      )}
    />
  );
}

interface ReferencePickerProps extends PickerProps {
  readonly target: EntityName;
  /** Which records are offered. */
  readonly filter?: readonly Filter[];
}

export function ReferencePicker({ value, required, onChange, target, filter, ...shared }: ReferencePickerProps) {
  const [search, setSearch] = useState('');
  const [opened, setOpened] = useState(false);
  const found = useFoundRecords(target, opened ? search : '', value === '' ? [] : [value], opened || value !== '', filter);
  const chosen = found.choices.find((choice) => choice.id === value)?.title;
  const { label } = entityOf(target);
  return (
    <Select
      {...shared}
      data={found.choices.map((choice) => ({ value: choice.id, label: choice.title }))}
      value={value === '' ? null : value}
      onChange={(next) => onChange(next)}
      searchable
      searchValue={opened ? search : (chosen ?? '')}
      onSearchChange={(text) => {
        if (opened) setSearch(text);
      }}
      onDropdownOpen={() => {
        setSearch('');
        setOpened(true);
      }}
      onDropdownClose={() => setOpened(false)}
      // the server has searched already
      filter={({ options }) => options}
      clearable={!required}
      clearButtonProps={{ className: css.clear }}
      placeholder={opened && chosen !== undefined ? chosen : `none; type to find ${aOrAn(label.one)}`}
      nothingFoundMessage={found.pending ? 'Looking …' : `No ${label.one.toLowerCase()} has these words.`}
      maxDropdownHeight={300}
    />
  );
}

interface TagsPickerProps extends Omit<PickerProps, 'value' | 'required'> {
  readonly value: readonly string[];
  /** The class of one tag. */
  readonly pill?: string;
}

/** Tags, with those that the tenant uses already, most used first. */
export function TagsPicker({ value, onChange, pill, ...shared }: TagsPickerProps) {
  const [search, setSearch] = useState('');
  const { data = [] } = useQuery(trpc.collab.tags.queryOptions({ text: search }, { staleTime: 60_000 }));
  return (
    <TagsInput
      {...shared}
      value={[...value]}
      data={data.map(({ tag }) => tag)}
      searchValue={search}
      onSearchChange={(text) => setSearch(text.slice(0, 60))}
      onChange={(tags) => onChange(tags)}
      maxTags={50}
      classNames={pill === undefined ? undefined : { pill }}
      placeholder={value.length > 0 ? undefined : 'Type and press Enter'}
    />
  );
}
