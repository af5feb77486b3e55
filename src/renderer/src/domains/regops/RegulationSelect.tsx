/** Choosing one of the tenant's regulations, versions told apart. */
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { listOptions } from '../../entities/api';

export interface RegulationChoice {
  readonly id: string;
  readonly label: string;
  readonly version: string;
  readonly status: string;
  readonly supersedesId: string | null;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** All live regulations, by name and version; undefined while they are read. */
export function useRegulations(): {
  readonly list: readonly RegulationChoice[] | undefined;
  readonly error: unknown;
  readonly retry: () => void;
} {
  const query = useQuery(listOptions('regulations', { limit: 500, sort: [{ field: 'name', dir: 'asc' }] }));
  const list = useMemo(
    () =>
      query.data?.rows.map((row): RegulationChoice => {
        const version = text(row.version);
        const name = text(row.shortName) || text(row.name);
        return {
          id: row.id,
          version,
          label: version === '' || name.includes(version) ? name : `${name} · ${version}`,
          status: text(row.status),
          supersedesId: typeof row.supersedesId === 'string' ? row.supersedesId : null,
        };
      }),
    [query.data],
  );
  return { list, error: query.error, retry: () => void query.refetch() };
}

export interface RegulationSelectProps {
  readonly label: string;
  readonly list: readonly RegulationChoice[];
  readonly value: string | null;
  /** Not offered here, for it stands on the other side. */
  readonly other?: string | null;
  readonly width?: number;
  readonly onChange: (id: string) => void;
}

export function RegulationSelect({ label, list, value, other = null, width = 300, onChange }: RegulationSelectProps) {
  const box = useRef<HTMLInputElement>(null);
  return (
    <Select
      ref={box}
      aria-label={label}
      placeholder={label}
      data={list.filter(({ id }) => id !== other).map(({ id, label: words }) => ({ value: id, label: words }))}
      value={value}
      onChange={(id) => {
        if (id !== null) onChange(id);
      }}
      allowDeselect={false}
      // what is chosen is looked at next: the page's single keys are heard again
      onOptionSubmit={() => box.current?.blur()}
      searchable
      nothingFoundMessage="No regulation is called so."
      maxDropdownHeight={320}
      style={{ width, minWidth: 0, flex: '0 1 auto' }}
    />
  );
}
