/** Relations in both directions: what the record refers to, and what refers to it, also where no tab shows it. */
import { entityOf, isEntityName } from '@shared/entities/registry';
import { Link } from 'react-router';
import { Card } from '../../components/Card';
import { Icon } from '../../components/Icon';
import { formatNumber } from '../../lib/format';
import type { DetailExtraProps } from '../detail/extras';
import { detailPath, listPath } from '../paths';
import css from './cards.module.css';
import { useCircle } from './circle';

export function RelationsCard({ name, definition, record, onTab }: DetailExtraProps) {
  const { row, labels } = record;
  const circle = useCircle(name, row.id);
  const forward = Object.entries(definition.fields).flatMap(([key, field]) => {
    const id = row[key];
    if (field.kind !== 'reference' || typeof id !== 'string' || field.target === undefined || !isEntityName(field.target))
      return [];
    return [{ key, label: field.label, target: field.target, id, text: labels[id] ?? 'Record out of reach' }];
  });
  const back = circle.data?.referredBy ?? [];
  if (forward.length === 0 && back.length === 0) return null;
  const tabOf = (entity: string, field: string) =>
    definition.children.some((each) => each.entity === entity && each.field === field) ? `${entity}.${field}` : null;
  return (
    <Card title="Relations">
      <ul className={css.lines}>
        {forward.map(({ key, label, target, id, text }) => (
          <li key={key} className={css.relation}>
            <Icon name={entityOf(target).icon} />
            <span className={css.second}>{label}</span>
            <Link to={detailPath(target, id)}>{text}</Link>
          </li>
        ))}
        {back.map(({ entity, field, total, examples }) => {
          const { icon, label, fields, titleField } = entityOf(entity);
          // a mapping is called by its relation, which names none of them
          const named = fields[titleField]?.kind !== 'enum';
          const tab = tabOf(entity, field);
          const words = `${formatNumber(total)} ${(total === 1 ? label.one : label.many).toLowerCase()}`;
          const through = definition.label.one === fields[field]?.label ? '' : ` as ${fields[field]?.label.toLowerCase()}`;
          return (
            <li key={`${entity}.${field}`} className={css.relation}>
              <Icon name={icon} />
              <span className={css.second}>Referred to by</span>
              <span>
                {tab === null ? (
                  <Link
                    to={`${listPath(entity)}?f=${encodeURIComponent(`${field}~eq~${JSON.stringify(row.id)}`)}`}
                    className={css.count}
                  >
                    {words}
                  </Link>
                ) : (
                  <button type="button" className={css.link} onClick={() => onTab(tab)}>
                    {words}
                  </button>
                )}
                {through}
                <span className={css.examples}>
                  {(named ? examples : []).map(({ id, label: text }) => (
                    <Link key={id} to={detailPath(entity, id)}>
                      {text === '' ? label.one : text}
                    </Link>
                  ))}
                </span>
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
