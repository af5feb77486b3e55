/** The newest records of a relation as a small table on the overview, with the way to all of them and to a new one. */
import { Button } from '@mantine/core';
import type { Children, Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import { Card } from '../../components/Card';
import { Icon } from '../../components/Icon';
import { formatNumber } from '../../lib/format';
import { useRights } from '../../lib/rights';
import { listOptions } from '../api';
import { childTitle } from '../list/PreviewPane';
import { detailPath, newPath } from '../paths';
import { FieldValue } from '../values/FieldValue';
import { useNames } from '../values/names';
import css from './ChildrenCard.module.css';

const SHOWN = 5;
const COLUMNS = 4;

export interface ChildrenCardProps {
  readonly relation: Children;
  readonly name: EntityName;
  readonly entity: Entity;
  readonly parentId: string;
  /** The parent is archived: nothing new hangs on it. */
  readonly frozen: boolean;
  readonly onAll: () => void;
}

/** Columns of a child: its own list's, without the one that points here and without the title, which is the link. */
export function childColumns(entity: Entity, through: string): readonly string[] {
  const titled = entity.fields[entity.titleField]?.kind === 'enum';
  return entity.list.columns
    .map((column) => column.field)
    .filter((key) => key !== through && key !== entity.refField && (titled || key !== entity.titleField));
}

export function mayAdd(entity: Entity, create: boolean): boolean {
  return create && entity.form.length > 0 && entity.name !== 'requirements';
}

export function ChildrenCard({ relation, name, entity, parentId, frozen, onAll }: ChildrenCardProps) {
  const navigate = useNavigate();
  const rights = useRights(name);
  const { data } = useQuery(listOptions(name, { filter: [{ field: relation.field, op: 'eq', value: parentId }], limit: SHOWN }));
  const names = useNames(data?.labels);
  const add = mayAdd(entity, rights.create) && !frozen;
  if (data === undefined || (data.total === 0 && !add)) return null;
  const titled = entity.fields[entity.titleField]?.kind === 'enum';
  const others = childColumns(entity, relation.field)
    .filter((key) => !(titled && entity.fields[key]?.kind === 'reference'))
    .slice(0, COLUMNS - 1);
  return (
    <Card
      title={relation.label}
      note={formatNumber(data.total)}
      flush={data.total > 0}
      actions={
        <>
          {data.total > SHOWN ? (
            <Button variant="transparent" onClick={onAll}>
              All {formatNumber(data.total)}
            </Button>
          ) : null}
          {add ? (
            <Button
              leftSection={<Icon name="plus" />}
              onClick={() => void navigate(newPath(name, { [relation.field]: parentId }))}
            >
              New {entity.label.one.toLowerCase()}
            </Button>
          ) : null}
        </>
      }
    >
      {data.total === 0 ? (
        <p className={css.none}>None yet.</p>
      ) : (
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{entity.label.one}</th>
              {others.map((key) => (
                <th key={key} scope="col">
                  {entity.fields[key]?.label ?? entity.allFields[key]?.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row) => (
              <tr key={row.id}>
                <td className={css.title}>
                  <Link to={detailPath(name, row.id)}>{childTitle(entity, row, names, relation.field, true)}</Link>
                </td>
                {others.map((key) => (
                  <td key={key}>
                    <FieldValue definition={entity} name={key} row={row} names={names} look="cell" />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
