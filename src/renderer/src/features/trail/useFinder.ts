/** The find box of the trail: people, deeds and kinds by their words, records by the search of the whole tenant. */
import { entityOf } from '@shared/entities/registry';
import type { TrailFacets } from '@shared/wire/trail';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { usePeople } from '../../entities/api';
import { trpc } from '../../lib/trpc';
import type { TrailFilters } from './filters';
import { didWords, kindWords } from './words';

interface Group {
  readonly group: string;
  readonly items: { readonly value: string; readonly label: string }[];
}

export interface Finder {
  readonly text: string;
  readonly groups: Group[];
  setText(text: string): void;
  /** Takes the value of an item. */
  choose(value: string | null): void;
}

const PAUSE_MS = 200;
/** Fewer letters would find half the tenant. */
const LEAST = 2;

export function useFinder(facets: TrailFacets, filters: TrailFilters, onChange: (filters: TrailFilters) => void): Finder {
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const people = usePeople();
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(text.trim()), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  const found = useQuery(
    trpc.search.all.queryOptions({ text: asked }, { enabled: asked.length >= LEAST, placeholderData: keepPreviousData }),
  );
  const hits = asked.length >= LEAST ? (found.data ?? []) : [];
  const groups: Group[] = [
    { group: 'Who', items: people.list.map(({ id, displayName }) => ({ value: `who ${id}`, label: displayName })) },
    { group: 'Did', items: facets.actions.map((action) => ({ value: `did ${action}`, label: didWords(action).word })) },
    { group: 'Kind', items: facets.resourceTypes.map((table) => ({ value: `kind ${table}`, label: kindWords(table) })) },
    {
      group: 'Records',
      // the search may have found it by another of its fields, but the box filters by what is shown
      items: hits.map(({ id, ref, title }) => ({ value: `record ${id}`, label: [ref, title].filter(Boolean).join(' ') })),
    },
  ];
  return {
    text,
    setText,
    groups: groups.map((group) => ({ ...group, items: unique(group.items) })).filter(({ items }) => items.length > 0),
    choose(value) {
      const [kind, rest = ''] = value === null ? [] : [value.slice(0, value.indexOf(' ')), value.slice(value.indexOf(' ') + 1)];
      if (kind === 'who') onChange({ ...filters, actor: rest });
      else if (kind === 'did') onChange({ ...filters, actions: [rest] });
      else if (kind === 'kind') onChange({ ...filters, resourceType: rest, record: null });
      else if (kind === 'record') {
        const hit = hits.find(({ id }) => id === rest);
        if (hit) {
          const record = { table: entityOf(hit.entity).table, id: hit.id, title: hit.ref ?? hit.title };
          onChange({ ...filters, record, resourceType: null });
        }
      }
      setText('');
    },
  };
}

/** Two deeds may have the same word; the first stands for it. */
function unique(items: Group['items']): Group['items'] {
  const seen = new Set<string>();
  return items.filter(({ value }) => !seen.has(value) && seen.add(value));
}
