/** Choosing a person of the tenant, or a record by its words; both search as one types. */
import { Select } from '@mantine/core';
import type { Json } from '@shared/entities/fields';
import { type EntityName, entityOf } from '@shared/entities/registry';
import { FUNCTION_LABELS, TENANT_FUNCTIONS } from '@shared/roles';
import { type ReactNode, useState } from 'react';
import { PersonName } from '../../components/Avatar';
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

export function ReferencePicker({ value, required, onChange, target, ...shared }: PickerProps & { readonly target: EntityName }) {
  const [search, setSearch] = useState('');
  const [opened, setOpened] = useState(false);
  const found = useFoundRecords(target, opened ? search : '', value === '' ? [] : [value], opened || value !== '');
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

function aOrAn(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun.toLowerCase()}`;
}
