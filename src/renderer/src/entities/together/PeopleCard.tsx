/** Who watches a record, and whether I do: whoever is its author, does it or is named in a comment watches by itself. */
import { Button } from '@mantine/core';
import type { WatchReason } from '@shared/wire/collab';
import { PersonName } from '../../components/Avatar';
import { Card } from '../../components/Card';
import { Icon } from '../../components/Icon';
import { trpcClient } from '../../lib/trpc';
import { usePeople } from '../api';
import type { DetailExtraProps } from '../detail/extras';
import css from './cards.module.css';
import { useCircle, useSending } from './circle';

const WHY: Readonly<Record<WatchReason, string>> = {
  chosen: 'chose to',
  assigned: 'does it',
  author: 'made it',
  mentioned: 'named in a comment',
};

export function PeopleCard({ name, record, called }: DetailExtraProps) {
  const { id } = record.row;
  const circle = useCircle(name, id);
  const people = usePeople();
  const { busy, send } = useSending(name);
  if (circle.data === undefined) return null;
  const { watchers, watching } = circle.data;
  const toggle = () =>
    send(
      { watching: !watching },
      (opId) => trpcClient.collab.watch.mutate({ opId, entity: name, recordId: id, watching: !watching }),
      watching ? `You no longer watch ${called}` : `You watch ${called}`,
      'Watching stays as it was',
    );
  return (
    <Card
      title="Watched by"
      actions={
        <Button
          variant="subtle"
          leftSection={<Icon name={watching ? 'eye-off' : 'eye'} />}
          loading={busy}
          aria-pressed={watching}
          onClick={() => void toggle()}
        >
          {watching ? 'Stop watching' : 'Watch'}
        </Button>
      }
    >
      {watchers.length === 0 ? (
        <p className={css.none}>Nobody. Whoever watches is told of changes.</p>
      ) : (
        <ul className={css.lines}>
          {watchers.map(({ personId, why }) => (
            <li key={personId} className={css.line}>
              <PersonName name={people.name(personId) ?? 'Unknown person'} />
              <span className={css.second}>{WHY[why]}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
