/** What the import did, with the ways on: the list, the rows that stayed out, sharing how the file was read. */
import { Button } from '@mantine/core';
import type { Entity } from '@shared/entities/define';
import type { EntityName } from '@shared/entities/registry';
import type { ImportOutcome } from '@shared/wire/imports';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { HashText } from '../../components/HashText';
import { Icon } from '../../components/Icon';
import { listPath } from '../../entities/paths';
import { count, formatNumber } from '../../lib/format';
import css from './Outcome.module.css';
import type { Draft, Import } from './useImport';

export interface OutcomeProps {
  readonly name: EntityName;
  readonly definition: Entity;
  readonly draft: Draft;
  readonly outcome: ImportOutcome;
  readonly work: Import;
}

export function Outcome({ name, definition, draft, outcome, work }: OutcomeProps) {
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  const [shared, setShared] = useState(draft.found.from.kind === 'remembered' && draft.found.from.shared);
  useEffect(() => heading.current?.focus(), []);
  const { created, updated, unchanged, refused, lacking } = outcome.counts;
  const many = definition.label.many;
  const nothing = outcome.written && created + updated === 0;
  const title = !outcome.written ? 'Nothing was written' : nothing ? 'Nothing has changed' : `The ${many.toLowerCase()} are in`;
  const figures: readonly (readonly [string, number])[] = [
    ['new', created],
    ['changed', updated],
    ['the same as before', unchanged],
    ['without a value', lacking],
    ['stayed out', refused],
  ];
  return (
    <div className={css.outcome} data-testid="import-done" data-written={outcome.written || undefined}>
      <span className={css.sign} data-tone={outcome.written ? 'good' : 'attention'}>
        <Icon name={outcome.written ? 'circle-check' : 'alert'} size={26} />
      </span>
      <h2 className={css.title} ref={heading} tabIndex={-1}>
        {title}
      </h2>
      <p className={css.text}>
        {outcome.written
          ? `${draft.found.fileName} was read as one step; the trail keeps it under one number.`
          : `${count(outcome.counts.refused, 'row')} cannot come in, and you asked for all rows or none. ${sentenceOf(outcome)}`}
      </p>
      {outcome.written ? (
        <dl className={css.figures}>
          {figures
            .filter(([word, number]) => number > 0 || word === 'new')
            .map(([word, number]) => (
              <div key={word} className={css.figure}>
                <dt>{word}</dt>
                <dd data-testid={`outcome-${word.replaceAll(' ', '-')}`}>{formatNumber(number)}</dd>
              </div>
            ))}
        </dl>
      ) : null}
      <p className={css.id}>
        Import <HashText hash={outcome.opId} full />
      </p>
      <div className={css.actions}>
        {refused > 0 ? (
          <Button leftSection={<Icon name="download" />} onClick={() => void work.saveFaults({ ...draft, rows: 'good' }, 'xlsx')}>
            Rows that stayed out
          </Button>
        ) : null}
        {outcome.written ? (
          <Button
            leftSection={<Icon name="people" />}
            disabled={shared}
            onClick={() => void work.remember(draft, true).then((done) => done && setShared(true))}
          >
            {shared ? 'The columns are shared' : 'Share the columns with colleagues'}
          </Button>
        ) : (
          <Button onClick={() => void work.tryOut(draft)}>Run the trial again</Button>
        )}
        <Button onClick={work.again}>Import another</Button>
        <Button variant="filled" onClick={() => void navigate(listPath(name))}>
          Open {many.toLowerCase()}
        </Button>
      </div>
    </div>
  );
}

function sentenceOf({ faults }: ImportOutcome): string {
  const [first] = faults;
  return first === undefined ? '' : `Row ${first.row ?? ''} ${first.reason}.`;
}
