/** What is due: late first, each with its kind, reference and owner. */
import { Avatar } from '@renderer/components/Avatar';
import { Icon } from '@renderer/components/Icon';
import { formatDayShort } from '@renderer/lib/format';
import { entityOf } from '@shared/entities/registry';
import type { TenantPerson } from '@shared/listing';
import type { WorkItem } from '@shared/wire/home';
import { Link } from 'react-router';
import css from './DueList.module.css';
import { lateness } from './share';

/** From this many days on a date is plain. */
const SOON_DAYS = 7;

export interface DueListProps {
  readonly items: readonly WorkItem[];
  readonly people: ReadonlyMap<string, TenantPerson>;
  readonly today: string;
  readonly hrefOf: (item: WorkItem) => string;
}

export function DueList({ items, people, today, hrefOf }: DueListProps) {
  if (items.length === 0) return <p className={css.none}>Nothing is due in the next 14 days.</p>;
  return (
    <ul className={css.list}>
      {items.map((item) => {
        const definition = entityOf(item.entity);
        const owner = item.ownerId === null ? undefined : people.get(item.ownerId);
        const tone = item.daysLeft < 0 ? 'late' : item.daysLeft <= SOON_DAYS ? 'soon' : 'plain';
        return (
          <li key={`${item.entity}${item.id}`}>
            <Link className={css.item} to={hrefOf(item)}>
              <span className={css.when} data-tone={tone}>
                <Icon name={tone === 'late' ? 'alert-filled' : tone === 'soon' ? 'clock' : 'calendar'} size={14} />
                {lateness(item.daysLeft) ?? formatDayShort(item.dueDate, today)}
              </span>
              <span className={css.kind}>
                <Icon name={definition.icon} size={15} />
                <span className="k-visually-hidden">{definition.label.one}</span>
              </span>
              <span className={css.ref}>{item.ref}</span>
              <span className={css.title}>{item.title}</span>
              {owner ? (
                <span title={owner.displayName}>
                  <Avatar name={owner.displayName} size={20} />
                  <span className="k-visually-hidden">{owner.displayName}</span>
                </span>
              ) : (
                <span />
              )}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
