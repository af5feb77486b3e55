/** The record under the cursor, docked beside the list: what it is, its facts, and the newest of what hangs on it. */
import { ActionIcon, Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { Entity } from '@shared/entities/define';
import { recordTitle } from '@shared/entities/define';
import { type EntityName, entityOf, isEntityName } from '@shared/entities/registry';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { Icon } from '../../components/Icon';
import { KeyCap } from '../../components/KeyCap';
import { SidePane } from '../../components/Page';
import { formatNumber } from '../../lib/format';
import { listOptions, recordOptions } from '../api';
import { detailPath } from '../paths';
import type { GenericRow } from '../rows';
import { FieldValue } from '../values/FieldValue';
import { useNames } from '../values/names';
import { isEmptyValue, type Names } from '../values/text';
import css from './PreviewPane.module.css';

const FACTS = 9;
const NEWEST = 3;
/** The cursor must rest this long before the pane asks for what hangs on the record. */
const REST_MS = 140;

export interface PreviewPaneProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly row: GenericRow | undefined;
  readonly names: Names;
  readonly place: number;
  readonly total: number;
  readonly mayUpdate: boolean;
  readonly onMove: (by: -1 | 1) => void;
  readonly onOpen: () => void;
  readonly onEdit: () => void;
  readonly onClose: () => void;
}

export function PreviewPane(props: PreviewPaneProps) {
  const { name, definition, row, place, total, mayUpdate, onMove, onOpen, onEdit, onClose } = props;
  const ref = row === undefined || definition.refField === null ? null : row[definition.refField];
  return (
    <SidePane
      label="Preview"
      width={332}
      covers
      title={typeof ref === 'string' && ref !== '' ? ref : definition.label.one}
      note={`row ${formatNumber(place + 1)} of ${formatNumber(total)}`}
      actions={
        <>
          <ActionIcon aria-label="Previous row" onClick={() => onMove(-1)} disabled={place <= 0}>
            <Icon name="chevron-up" />
          </ActionIcon>
          <ActionIcon aria-label="Next row" onClick={() => onMove(1)} disabled={place >= total - 1}>
            <Icon name="chevron-down" />
          </ActionIcon>
          <ActionIcon aria-label="Close the preview" onClick={onClose}>
            <Icon name="x" />
          </ActionIcon>
        </>
      }
      foot={
        <>
          <Button
            variant="filled"
            onClick={onOpen}
            rightSection={<KeyCap keys="Enter" on="action" />}
            disabled={row === undefined}
          >
            Open
          </Button>
          {mayUpdate ? (
            <Button onClick={onEdit} rightSection={<KeyCap keys="E" />} disabled={row === undefined}>
              Edit
            </Button>
          ) : null}
        </>
      }
    >
      {row === undefined ? null : <Facts name={name} definition={definition} row={row} names={props.names} />}
    </SidePane>
  );
}

/** Fields that are said in pills under the title. */
function pillFields(definition: Entity): readonly string[] {
  const state = definition.states?.field;
  const rated = Object.entries(definition.fields)
    .filter(
      ([key, field]) =>
        key !== state && field.kind === 'enum' && (field.options ?? []).some((option) => option.tone ?? option.level),
    )
    .map(([key]) => key);
  return [...(state === undefined ? [] : [state]), ...rated];
}

interface FactsProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly row: GenericRow;
  readonly names: Names;
}

function Facts({ name, definition, row, names }: FactsProps) {
  const [rested] = useDebouncedValue(row.id, REST_MS);
  const record = useQuery({ ...recordOptions(name, rested), placeholderData: keepPreviousData });
  const full = record.data?.row.id === row.id ? record.data : undefined;
  const ownNames = useNames(full?.labels);
  const known: Names = { person: names.person, record: (id) => ownNames.record(id) ?? names.record(id) };
  const shown = full?.row ?? row;
  const pills = pillFields(definition).filter((key) => !isEmptyValue(shown[key]));
  const rest = Object.keys(definition.fields).filter(
    (key) =>
      !pills.includes(key) &&
      key !== definition.refField &&
      key !== definition.titleField &&
      definition.fields[key]?.kind !== 'json' &&
      !isEmptyValue(shown[key]),
  );
  const short = rest.filter((key) => definition.fields[key]?.kind !== 'longText').slice(0, FACTS);
  const long = rest.filter((key) => definition.fields[key]?.kind === 'longText').slice(0, 2);
  return (
    <div className={css.pane}>
      <h3 className={css.title}>{String(shown[definition.titleField] ?? definition.label.one)}</h3>
      <div className={css.pills}>
        {pills.map((key) => (
          <FieldValue key={key} definition={definition} name={key} row={shown} names={known} look="full" />
        ))}
      </div>
      <dl className={css.facts}>
        {short.map((key) => (
          <div key={key} className={css.fact}>
            <dt>{definition.fields[key]?.label}</dt>
            <dd>
              <FieldValue definition={definition} name={key} row={shown} names={known} look="full" />
            </dd>
          </div>
        ))}
      </dl>
      {long.map((key) => (
        <section key={key}>
          <h4 className={css.head}>{definition.fields[key]?.label}</h4>
          <p className={css.long}>{String(shown[key])}</p>
        </section>
      ))}
      {rested === row.id
        ? definition.children.map((relation) => (
            <Newest key={`${relation.entity}.${relation.field}`} relation={relation} parentId={row.id} />
          ))
        : null}
    </div>
  );
}

function Newest({ relation, parentId }: { readonly relation: Entity['children'][number]; readonly parentId: string }) {
  const target = isEntityName(relation.entity) ? relation.entity : null;
  const { data } = useQuery({
    ...listOptions(target ?? 'regulations', { filter: [{ field: relation.field, op: 'eq', value: parentId }], limit: NEWEST }),
    enabled: target !== null,
  });
  const names = useNames(data?.labels);
  if (target === null || data === undefined || data.total === 0) return null;
  const entity = entityOf(target);
  const pill = pillFields(entity)[0];
  return (
    <section>
      <h4 className={css.head}>
        {relation.label} <span className={css.count}>{formatNumber(data.total)}</span>
      </h4>
      <ul className={css.list}>
        {data.rows.map((row) => (
          <li key={row.id} className={css.item}>
            <Link className={css.link} to={detailPath(target, row.id)} tabIndex={-1}>
              {childTitle(entity, row, names, relation.field)}
            </Link>
            {pill === undefined ? null : <FieldValue definition={entity} name={pill} row={row} names={names} look="full" />}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The title of a child; a mapping is named by what it points to on the other side, and how unless `bare`. */
export function childTitle(entity: Entity, row: GenericRow, names: Names, through: string, bare = false): string {
  const title = entity.fields[entity.titleField];
  const other = Object.entries(entity.fields).find(([key, field]) => field.kind === 'reference' && key !== through);
  const id = other === undefined ? null : row[other[0]];
  if (title?.kind !== 'enum') {
    const own = recordTitle(entity, row);
    // a link whose note is empty is called by what it leads to
    if (own.trim() !== '') return own;
    return (typeof id === 'string' ? names.record(id) : null) ?? entity.label.one;
  }
  const label = title.options?.find((option) => option.value === row[entity.titleField])?.label ?? '';
  if (typeof id !== 'string') return label;
  const named = names.record(id) ?? 'Record out of reach';
  return bare ? named : `${named}, ${label.toLowerCase()}`;
}
