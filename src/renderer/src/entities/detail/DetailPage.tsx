/** One record of any entity: what it is, what can be done with it, what hangs on it, what happened to it. */
import type { Entity } from '@shared/entities/define';
import { type EntityName, entityOf, isEntityName } from '@shared/entities/registry';
import type { RecordView } from '@shared/wire/records';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { OfflineNote } from '../../components/OfflineNote';
import { Page, ViewTabs } from '../../components/Page';
import { DETAIL_EXTRAS } from '../../domains/detailExtras';
import { useConnection } from '../../lib/connection';
import { formatInstant } from '../../lib/format';
import { notifyError } from '../../lib/notices';
import { useWorkspace } from '../../lib/session';
import { useShortcuts } from '../../lib/use-shortcuts';
import { entityApi, historyOptions, listOptions } from '../api';
import { ConflictView } from '../conflict/ConflictView';
import { readTrail, trailState } from '../list/trail';
import { DOMAIN_LABELS, detailPath, editPath, listPath } from '../paths';
import type { GenericRow } from '../rows';
import { useCircle } from '../together/circle';
import { DiscussionTab } from '../together/DiscussionTab';
import { FieldValue } from '../values/FieldValue';
import { useNames } from '../values/names';
import { isEmptyValue, type Names } from '../values/text';
import { ChildrenTab } from './ChildrenTab';
import css from './DetailPage.module.css';
import { ExtraSlot } from './ExtraSlot';
import type { DetailExtraProps, DetailExtras, ExtraFacts, ExtraTab } from './extras';
import { History } from './History';
import { Overview } from './Overview';
import { ArchivedPill, RecordActions, useStanding } from './RecordActions';
import { RequirementTree } from './RequirementTree';
import { whyNotEdit } from './reasons';
import { isTree } from './relations';
import { useChange } from './useChange';

export interface EntityDetailProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly record: RecordView<GenericRow>;
}

export function EntityDetail({ name, definition, record }: EntityDetailProps) {
  const navigate = useNavigate();
  const connection = useConnection();
  const [params, setParams] = useSearchParams();
  const { row } = record;
  const names = useNames(record.labels);
  const change = useChange(definition, row);
  const standing = useStanding(name, definition, record);
  const extras = useExtras(name, record);
  const tabs = useTabs(name, definition, row.id, extras.tabs ?? []);
  const neighbour = useNeighbours(name);

  const ref = definition.refField === null ? null : row[definition.refField];
  const title = recordName(definition, row, names);
  const called = typeof ref === 'string' && ref !== '' ? ref : title;
  const tab = tabs.find((each) => each.key === params.get('tab'))?.key ?? 'overview';
  const goTab = (key: string) =>
    setParams(key === 'overview' ? {} : { tab: key }, { replace: true, state: neighbour.state, preventScrollReset: true });
  const relation = definition.children.find((each) => `${each.entity}.${each.field}` === tab);
  const extraTab = extras.tabs?.find((each) => each.key === tab);
  const given: DetailExtraProps = { name, definition, record, called, onTab: goTab };
  const fills = relation !== undefined || extraTab?.fills === true;
  const step = (by: -1 | 1) => () => {
    const at = tabs.findIndex((each) => each.key === tab);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next !== undefined) goTab(next.key);
  };

  useShortcuts(definition.label.one, [
    {
      keys: 'E',
      label: 'Edit',
      hint: 'edit',
      enabled: record.may.update && !record.archived,
      run: () => navigate(editPath(name, row.id)),
    },
    {
      keys: '[',
      label: 'Previous record of the list',
      hint: 'previous, next',
      enabled: neighbour.has(-1),
      run: () => neighbour.go(-1),
    },
    {
      keys: ']',
      label: 'Next record of the list',
      hint: 'previous, next',
      enabled: neighbour.has(1),
      run: () => neighbour.go(1),
    },
    { keys: 'Alt+ArrowRight', label: 'Next tab', run: step(1) },
    { keys: 'Alt+ArrowLeft', label: 'Previous tab', run: step(-1) },
    { keys: 'Escape', label: 'Back to the list', hint: 'back', run: () => navigate(listPath(name)) },
  ]);

  if (change.conflict !== null) {
    return (
      <ConflictView
        name={name}
        definition={definition}
        sent={change.conflict.sent}
        result={change.conflict.result}
        title={title}
        busy={change.busy}
        onSend={(body) => void change.resolve(body)}
        onTheirs={change.letGo}
        onLater={change.letGo}
      />
    );
  }
  return (
    <Page
      title={title}
      refText={typeof ref === 'string' && ref !== title ? ref : null}
      crumbs={[
        { label: DOMAIN_LABELS[definition.domain] },
        { label: definition.label.many, to: listPath(name) },
        { label: called },
      ]}
      note={<Meta definition={definition} record={record} names={names} />}
      actions={
        <RecordActions
          name={name}
          definition={definition}
          record={record}
          change={change}
          called={called}
          extras={(extras.actions ?? []).map((extra) => <ExtraSlot key={extra.key} extra={extra} small {...given} />)}
        />
      }
      tabs={<ViewTabs label={`Parts of ${called}`} views={tabs} value={tab} onChange={goTab} />}
    >
      <div className={css.body} data-fills={fills || undefined}>
        <OfflineNote connection={connection} />
        {!record.may.update && !record.archived ? (
          <p className={css.readOnly} role="note">
            {whyNotEdit(standing)}
          </p>
        ) : null}
        {tab === 'overview' ? <Overview {...given} cards={extras.cards ?? []} /> : null}
        {tab === 'discussion' ? <DiscussionTab name={name} id={row.id} archived={record.archived} /> : null}
        {tab === 'history' ? <History {...{ name, definition, record, change, called }} /> : null}
        {extraTab === undefined ? null : <ExtraSlot key={extraTab.key} extra={extraTab} {...given} />}
        {relation === undefined || !isEntityName(relation.entity) ? null : isTree(definition, relation) ? (
          <RequirementTree regulationId={row.id} />
        ) : (
          <ChildrenTab
            key={tab}
            relation={relation}
            name={relation.entity}
            entity={entityOf(relation.entity)}
            parentId={row.id}
            frozen={record.archived}
          />
        )}
      </div>
    </Page>
  );
}

