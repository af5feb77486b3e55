/** The first tab of a record: its fields by the sections of its form, what hangs on it, and what happened last. */
import type { Entity } from '@shared/entities/define';
import { entityOf, isEntityName } from '@shared/entities/registry';
import { useQuery } from '@tanstack/react-query';
import { Card } from '../../components/Card';
import { formatInstant } from '../../lib/format';
import { historyOptions } from '../api';
import { formFields } from '../form/validate';
import { ApprovalCard } from '../together/ApprovalCard';
import { FilesCard } from '../together/FilesCard';
import { PeopleCard } from '../together/PeopleCard';
import { RelationsCard } from '../together/RelationsCard';
import { FieldValue } from '../values/FieldValue';
import { useNames } from '../values/names';
import { isEmptyValue } from '../values/text';
import { ChildrenCard } from './ChildrenCard';
import { ExtraSlot } from './ExtraSlot';
import type { DetailExtraProps, ExtraCard } from './extras';
import { HistoryLine } from './History';
import css from './Overview.module.css';
import { isTree } from './relations';

const LATEST = 5;

export interface OverviewProps extends DetailExtraProps {
  /** What the record's domain adds. */
  readonly cards: readonly ExtraCard[];
}

export function Overview({ cards, ...given }: OverviewProps) {
  const { definition, record, onTab } = given;
  const { row, labels } = record;
  const names = useNames(labels);
  const rest = Object.keys(definition.fields).filter(
    (key) =>
      !formFields(definition).includes(key) &&
      key !== definition.refField &&
      !isEmptyValue(row[key]) &&
      definition.fields[key]?.kind !== 'json' &&
      definition.fields[key]?.heavy !== true,
  );
  const sections = definition.form.map((section) => ({ title: section.title, keys: section.fields.flat() }));
  const stateKey = definition.states?.field ?? '';
  const shown = sections
    .map((section) => ({
      ...section,
      keys: section.keys.filter((key) => key !== stateKey && key !== definition.titleField && key !== definition.refField),
    }))
    .filter((section) => section.keys.length > 0);
  const by = (id: string | null) => (id === null ? 'the system' : (names.person(id) ?? 'Unknown person'));
  const added = (column: ExtraCard['column'], above: boolean) =>
    cards
      .filter((card) => card.column === column && (card.above ?? false) === above)
      .map((card) => <ExtraSlot key={card.key} extra={card} {...given} />);
  return (
    <div className={css.columns}>
      <div className={css.main}>
        {added('main', true)}
        {shown.map((section) => (
          <Card key={section.title} title={section.title}>
            <dl className={css.fields}>
              {section.keys.map((key) => (
                <div key={key} className={css.field} data-wide={definition.fields[key]?.kind === 'longText' || undefined}>
                  <dt>{definition.fields[key]?.label}</dt>
                  <dd>
                    <FieldValue definition={definition} name={key} row={row} names={names} look="full" />
                  </dd>
                </div>
              ))}
            </dl>
          </Card>
        ))}
        {definition.children.map((relation) =>
          isEntityName(relation.entity) && !isTree(definition, relation) ? (
            <ChildrenCard
              key={`${relation.entity}.${relation.field}`}
              relation={relation}
              entity={entityOf(relation.entity)}
              name={relation.entity}
              parentId={row.id}
              frozen={record.archived}
              onAll={() => onTab(`${relation.entity}.${relation.field}`)}
            />
          ) : null,
        )}
        <FilesCard {...given} />
        {added('main', false)}
      </div>
      <div className={css.side}>
        <ApprovalCard {...given} />
        {added('side', true)}
        <Card title="Record">
          <dl className={css.facts}>
            {rest.map((key) => (
              <div key={key} className={css.fact}>
                <dt>{definition.fields[key]?.label}</dt>
                <dd>
                  <FieldValue definition={definition} name={key} row={row} names={names} look="full" />
                </dd>
              </div>
            ))}
            <div className={css.fact}>
              <dt>Version</dt>
              <dd>{row.rowVersion}</dd>
            </div>
            <div className={css.fact}>
              <dt>Changed</dt>
              <dd>
                {formatInstant(row.updatedAt)}
                <br />
                by {by(row.updatedBy)}
              </dd>
            </div>
            <div className={css.fact}>
              <dt>Created</dt>
              <dd>
                {formatInstant(row.createdAt)}
                <br />
                by {by(row.createdBy)}
              </dd>
            </div>
          </dl>
        </Card>
        {added('side', false)}
        <RelationsCard {...given} />
        <PeopleCard {...given} />
        <Latest definition={definition} id={row.id} onAll={() => onTab('history')} />
      </div>
    </div>
  );
}

function Latest({ definition, id, onAll }: { readonly definition: Entity; readonly id: string; readonly onAll: () => void }) {
  const name: string = definition.name;
  const history = useQuery({ ...historyOptions(isEntityName(name) ? name : 'controls', id), enabled: isEntityName(name) });
  const entries = history.data ?? [];
  if (entries.length === 0) return null;
  return (
    <Card
      title="Latest changes"
      actions={
        <button type="button" className={css.all} onClick={onAll}>
          All {entries.length}
        </button>
      }
    >
      <ol className={css.latest}>
        {entries.slice(0, LATEST).map((entry) => (
          <li key={`${entry.at}${entry.action}`}>
            <HistoryLine definition={definition} entry={entry} most={2} />
          </li>
        ))}
      </ol>
    </Card>
  );
}
