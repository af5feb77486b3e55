/** Who may work in this tenant, with what role and until when; for its administrators. */
import { Button, Switch, TextInput } from '@mantine/core';
import type { TenantMember } from '@shared/wire/admin-people';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import { PersonName } from '../../components/Avatar';
import { EmptyState } from '../../components/EmptyState';
import { ErrorState } from '../../components/ErrorState';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { OfflineNote } from '../../components/OfflineNote';
import { Page } from '../../components/Page';
import { Pill } from '../../components/Pill';
import { SkeletonRows } from '../../components/Skeleton';
import { useConnection } from '../../lib/connection';
import { count, formatInstant } from '../../lib/format';
import { trpc } from '../../lib/trpc';
import { useShortcuts } from '../../lib/use-shortcuts';
import { NewPersonDialog } from './NewPersonDialog';
import css from './PeoplePage.module.css';
import { PersonPane } from './PersonPane';
import { nameOf, peopleMatching, rolesOf, STATE_WORDS } from './words';

interface PeopleTableProps {
  readonly people: readonly TenantMember[];
  readonly open: string | null;
  readonly onOpen: (id: string) => void;
}

function PeopleTable({ people, open, onOpen }: PeopleTableProps) {
  const onKey = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button')];
    const here = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[here + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
    event.preventDefault();
  };
  return (
    <div className={css.frame}>
      <table className={css.table} data-testid="people">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">E-mail</th>
            <th scope="col">Roles</th>
            <th scope="col">State</th>
            <th scope="col">Last sign-in</th>
          </tr>
        </thead>
        <tbody onKeyDown={onKey}>
          {people.map((person) => {
            const state = STATE_WORDS[person.status];
            return (
              <tr key={person.id} data-open={person.id === open || undefined} onClick={() => onOpen(person.id)}>
                <td>
                  <button type="button" className={css.name} aria-expanded={person.id === open}>
                    <PersonName name={nameOf(person)} />
                  </button>
                </td>
                <td>{person.email}</td>
                <td>
                  {rolesOf(person)}
                  {person.memberships.some((held) => held.expiresAt !== null) ? (
                    <span className={css.until}>
                      <Icon name="clock" size={14} label="ends on a day" />
                    </span>
                  ) : null}
                </td>
                <td>
                  <Pill word={state.word} tone={state.tone} shape={state.shape} />
                </td>
                <td>{person.lastLogin === null ? <span className={css.never}>Never</span> : formatInstant(person.lastLogin)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

export function PeoplePage() {
  const members = useQuery(trpc.admin.people.list.queryOptions());
  const connection = useConnection();
  const [search, setSearch] = useState('');
  const [former, setFormer] = useState(false);
  const [open, setOpen] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const find = useRef<HTMLInputElement>(null);
  const people = peopleMatching(members.data ?? [], search, former);
  const opened = members.data?.find(({ id }) => id === open) ?? null;
  useShortcuts('People', [
    { keys: 'N', label: 'New person', hint: 'new', run: () => setAdding(true) },
    { keys: '/', label: 'Find', hint: 'find', run: () => find.current?.focus() },
    { keys: 'Escape', label: 'Close the pane', enabled: open !== null, run: () => setOpen(null) },
  ]);
  return (
    <Page
      title="People"
      crumbs={[{ label: 'Administration' }, { label: 'People' }]}
      note="Who may work in this tenant. Each person signs in to the database as themselves."
      flush
      actions={
        <Button variant="filled" leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
          New person
        </Button>
      }
      toolbar={
        <>
          <TextInput
            ref={find}
            aria-label="Find a person"
            placeholder="Name, e-mail or role"
            leftSection={<Icon name="search" />}
            rightSection={<KeyCap keys="/" />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            w={260}
          />
          <Switch
            label="Former people too"
            checked={former}
            onChange={(event) => setFormer(event.currentTarget.checked)}
            ml={8}
          />
          <span className={css.count}>{members.data ? count(people.length, 'person', 'people') : ''}</span>
        </>
      }
      side={opened === null ? undefined : <PersonPane key={opened.id} person={opened} onClose={() => setOpen(null)} />}
    >
      <OfflineNote connection={connection} flush />
      {members.isPending ? <SkeletonRows rows={6} label="Reading the people" /> : null}
      {members.isError ? <ErrorState error={members.error} onRetry={() => void members.refetch()} /> : null}
      {members.data && people.length === 0 ? (
        <EmptyState
          icon="people"
          title={search === '' ? 'Nobody works here yet' : 'Nobody is called like that'}
          text={
            search === ''
              ? 'A person gets a login of their own and one role or several in this tenant.'
              : 'Try a part of the name or of the e-mail address, or look among the former people.'
          }
          starts={[{ icon: 'plus', title: 'New person', keys: 'N', run: () => setAdding(true) }]}
        />
      ) : null}
      {people.length > 0 ? <PeopleTable people={people} open={open} onOpen={(id) => setOpen(id === open ? null : id)} /> : null}
      {adding ? (
        <NewPersonDialog
          onClose={() => setAdding(false)}
          onMade={(id) => {
            setAdding(false);
            setOpen(id);
          }}
        />
      ) : null}
    </Page>
  );
}