/** What the record is called: its title, or for a mapping the two records it joins. */
export function recordName(definition: Entity, row: GenericRow, names: Names): string {
  const title = row[definition.titleField];
  if (definition.fields[definition.titleField]?.kind !== 'enum')
    return typeof title === 'string' && title !== '' ? title : definition.label.one;
  const ends = Object.entries(definition.fields)
    .filter(([key, field]) => field.kind === 'reference' && typeof row[key] === 'string')
    .map(([key]) => names.record(String(row[key])) ?? '')
    .filter((each) => each !== '');
  return ends.length === 0 ? definition.label.one : ends.join(' meets ');
}

function Meta({
  definition,
  record,
  names,
}: {
  readonly definition: Entity;
  readonly record: RecordView<GenericRow>;
  readonly names: Names;
}) {
  const { row } = record;
  const state = definition.states?.field;
  const pills = Object.entries(definition.fields)
    .filter(
      ([key, field]) =>
        field.kind === 'enum' && (key === state || (field.options ?? []).some((option) => option.tone ?? option.level)),
    )
    .map(([key]) => key)
    .filter((key) => !isEmptyValue(row[key]));
  const ordered = [...pills.filter((key) => key === state), ...pills.filter((key) => key !== state)];
  const person = Object.entries(definition.fields).find(([, field]) => field.kind === 'person');
  const personId = person === undefined ? null : row[person[0]];
  return (
    <div className={css.meta}>
      {record.archived ? <ArchivedPill /> : null}
      {ordered.map((key) => (
        <FieldValue key={key} definition={definition} name={key} row={row} names={names} look="full" />
      ))}
      <span className={css.words}>
        {person !== undefined && typeof personId === 'string'
          ? `${person[1].label} ${names.person(personId) ?? 'Unknown person'} · `
          : ''}
        changed {formatInstant(row.updatedAt)}
      </span>
    </div>
  );
}

interface Tab {
  readonly key: string;
  readonly label: string;
  readonly count?: number;
}

/** The domain's extras that this person gets to see with this record. */
function useExtras(name: EntityName, record: RecordView<GenericRow>): DetailExtras {
  const functions = useWorkspace()?.functions ?? [];
  const extras = DETAIL_EXTRAS[name] ?? {};
  const shown = ({ when }: { readonly when?: (facts: ExtraFacts) => boolean }) =>
    when === undefined || when({ record, functions });
  return {
    tabs: extras.tabs?.filter(shown),
    cards: extras.cards?.filter(shown),
    actions: extras.actions?.filter(shown),
  };
}

/** Overview, one for each relation with its number, the domain's own, history. */
function useTabs(name: EntityName, definition: Entity, id: string, extras: readonly ExtraTab[]): readonly Tab[] {
  const relations = definition.children.filter((relation) => isEntityName(relation.entity));
  const totals = useQueries({
    queries: relations.map((relation) =>
      listOptions(isEntityName(relation.entity) ? relation.entity : name, {
        filter: [{ field: relation.field, op: 'eq', value: id }],
        limit: 5,
      }),
    ),
    combine: (results) => results.map((result) => result.data?.total),
  });
  const counts = useQueries({
    queries: extras.map(
      ({ key, count }) => count?.(id) ?? { queryKey: ['no count', key], queryFn: () => Promise.resolve(0), enabled: false },
    ),
    combine: (results) => results.map((result) => result.data),
  });
  const own = (place: 'first' | 'last') =>
    extras.flatMap(({ key, label, count, ...extra }, at) =>
      (extra.place ?? 'last') === place ? [{ key, label, count: count === undefined ? undefined : counts[at] }] : [],
    );
  const circle = useCircle(name, id);
  const history = useQuery(historyOptions(name, id));
  return [
    { key: 'overview', label: 'Overview' },
    ...own('first'),
    ...relations.map((relation, at) => ({
      key: `${relation.entity}.${relation.field}`,
      label: relation.label,
      count: totals[at],
    })),
    ...own('last'),
    { key: 'discussion', label: 'Discussion', count: circle.data?.comments.filter((each) => !each.takenBack).length },
    { key: 'history', label: 'History', count: history.data?.length },
  ];
}

interface Neighbours {
  readonly state: unknown;
  has(by: -1 | 1): boolean;
  go(by: -1 | 1): void;
}

/** The records before and after in the list that this one was opened from. */
function useNeighbours(name: EntityName): Neighbours {
  const navigate = useNavigate();
  const { state } = useLocation();
  const trail = readTrail(state);
  const has = (by: -1 | 1) => trail !== null && trail.index + by >= 0 && trail.index + by < trail.total;
  const find = async (by: -1 | 1) => {
    if (trail === null) return;
    const index = trail.index + by;
    const page = await entityApi(name).list.query({ ...trail.query, offset: index, limit: 1 });
    const row = page.rows[0];
    if (row !== undefined)
      await navigate(detailPath(name, row.id), { replace: true, state: trailState({ ...trail, index, total: page.total }) });
  };
  return {
    state,
    has,
    go: (by) => {
      find(by).catch((error: unknown) => notifyError(error));
    },
  };
}
