/** The three screens as the routes know them: they read the address, find the definition, fetch the record, and hand over. */

import { Button } from '@mantine/core';
import { type Entity, recordTitle } from '@shared/entities/define';
import { type EntityName, entityOf, isEntityName } from '@shared/entities/registry';
import { CodedError } from '@shared/errors';
import type { RecordView } from '@shared/wire/records';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { ErrorState } from '../components/ErrorState';
import { Page } from '../components/Page';
import { SkeletonRows } from '../components/Skeleton';
import { noteRecent } from '../lib/recent';
import { useRights } from '../lib/rights';
import { recordOptions } from './api';
import { EntityDetail } from './detail/DetailPage';
import { EntityForm } from './form/FormPage';
import { EntityList } from './list/ListPage';
import { Screen } from './parts/Screen';
import { DOMAIN_LABELS, detailPath, listPath } from './paths';
import type { GenericRow } from './rows';

interface Named {
  readonly name: EntityName;
  readonly definition: Entity;
}

/** The entity of the address, or null where there is none of that name. */
function useEntity(): Named | null {
  const { entity = '' } = useParams();
  return isEntityName(entity) ? { name: entity, definition: entityOf(entity) } : null;
}

function NoSuchList() {
  const navigate = useNavigate();
  return (
    <Page title="Not found">
      <ErrorState error={new CodedError('NOT_FOUND')} actions={<Button onClick={() => void navigate('/')}>Go home</Button>} />
    </Page>
  );
}

export function ListPage() {
  const entity = useEntity();
  return <Screen>{entity === null ? <NoSuchList /> : <EntityList key={entity.name} {...entity} />}</Screen>;
}

interface WithRecordProps extends Named {
  readonly id: string;
  readonly children: (record: RecordView<GenericRow>) => ReactNode;
}

/** Fetches the record; keeps the last good one while it is read again. */
function WithRecord({ name, definition, id, children }: WithRecordProps) {
  const navigate = useNavigate();
  const record = useQuery(recordOptions(name, id));
  const row = record.data?.row;
  useEffect(() => {
    if (row !== undefined && definition.internal !== true)
      noteRecent({ entity: name, id: row.id, title: recordTitle(definition, row) });
  }, [name, definition, row]);
  if (record.data !== undefined) return children(record.data);
  const { one, many } = definition.label;
  return (
    <Page title={one} crumbs={[{ label: DOMAIN_LABELS[definition.domain] }, { label: many, to: listPath(name) }, { label: one }]}>
      {record.error === null ? (
        <SkeletonRows label={`${one} is read`} />
      ) : (
        <ErrorState
          error={record.error}
          onRetry={() => void record.refetch()}
          actions={<Button onClick={() => void navigate(listPath(name))}>Back to {many.toLowerCase()}</Button>}
        />
      )}
    </Page>
  );
}

export function DetailPage() {
  const entity = useEntity();
  const { id = '' } = useParams();
  return (
    <Screen>
      {entity === null ? (
        <NoSuchList />
      ) : (
        <WithRecord {...entity} id={id}>
          {(record) => <EntityDetail key={record.row.id} {...entity} record={record} />}
        </WithRecord>
      )}
    </Screen>
  );
}

export function FormPage() {
  return (
    <Screen>
      <FormOfAddress />
    </Screen>
  );
}

function FormOfAddress() {
  const entity = useEntity();
  const { id } = useParams();
  const [params] = useSearchParams();
  if (entity === null) return <NoSuchList />;
  if (id === undefined) {
    const prefill = Object.fromEntries(params);
    return <NewRecord key={`${entity.name}?${params.toString()}`} {...entity} prefill={prefill} />;
  }
  return (
    <WithRecord {...entity} id={id}>
      {(record) =>
        record.may.update && !record.archived ? (
          <EntityForm key={record.row.id} {...entity} record={record} prefill={{}} />
        ) : (
          <NotYours {...entity} to={detailPath(entity.name, id)} error={new CodedError(record.may.why ?? 'ROLE_FORBIDS')} />
        )
      }
    </WithRecord>
  );
}

function NewRecord({ name, definition, prefill }: Named & { readonly prefill: Readonly<Record<string, string>> }) {
  const rights = useRights(name);
  if (!rights.create || definition.form.length === 0)
    return <NotYours name={name} definition={definition} to={listPath(name)} error={new CodedError('ROLE_FORBIDS')} />;
  return <EntityForm name={name} definition={definition} record={null} prefill={prefill} />;
}

function NotYours({ definition, to, error }: Named & { readonly to: string; readonly error: CodedError }) {
  const navigate = useNavigate();
  return (
    <Page
      title={definition.label.one}
      crumbs={[{ label: DOMAIN_LABELS[definition.domain] }, { label: definition.label.many, to }]}
    >
      <ErrorState error={error} actions={<Button onClick={() => void navigate(to)}>Back</Button>} />
    </Page>
  );
}
